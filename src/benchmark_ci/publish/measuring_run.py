"""The run that has measured, and the pull request that it measured: found by the API alone.

Everything that a fork's run leaves behind is its author's to choose. So the run's id comes from our own
event, and the pull request from the run's head: never from the artifact (docs/security.md).
"""

from __future__ import annotations

from benchmark_ci.errors import BadInput
from benchmark_ci.model import Noun, Sha
from benchmark_ci.publish.reader import Reader, Wire


class NothingToPost(Exception):
    """There is rightly nothing to do; the message says why."""


class MeasuringRun(Noun):
    """A run of `pull_request` that has come to its end."""

    id: int
    attempt: int
    repository_id: int
    head_sha: Sha
    head_branch: str
    head_repository: str
    head_repository_id: int
    conclusion: str

    @property
    def owner(self) -> str:
        """Whose repository the head lies in."""
        return self.head_repository.partition("/")[0]


class OpenPullRequest(Noun):
    """The pull request whose head the run measured."""

    number: int
    base_ref: str
    from_fork: bool


class _Repository(Wire):
    id: int
    full_name: str


class _Run(Wire):
    id: int
    run_attempt: int = 1
    event: str
    conclusion: str | None
    head_sha: Sha
    head_branch: str | None
    repository: _Repository
    head_repository: _Repository | None


class _Branch(Wire):
    ref: str
    sha: Sha
    repo: _Repository | None


class _Pull(Wire):
    number: int
    state: str
    head: _Branch
    base: _Branch


def read_run(reader: Reader, repository: str, run_id: int) -> MeasuringRun:
    """The run as GitHub tells it now.

    Raises NothingToPost for a run that no pull request is behind, BadInput for another repository's.
    """
    run = reader.get(f"/actions/runs/{run_id}", _Run, f"workflow run {run_id}")
    if run.repository.full_name.lower() != repository.lower():
        raise BadInput(f"Run {run_id} is one of {run.repository.full_name}, not of {repository}.")
    if run.event != "pull_request":
        raise NothingToPost(f"run {run_id} was started by `{run.event}`, not by a pull request")
    if run.head_repository is None or not run.head_branch:
        raise NothingToPost("the repository or branch that the pull request came from is gone")
    return MeasuringRun(
        id=run.id,
        attempt=run.run_attempt,
        repository_id=run.repository.id,
        head_sha=run.head_sha,
        head_branch=run.head_branch,
        head_repository=run.head_repository.full_name,
        head_repository_id=run.head_repository.id,
        conclusion=run.conclusion or "",
    )


def find_pull_requests(reader: Reader, run: MeasuringRun) -> tuple[OpenPullRequest, ...]:
    """The open pull requests of exactly the run's head repository, branch and commit, oldest first.

    `run.pull_requests` is empty for forks, so GitHub is asked for the branch's pull requests. One branch
    can have several, to different bases. Raises NothingToPost where there is none any more.
    """
    listing = reader.get(
        "/pulls",
        list[_Pull],
        "pull requests",
        state="all",
        head=f"{run.owner}:{run.head_branch}",
        sort="updated",
        direction="desc",
        per_page="100",
    )
    of_branch = [
        pull
        for pull in listing
        if pull.base.repo is not None
        and pull.base.repo.id == run.repository_id
        and pull.head.repo is not None
        and (pull.head.repo.id, pull.head.ref) == (run.head_repository_id, run.head_branch)
    ]
    found = [pull for pull in of_branch if pull.head.sha == run.head_sha]
    open_ones = sorted((pull for pull in found if pull.state == "open"), key=lambda pull: pull.number)
    if open_ones:
        from_fork = run.head_repository_id != run.repository_id
        return tuple(
            OpenPullRequest(number=pull.number, base_ref=pull.base.ref, from_fork=from_fork)
            for pull in open_ones
        )
    if found:
        raise NothingToPost(f"pull request #{found[0].number} is closed")
    if moved := [pull for pull in of_branch if pull.state == "open"]:
        raise NothingToPost(
            f"the head of pull request #{moved[0].number} has moved on from {run.head_sha}, "
            "and its next run will be published"
        )
    raise NothingToPost(f"no pull request has {run.head_sha} as its head")
