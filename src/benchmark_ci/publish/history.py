"""Keeping a history point: on the branch `benchmark-history`, and in an artifact that says where."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping

from github import Github, GithubException, UnknownObjectException
from github.GitCommit import GitCommit
from github.GitRef import GitRef
from github.GitTree import GitTree
from github.GitTreeElement import GitTreeElement
from github.InputGitTreeElement import InputGitTreeElement

from benchmark_ci.errors import BadFile
from benchmark_ci.history import file, layout, lines
from benchmark_ci.history.layout import BRANCH, MARK, MARK_CONTENT
from benchmark_ci.model import HistoryPoint, Noun
from benchmark_ci.publish.api import limit_seconds, persist, refusal
from benchmark_ci.publish.patience import Patience
from benchmark_ci.publish.refusal import Refusal

RETENTION_DAYS = 365
MOST_CONFLICTS = 50
"""How often somebody else may be faster before we give up: so many jobs of a matrix can end at once."""

LONGEST_PAUSE_SECONDS = 5.0

_WHAT = f"The history point was not added to the branch `{BRANCH}`"
_IN_ARTIFACT = "The artifact `benchmark-history-<sha>` has it."


class Kept(Noun):
    """Where the branch stands with the point in it."""

    branch_commit: str
    path: str


class _Conflict(Exception):
    """Another job moved the branch between our reading and writing."""


class _Foreign(Exception):
    """The branch is not one of ours."""


def no_token() -> Refusal:
    """There is nothing to ask GitHub with."""
    return Refusal(what=_WHAT, why="there is no token", remedy="Pass one as the input `github_token`.")


def artifact_members(point: HistoryPoint, kept: Kept | None, why_not: str = "") -> Mapping[str, bytes]:
    """What `benchmark-history-<sha>` holds: the point as a history file, and where the branch stands."""
    standing = {
        "branch": BRANCH,
        "branch_commit": kept.branch_commit if kept else None,
        "path": kept.path if kept else None,
        "sha": point.sha,
        "time": point.time,
        "not_kept_because": why_not,
    }
    return {
        "history.jsonl": file.append(b"", point, "history.jsonl"),
        "branch.json": (json.dumps(standing, indent=2, ensure_ascii=False) + "\n").encode(),
    }


def append_point(
    github: Github,
    repository: str,
    point: HistoryPoint,
    *,
    patience: Patience | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Kept | Refusal:
    """Add the point to the branch, which is made if there is none; the same run's point is added once.

    The branch only ever moves forward from what was read, so that jobs that write at once lose nothing.
    """
    branch = _Branch(github, repository, patience or Patience())
    try:
        for conflicts in range(1, MOST_CONFLICTS + 1):
            try:
                return branch.add(point)
            except _Conflict:
                # at random, or those who met once would meet again
                sleep(secrets.randbelow(1000) / 1000 * min(LONGEST_PAUSE_SECONDS, 0.2 * 1.5**conflicts))
    except BadFile as unreadable:
        remedy = f"{unreadable.remedy} {_IN_ARTIFACT}".strip()
        return Refusal(what=_WHAT, why=unreadable.message.rstrip("."), remedy=remedy)
    except _Foreign as foreign:
        remedy = f"Delete or rename that branch, or set `history: false`. {_IN_ARTIFACT}"
        return Refusal(what=_WHAT, why=str(foreign), remedy=remedy)
    # PyGithub asserts, and raises what it happens to meet, when an answer is not what it expects.
    except Exception as error:
        return _refused(error)
    why = f"other jobs wrote to it {MOST_CONFLICTS} times meanwhile"
    return Refusal(what=_WHAT, why=why, remedy=f"Run the job again later. {_IN_ARTIFACT}")


class _Branch:
    """The branch as it is read and written, one attempt after the other."""

    def __init__(self, github: Github, repository: str, patience: Patience) -> None:
        self._repository = github.get_repo(repository)
        self._patience = patience

    def add(self, point: HistoryPoint) -> Kept:
        """One attempt. Raises _Conflict, _Foreign, BadFile, and what PyGithub raises."""
        ref = self._ref()
        if ref is None:
            return self._begin(point)
        tip = ref.object.sha
        commit = persist(lambda: self._repository.get_git_commit(tip).complete(), self._patience)
        root = self._entries(commit.tree.sha)
        self._check_mark(root)
        path, content = self._last_file(root, point)
        longer = file.append(content, point, path)
        if longer == content:  # an answer was lost, and the point was not
            return Kept(branch_commit=tip, path=path)
        made = self._commit(point, {path: longer}, commit)
        self._move(lambda: ref.edit(made.sha, force=False))
        return Kept(branch_commit=made.sha, path=path)

    def _begin(self, point: HistoryPoint) -> Kept:
        path = layout.path(point, 1)
        content = file.append(b"", point, path)
        files = {"README.md": layout.README.encode(), MARK: MARK_CONTENT.encode(), path: content}
        made = self._commit(point, files, None)
        self._move(lambda: self._repository.create_git_ref(f"refs/heads/{BRANCH}", made.sha))
        return Kept(branch_commit=made.sha, path=path)

    def _ref(self) -> GitRef | None:
        try:
            return persist(lambda: self._repository.get_git_ref(f"heads/{BRANCH}").complete(), self._patience)
        except UnknownObjectException:
            return None

    def _entries(self, tree: str) -> dict[str, GitTreeElement]:
        listing = persist(lambda: self._repository.get_git_tree(tree), self._patience)
        return {entry.path: entry for entry in listing.tree}

    def _check_mark(self, root: Mapping[str, GitTreeElement]) -> None:
        mark = root.get(MARK)
        if mark is None:
            raise _Foreign(f"the branch has no file `{MARK}`, so that somebody else made it")
        content = MARK_CONTENT.encode()
        ours = hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
        if mark.sha != ours:
            lines.parse(self._content(mark), MARK, 1)  # another version says so

    def _last_file(self, root: Mapping[str, GitTreeElement], point: HistoryPoint) -> tuple[str, bytes]:
        """The newest file for the point's day or year and what it holds; the next one when it is full."""
        entries: Mapping[str, GitTreeElement] = root
        folder = layout.folder(point)
        for part in folder.split("/"):
            entry = entries.get(part)
            entries = self._entries(entry.sha) if entry and entry.type == "tree" else {}
        number = 1
        while layout.path(point, number + 1).removeprefix(f"{folder}/") in entries:
            number += 1
        path = layout.path(point, number)
        last = entries.get(path.removeprefix(f"{folder}/"))
        if last is None:
            return path, b""
        if (last.size or 0) >= layout.FULL_BYTES:
            return layout.path(point, number + 1), b""
        return path, self._content(last)

    def _content(self, entry: GitTreeElement) -> bytes:
        if (entry.size or 0) > layout.LARGEST_BYTES:
            raise lines.damaged(entry.path, 1, f"the file has {entry.size} bytes, which is too many")
        blob = persist(lambda: self._repository.get_git_blob(entry.sha), self._patience)
        return base64.b64decode(blob.content)

    def _commit(self, point: HistoryPoint, files: Mapping[str, bytes], parent: GitCommit | None) -> GitCommit:
        elements = [
            InputGitTreeElement(path, "100644", "blob", content=content.decode())
            for path, content in files.items()
        ]
        base = {"base_tree": parent.tree} if parent else {}
        tree: GitTree = persist(lambda: self._repository.create_git_tree(elements, **base), self._patience)
        what = f"release {point.tag}" if point.event == "release" else "push"
        message = f"Add the point of {point.sha[:12]} ({what}, {point.series})"
        parents = [parent] if parent else []
        return persist(lambda: self._repository.create_git_commit(message, tree, parents), self._patience)

    def _move(self, call: Callable[[], object]) -> None:
        """Move the branch, if it is still where it was read; a repetition of our own move does no harm."""
        try:
            persist(call, self._patience)
        except GithubException as error:
            if error.status in (409, 422) and "rule" not in str(error.message or "").lower():
                raise _Conflict from None
            raise


def _refused(error: Exception) -> Refusal:
    if isinstance(error, GithubException):
        limited = limit_seconds(error.status, error.headers or {}, str(error.message or "")) is not None
        if error.status in (403, 404) and not limited:
            return Refusal(
                what=_WHAT,
                why=f"the token may not write to the repository (GitHub's API answered {error.status})",
                remedy=f"Give the job `permissions: contents: write` for that. {_IN_ARTIFACT}",
                level="notice",
            )
    refused = refusal(_WHAT, error)
    return refused.model_copy(update={"remedy": f"{refused.remedy} {_IN_ARTIFACT}".strip()})
