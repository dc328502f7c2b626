"""Which refs are compared: settings, event and repository → Plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from benchmark_ci.errors import BadInput
from benchmark_ci.model import Commit, Event, Job, Plan, Settings
from benchmark_ci.plan.choose import (
    MergeBase,
    Wanted,
    asked_for,
    choose,
)
from benchmark_ci.plan.configuration import effective, with_config
from benchmark_ci.plan.event import read_event, refuse_foreign_head
from benchmark_ci.plan.opening import open_store
from benchmark_ci.plan.resolve import find, resolve
from benchmark_ci.plan.store import Store

__all__ = [
    "Store",
    "effective",
    "open_store",
    "plan_for_checkout",
    "plan_for_job",
    "read_event",
    "refuse_foreign_head",
    "store_for_job",
]


def store_for_job(settings: Settings, job: Job, private: Path, environ: Mapping[str, str]) -> Store:
    """The store of the job's checkout; everything of ours goes below `private`.

    Raises BadInput when actions/checkout did not run, GitFailed when git cannot read the checkout.
    """
    if not (job.workspace / ".git").exists():
        raise BadInput(
            f"There is no git repository in the workspace ({job.workspace}).",
            "Run actions/checkout first, in a step before this one and without `path`.",
        )
    return open_store(
        job.workspace,
        private,
        environ=environ,
        token=settings.github_token,
        server_url=job.server_url,
        repository=job.repository,
    )


def plan_for_job(settings: Settings, job: Job, event: Event, store: Store) -> Plan:
    """What the event, or the input `baseline_ref`, means; the commits are in the store afterwards.

    Raises BadInput (unknown ref, no Cargo.toml, a bad `benchmark-ci.toml`), NothingCompared (no earlier
    release) or GitFailed.
    """
    choice = choose(settings.baseline_ref, event, job.ref, job.sha, store.checked_out)
    plan = resolve(choice, store)
    _check_directory(store, plan.current, settings.working_directory)
    from_fork = event.pull_request is not None and event.pull_request.from_fork
    return with_config(plan, settings, store, from_fork=from_fork)


def plan_for_checkout(settings: Settings, directory: Path, store: Store) -> Plan:
    """What the command line means: the work tree as it is against where it left the default branch.

    `working_directory` is relative to `directory`. Raises as `plan_for_job`.
    """
    current = _local_current(settings, store)
    committed = store.checked_out if current.uncommitted else current.sha
    if not settings.baseline_ref:
        branch = store.default_branch()
        wanted = Wanted(
            request=MergeBase(branch=branch),
            what=f"merge base with {branch or 'the default branch'}",
            why=f"the commit where current left {branch or 'the default branch'}",
        )
    else:
        wanted = asked_for(settings.baseline_ref)
    baseline = find(wanted.request, store, committed)
    if baseline is None:
        raise BadInput(
            f"There is no baseline: {wanted.why} was not found.", "Name one with `--baseline REF`."
        )
    _check_directory(store, current, store.prefix(directory) / settings.working_directory)
    plan = Plan(
        baseline=baseline.model_copy(update={"what": wanted.what or baseline.what}),
        current=current,
        reason=wanted.why,
    )
    return with_config(plan, settings, store, from_fork=False)


def _local_current(settings: Settings, store: Store) -> Commit:
    if settings.current_ref:
        return store.resolve(settings.current_ref)
    sha, dirty = store.snapshot()
    return Commit(sha=sha, what="working tree", uncommitted=dirty)


def _check_directory(store: Store, current: Commit, directory: PurePosixPath) -> None:
    if not store.exists(current.sha, directory):
        raise BadInput(
            f"The directory `{directory}` does not exist in {current.what} ({current.sha[:12]}).",
            "Set `working_directory` to where the Cargo workspace or package lies.",
        )
    if not store.exists(current.sha, directory / "Cargo.toml"):
        raise BadInput(
            f"There is no Cargo.toml in `{directory}` of {current.what} ({current.sha[:12]}).",
            "Set `working_directory` to where the Cargo workspace or package lies.",
        )
