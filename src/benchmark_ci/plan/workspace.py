"""The user's checkout, as far as it is read: where its objects lie, its refs, its remote.

Nothing is written to it. Only commands that read refs and configuration run in it, none that opens an
object (a partial clone would fetch it with the user's configuration) or the index (which starts fsmonitor).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.errors import BadInput
from benchmark_ci.model import Noun
from benchmark_ci.plan.git import Git, failed

_PARTIAL = r"^(remote\..*\.promisor|extensions\.partialclone)$"


class Workspace(Noun):
    """A repository with a work tree."""

    root: Path
    objects: Path
    shallow: Path  # the file that lists where history is cut; need not exist
    index: Path
    exclude: Path
    object_format: str
    partial: bool  # objects are missing; git would fetch them when it needs them
    head: str  # SHA of the commit that is checked out
    refs: Mapping[str, str]  # object (for a tag perhaps not a commit) by full ref name
    default_branch: str  # as far as the clone knows it, or empty
    url: str  # of the remote `origin`, or empty


def read_workspace(git: Git, directory: Path) -> Workspace:
    """Read the repository that `directory` lies in.

    Raises BadInput when there is none or it has no commit, GitFailed when git cannot read it.
    """
    if not any((place / ".git").exists() for place in (directory, *directory.parents)):
        raise BadInput(
            f"There is no git repository in {directory}.",
            "Run actions/checkout first (without `path`); on your own machine name a directory of a clone.",
        )
    asked = ("objects", "shallow", "index", "info/exclude")
    paths = tuple(part for path in asked for part in ("--git-path", path))
    finished = git.run(
        "rev-parse",
        "--path-format=absolute",
        "--show-object-format",
        "--show-toplevel",
        *paths,
        cwd=directory,
    )
    lines = finished.stdout.splitlines()
    if not finished.ok or len(lines) != 6:
        raise failed(finished, f"The git repository in {directory} cannot be read", "Check it out again.")
    return Workspace(
        object_format=lines[0],
        root=Path(lines[1]),
        objects=Path(lines[2]),
        shallow=Path(lines[3]),
        index=Path(lines[4]),
        exclude=Path(lines[5]),
        partial=bool(git.perhaps("config", "--get-regexp", _PARTIAL, cwd=directory)),
        head=_head(git, directory),
        refs=_refs(git, directory),
        default_branch=_default_branch(git, directory),
        url=git.perhaps("config", "--get", "remote.origin.url", cwd=directory) or "",
    )


def named(refs: Mapping[str, str], ref: str) -> tuple[str, str] | None:
    """The object of a name and what a person calls it; as with git, tags come before branches."""
    branch = ref.removeprefix("refs/heads/")
    plain = branch.removeprefix("origin/")
    for full, what in (
        (ref, re.sub(r"^refs/(heads|tags|remotes)/", lambda kind: "tag " if kind[1] == "tags" else "", ref)),
        (f"refs/tags/{ref}", f"tag {ref}"),
        (f"refs/heads/{branch}", branch),
        (f"refs/remotes/origin/{branch}", branch),
        (f"refs/remotes/{branch}", plain),
        (f"refs/heads/{plain}", plain),
    ):
        if full in refs:
            return refs[full], what
    return None


def _head(git: Git, directory: Path) -> str:
    head = git.perhaps("rev-parse", "--verify", "--quiet", "HEAD", cwd=directory)
    if not head:
        raise BadInput(f"The git repository in {directory} has no commit.", "Commit something first.")
    return head


def _refs(git: Git, directory: Path) -> dict[str, str]:
    listing = git.answer("for-each-ref", "--format=%(objectname) %(refname)", cwd=directory)
    lines = (line.split(" ", 1) for line in listing.splitlines())
    return {name: sha for sha, name in lines}


def _default_branch(git: Git, directory: Path) -> str:
    head = git.perhaps("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD", cwd=directory)
    return (head or "").removeprefix("refs/remotes/origin/")
