"""The private repository that both sides are taken from.

It borrows the objects of the user's checkout and adds what has to be fetched, so that nothing of the user's
`.git` is written and none of its configuration is executed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from benchmark_ci.errors import BadInput, GitFailed
from benchmark_ci.model import Commit
from benchmark_ci.plan import blob, clone, snapshot
from benchmark_ci.plan.credentials import without_secrets
from benchmark_ci.plan.git import Git
from benchmark_ci.plan.remote import Remote
from benchmark_ci.plan.workspace import Workspace, named

_FULL_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_SHORT_SHA = re.compile(r"[0-9a-f]{7,63}")
_DEPTHS = (64, 512, 4096)
_HISTORY = "Check out with `fetch-depth: 0`."


class Store:
    """Commits of the repository, local or fetched; see `opening.py`."""

    def __init__(
        self,
        git: Git,
        directory: Path,
        workspace: Workspace,
        remote: Remote | None,
        environ: Mapping[str, str],
    ) -> None:
        """`directory` is a bare repository that is ours; `remote` None where nothing can be fetched."""
        self._git = git
        self._environ = environ
        self._directory = directory
        self._workspace = workspace
        self._remote = remote
        self._kept: set[str] = set()

    @property
    def git(self) -> Git:
        """The git door that this store uses."""
        return self._git

    @property
    def directory(self) -> Path:
        """The bare repository."""
        return self._directory

    @property
    def remote(self) -> Remote | None:
        """The server; None where nothing can be fetched."""
        return self._remote

    @property
    def object_format(self) -> str:
        """`sha1` or `sha256`."""
        return self._workspace.object_format

    @property
    def root(self) -> Path:
        """The top directory of the user's work tree."""
        return self._workspace.root

    def prefix(self, directory: Path) -> PurePosixPath:
        """Where a directory of the work tree lies below its top."""
        return PurePosixPath(directory.resolve().relative_to(self.root.resolve()).as_posix())

    @property
    def checked_out(self) -> str:
        """SHA of the commit that is checked out."""
        return self._workspace.head

    def resolve(self, ref: str) -> Commit:
        """The commit of a branch, tag or SHA: looked for in the checkout, then on the remote.

        Raises BadInput when neither has it, GitFailed when the remote cannot be asked.
        """
        found = self.find(ref)
        if found is None:
            place = (
                f"on {self._remote.url}" if self._remote else "anywhere else, there being no remote to ask"
            )
            raise BadInput(
                f"The ref `{ref}` was found neither in the checkout nor {place}.",
                "Name a branch, a tag or a full SHA of this repository.",
            )
        return found

    def find(self, ref: str) -> Commit | None:
        """As `resolve`, but None when nothing is found."""
        if ref == "HEAD":
            return self._commit(self.checked_out, "checked-out commit")
        if _FULL_SHA.fullmatch(ref):
            return self._commit(ref, f"commit {ref[:12]}")
        if found := named(self._workspace.refs, ref):
            return self._commit(*found)
        if _SHORT_SHA.fullmatch(ref) and (sha := self._peeled(ref)):
            return self._commit(sha, f"commit {sha[:12]}")
        found = named(self._remote.refs, ref) if self._remote else None
        return self._commit(*found) if found else None

    def here(self, *full_refs: str) -> str | None:
        """The commit of the first of these refs that the checkout itself has; no server is asked."""
        found = next(filter(None, map(self._workspace.refs.get, full_refs)), None)
        return self._peeled(found) if found else None

    def branch(self, name: str) -> Commit | None:
        """The tip of the remote's branch as the clone knows it, else of a local one, else as it is there."""
        for full in (f"refs/remotes/origin/{name}", f"refs/heads/{name}"):
            if found := self._workspace.refs.get(full):
                return self._commit(found, name)
        found = self._remote.refs.get(f"refs/heads/{name}") if self._remote else None
        return self._commit(found, name) if found else None

    def parents(self, sha: str) -> tuple[str, ...]:
        """The parents that the commit itself names, whether they are here or not.

        Raises GitFailed when the commit cannot be had.
        """
        self._need(sha)
        header = self._answer("cat-file", "commit", sha).partition("\n\n")[0]
        return tuple(re.findall(r"^parent ([0-9a-f]+)$", header, re.MULTILINE))

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor, fetching as much history as that takes; None when there is none.

        Raises GitFailed when history is missing and cannot be fetched.
        """
        for sha in (one, other):
            self._need(sha)
        for depth in (*_DEPTHS, 0):
            found = self._git.perhaps("merge-base", one, other, cwd=self._directory)
            if found or not (self._directory / "shallow").exists():
                return found
            if self._remote is None or not self._remote.fetch(one, other, depth=depth):
                raise GitFailed(f"The history between {one[:12]} and {other[:12]} is cut off.", _HISTORY)
        return self._git.perhaps("merge-base", one, other, cwd=self._directory)

    def default_branch(self) -> str:
        """The default branch as the clone knows it, else a local `main` or `master`, else the server's."""
        if self._workspace.default_branch:
            return self._workspace.default_branch
        if local := [name for name in ("main", "master") if f"refs/heads/{name}" in self._workspace.refs]:
            return local[0]
        return self._remote.default_branch if self._remote else ""

    def tags(self) -> dict[str, str]:
        """Every tag's commit by name; a complete checkout is believed, otherwise the server is asked."""
        local = {name: sha for name, sha in self._workspace.refs.items() if name.startswith("refs/tags/")}
        complete = local and not self._workspace.shallow.exists()
        refs = local if complete or not self._remote else self._remote.refs
        tags = {
            name.removeprefix("refs/tags/"): sha
            for name, sha in refs.items()
            if name.startswith("refs/tags/")
        }
        return {name: (self._peeled(sha) or sha) if refs is local else sha for name, sha in tags.items()}

    def exists(self, sha: str, path: PurePosixPath) -> bool:
        """Whether the commit has this file or directory."""
        self._need(sha)
        inside = "" if path == PurePosixPath(".") else str(path)
        return self._git.perhaps("cat-file", "-e", f"{sha}:{inside}", cwd=self._directory) is not None

    def read(self, sha: str, path: PurePosixPath, most_bytes: int) -> bytes | None:
        """What a file of the commit holds, without a checkout; None where there is no such path.

        Raises BadInput for what is no regular file or too large, GitFailed.
        """
        self._need(sha)
        return blob.read(self._git, self._directory, sha, path, most_bytes)

    def checkout(self, sha: str, destination: Path) -> tuple[str, ...]:
        """Make a clone of its own of one commit in `destination`, a directory that is empty or not there.

        Returns cautions (submodules or large files that are missing). Raises GitFailed.
        """
        self._need(sha)
        url = self._remote.url if self._remote else without_secrets(self._workspace.url)
        source = clone.Source(store=self._directory, object_format=self._workspace.object_format, url=url)
        return clone.make(self._git, source, sha, destination)

    def snapshot(self) -> tuple[str, bool]:
        """The work tree as it is: its commit, and whether that holds anything uncommitted.

        New files count unless git ignores them. Raises GitFailed.
        """
        sha, dirty = snapshot.take(self._git, self._directory, self._workspace, self._environ)
        self._keep(sha)
        return sha, dirty

    def _commit(self, sha: str, what: str) -> Commit | None:
        if not self._obtain(sha):
            return None
        commit = self._peeled(sha)
        return Commit(sha=commit, what=what) if commit else None

    def _need(self, sha: str) -> None:
        if not self._obtain(sha):
            raise GitFailed(f"The commit {sha} is neither in the checkout nor on the remote.", _HISTORY)

    def _obtain(self, sha: str) -> bool:
        """Have the object here: nothing to do, or fetch just that."""
        if sha in self._kept:
            return True
        here = self._peeled(sha) is not None
        if not here and not (self._remote and self._remote.fetch(sha) and self._peeled(sha)):
            return False
        self._keep(sha)
        return True

    def _keep(self, sha: str) -> None:
        """Give a commit a name: a clone is fetched by it, and a server learns from it what we have."""
        self._answer("update-ref", clone.name(sha), sha)
        self._kept.add(sha)

    def _peeled(self, name: str) -> str | None:
        return self._git.perhaps(
            "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", cwd=self._directory
        )

    def _answer(self, *args: str) -> str:
        return self._git.answer(*args, cwd=self._directory)
