"""The event file → Event. The payload's shape is private to this module; only what is used is checked."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, ValidationError

from benchmark_ci.errors import BadFile, BadInput
from benchmark_ci.model import Event, Job, MergeGroup, PullRequest, Sha

MOST_BYTES = 32 * 1024 * 1024  # GitHub caps payloads at 25 MB
UNPRIVILEGED = ("pull_request", "pull_request_review", "pull_request_review_comment")
"""Events of a fork's pull request that GitHub runs with a read-only token and without secrets."""


class SeenEvent(Event):
    """An event, and why its head may be a stranger's although no pull request of the payload says so."""

    stranger: str = ""  # a clause: "its head comes from eve/project"


class _Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Repository(_Wire):
    full_name: str
    default_branch: str = ""


class _HeadRepository(_Wire):
    full_name: str


class _Branch(_Wire):
    sha: Sha
    ref: str
    repo: _HeadRepository | None


class _PullRequest(_Wire):
    number: int
    head: _Branch
    base: _Branch


class _MergeGroup(_Wire):
    base_sha: Sha
    base_ref: str


class _Release(_Wire):
    tag_name: str


class _WorkflowRun(_Wire):
    id: int | None = None
    head_repository: _HeadRepository | None


class _Issue(_Wire):
    pull_request: dict[str, object] | None = None


class _Payload(_Wire):
    repository: _Repository | None = None
    pull_request: _PullRequest | None = None
    merge_group: _MergeGroup | None = None
    before: Sha | None = None
    deleted: bool = False
    release: _Release | None = None
    workflow_run: _WorkflowRun | None = None
    issue: _Issue | None = None


_NEEDED = {
    "pull_request": ("pull_request", "repository"),
    "pull_request_target": ("pull_request", "repository"),
    "merge_group": ("merge_group", "repository"),
    "push": ("repository",),
    "release": ("release", "repository"),
    "workflow_run": ("workflow_run", "repository"),
    "issue_comment": ("issue", "repository"),
}


def read_event(job: Job) -> SeenEvent:
    """What happened, from the event file.

    Raises BadFile, naming the file, when it is missing, broken, or not what the event's name promises.
    """
    payload = _payload(job)
    for field in _NEEDED.get(job.event_name, ()):
        if getattr(payload, field) is None:
            raise _bad(job, f"it has no `{field}`, which `{job.event_name}` needs")
    before = payload.before if job.event_name == "push" and not payload.deleted else None
    return SeenEvent(
        name=job.event_name,
        default_branch=payload.repository.default_branch if payload.repository else "",
        pull_request=_pull_request(payload),
        merge_group=_merge_group(payload),
        before=before if before and before.strip("0") else None,
        tag=payload.release.tag_name if payload.release and job.event_name == "release" else None,
        workflow_run=payload.workflow_run.id if payload.workflow_run else None,
        stranger=_stranger(payload, job.event_name),
    )


def refuse_foreign_head(event: SeenEvent) -> None:
    """Raise BadInput for an event that would run a stranger's code beside this repository's secrets."""
    pull_request = event.pull_request
    if event.stranger:
        reason = event.stranger
    elif pull_request and pull_request.from_fork and event.name not in UNPRIVILEGED:
        reason = f"the head of pull request #{pull_request.number} comes from {_owner(pull_request)}"
    else:
        return
    raise BadInput(
        f"On `{event.name}` this job holds the repository's secrets, and {reason}: nothing of it is built.",
        "Measure in a workflow on `pull_request`, whose token can do nothing.",
    )


def _payload(job: Job) -> _Payload:
    if job.event_path is None:
        raise BadFile("The variable `GITHUB_EVENT_PATH` is not set, so the event is unknown.", _REMEDY)
    try:
        with job.event_path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise _bad(job, f"it cannot be read ({problem.strerror})") from None
    if len(raw) > MOST_BYTES:
        raise _bad(job, f"it is larger than {MOST_BYTES} bytes")
    try:
        return _Payload.model_validate(json.loads(raw))
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise _bad(job, f"in `{place}`: {first['msg']}") from None
    except (ValueError, RecursionError) as problem:
        raise _bad(job, f"it is not JSON ({problem})") from None


def _pull_request(payload: _Payload) -> PullRequest | None:
    seen, repository = payload.pull_request, payload.repository
    if seen is None or repository is None:
        return None
    return PullRequest(
        number=seen.number,
        head_sha=seen.head.sha,
        head_repository=seen.head.repo.full_name if seen.head.repo else None,
        base_repository=repository.full_name,
        base_ref=seen.base.ref,
    )


def _merge_group(payload: _Payload) -> MergeGroup | None:
    seen = payload.merge_group
    if seen is None:
        return None
    return MergeGroup(base_sha=seen.base_sha, base_ref=seen.base_ref.removeprefix("refs/heads/"))


def _stranger(payload: _Payload, name: str) -> str:
    own = payload.repository.full_name if payload.repository else ""
    if name == "workflow_run" and payload.workflow_run:
        head = payload.workflow_run.head_repository
        if head is None or head.full_name != own:
            return f"the head of the run comes from {head.full_name if head else 'a deleted fork'}"
    if name == "issue_comment" and payload.issue and payload.issue.pull_request is not None:
        return "the event does not tell whose code the pull request holds"
    return ""


def _owner(pull_request: PullRequest) -> str:
    return pull_request.head_repository or "a deleted fork"


_REMEDY = "The runner writes this file; run the action on GitHub Actions, or use `benchmark-ci run`."


def _bad(job: Job, problem: str) -> BadFile:
    return BadFile(f"The event file {job.event_path} is not usable: {problem}.", _REMEDY)
