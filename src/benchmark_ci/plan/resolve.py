"""Requests → commits: the first baseline that can be had is taken."""

from __future__ import annotations

from benchmark_ci.errors import BadInput, GitFailed, NothingCompared
from benchmark_ci.model import Commit, Plan
from benchmark_ci.plan import semver
from benchmark_ci.plan.choose import (
    CheckedOut,
    Choice,
    Exactly,
    FirstParent,
    LatestRelease,
    MergeBase,
    Named,
    Request,
    Tip,
    Wanted,
)
from benchmark_ci.plan.store import Store


def resolve(choice: Choice, store: Store) -> Plan:
    """Both commits, their full SHAs.

    Raises BadInput for a ref that does not exist, NothingCompared when the event has no baseline, GitFailed
    when git, the network or the credentials fail.
    """
    current = _find_current(choice, store)
    cautions: list[str] = []
    for wanted in choice.baselines:
        found = find(wanted.request, store, current.sha)
        if found:
            baseline = found.model_copy(update={"what": wanted.what or found.what})
            return Plan(baseline=baseline, current=current, reason=wanted.why, cautions=tuple(cautions))
        if isinstance(wanted.request, Exactly):
            cautions.append(f"There is no {wanted.request.sha[:12]} any more, {wanted.why}.")
    raise _no_baseline(choice.baselines[0])


def find(request: Request, store: Store, current: str) -> Commit | None:
    """The commit that a request means, or None when there is none; `current` is a SHA."""
    match request:
        case CheckedOut():
            return store.find("HEAD")
        case Exactly():
            return store.find(request.sha)
        case Named():
            return store.resolve(request.ref) if request.must_exist else store.find(request.ref)
        case Tip():
            return store.branch(request.branch or store.default_branch())
        case FirstParent():
            return _first_parent(request, store, current)
        case MergeBase():
            return _merge_base(request, store, current)
        case LatestRelease():
            tag = semver.latest(store.tags(), current, request.tag)
            return store.find(f"refs/tags/{tag}") if tag else None


def _find_current(choice: Choice, store: Store) -> Commit:
    wanted = choice.current
    found = find(wanted.request, store, store.checked_out)
    if found is None and isinstance(wanted.request, Named):  # a released tag that was deleted since
        found = store.find("HEAD")
    if found is None:
        raise GitFailed(
            f"Current ({wanted.what}) cannot be read or fetched.", "Check it out with actions/checkout."
        )
    return found.model_copy(update={"what": wanted.what or found.what, "head_sha": choice.head_sha})


def _first_parent(request: FirstParent, store: Store, current: str) -> Commit | None:
    parents = store.parents(current)
    if not parents or (request.of_merge_with and parents[1:] != (request.of_merge_with,)):
        return None
    return store.find(parents[0])


def _merge_base(request: MergeBase, store: Store, current: str) -> Commit | None:
    tip = store.branch(request.branch or store.default_branch())
    sha = store.merge_base(current, tip.sha) if tip else None
    return store.find(sha) if sha else None


def _no_baseline(wanted: Wanted) -> NothingCompared | BadInput:
    remedy = "Set the input `baseline_ref` to a branch, tag or SHA."
    if not isinstance(wanted.request, LatestRelease):
        return BadInput(f"There is no baseline: {wanted.why} does not exist.", remedy)
    if wanted.request.tag is None:
        return BadInput("There is no latest release: no other commit has a stable version tag.", remedy)
    return NothingCompared(f"There is no stable release before {wanted.request.tag} to compare with.", remedy)
