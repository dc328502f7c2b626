"""Whether the commits that a recording names are what they claim to be, by the API.

A fork shares its objects with the repository it was made from: GitHub's API finds a fork's commit under the
base repository's address too. So it is not enough that a commit is found; it must stand on something that
only the base repository's own people can move.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from urllib.parse import quote

from benchmark_ci.errors import ArtifactRejected
from benchmark_ci.model import Commit
from benchmark_ci.publish.measuring_run import MeasuringRun, OpenPullRequest
from benchmark_ci.publish.reader import Reader, Wire


class _Named(Wire):
    sha: str


class _Comparison(Wire):
    status: Literal["diverged", "ahead", "behind", "identical"]


class _Tag(Wire):
    name: str
    commit: _Named


class _Commit(Wire):
    parents: list[_Named]


def baseline(
    reader: Reader, claimed: Commit, pulls: Iterable[OpenPullRequest], baseline_ref: str
) -> tuple[Commit, OpenPullRequest]:
    """The baseline, named for what it stands on, and the pull request that it was chosen for.

    It must stand on the base branch of one of `pulls`, on `baseline_ref`, or be a tag's commit. Raises
    ArtifactRejected when it is none of them.
    """
    first, *others = pulls
    for pull in (first, *others):
        if _stands_on(reader, claimed.sha, pull.base_ref):
            return Commit(sha=claimed.sha, what=pull.base_ref), pull
    if baseline_ref and _stands_on(reader, claimed.sha, baseline_ref):
        return Commit(sha=claimed.sha, what=baseline_ref), first
    for tag in reader.pages("/tags", list[_Tag], "tags"):
        if tag.commit.sha == claimed.sha:
            return Commit(sha=claimed.sha, what=tag.name), first
    raise ArtifactRejected(
        f"The baseline {claimed.sha} of the recording is no commit of `{first.base_ref}` and no tag's.",
        "If the first workflow sets `baseline_ref`, set it here too.",
    )


def _stands_on(reader: Reader, sha: str, branch: str) -> bool:
    # A slash stays as it is: escaped ones are reported not to be found.
    place = f"/compare/{sha}...{quote(branch, safe='/')}"
    found = reader.find(place, _Comparison, f"branch {branch}", per_page="1")
    return found is not None and found.status in ("ahead", "identical")


def current(reader: Reader, claimed: Commit, run: MeasuringRun, pull: OpenPullRequest) -> Commit:
    """What was measured: the run's head, or its merge with the base as GitHub made it.

    A merge commit that GitHub no longer knows is told as the head. Raises ArtifactRejected for another one.
    """
    if (claimed.head_sha or claimed.sha) != run.head_sha:
        raise ArtifactRejected(
            f"The recording is of the commit {claimed.head_sha or claimed.sha}, "
            f"but run {run.id} belongs to {run.head_sha}."
        )
    head = Commit(sha=run.head_sha, what=f"head of pull request #{pull.number}")
    if claimed.sha == run.head_sha:
        return head
    merge = reader.find(f"/git/commits/{claimed.sha}", _Commit, f"commit {claimed.sha}")
    if merge is None:
        return head
    if run.head_sha not in [parent.sha for parent in merge.parents]:
        raise ArtifactRejected(
            f"The recording is of the commit {claimed.sha}, which is no merge of {run.head_sha}."
        )
    what = f"merge of pull request #{pull.number} into {pull.base_ref}"
    return Commit(sha=claimed.sha, what=what, head_sha=run.head_sha)
