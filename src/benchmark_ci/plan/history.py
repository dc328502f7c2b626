"""Reading the branch `benchmark-history` with git: the checkout's own."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from benchmark_ci.errors import BadFile, BadInput
from benchmark_ci.history import lines
from benchmark_ci.history.layout import BRANCH, LARGEST_BYTES, MARK, HistoryFile, place
from benchmark_ci.plan import blob
from benchmark_ci.plan.git import Git
from benchmark_ci.plan.opening import open_store

_LOCAL = (f"refs/remotes/origin/{BRANCH}", f"refs/heads/{BRANCH}")
"""Where a checkout has the branch; the action writes to the server's, so its copy is the newer one."""

MARK_PATH = PurePosixPath(MARK)
MARK_BYTES = 64 * 1024
MOST_NAMED = 1000


@contextmanager
def local_branch(
    directory: Path, private: Path, environ: Mapping[str, str]
) -> Iterator[tuple[HistoryFile, ...]]:
    """The files of the branch in a checkout, to be read within the context; nothing is fetched.

    Everything of ours goes below `private`. Raises BadInput where the checkout has no such branch, BadFile
    where it is not ours, GitFailed.
    """
    store = open_store(directory, private, environ=environ)
    commit = next(filter(None, map(store.find, _LOCAL)), None)
    if commit is None:
        raise BadInput(
            f"The repository in {directory} has no branch `{BRANCH}` (looked for {' and '.join(_LOCAL)}).",
            f"Fetch it: `git fetch origin {BRANCH}:{_LOCAL[0]}`.",
        )
    found = listed(store.git, store.directory, commit.sha)
    with opened(store.git, store.directory, commit.sha, list(found), private) as files:
        yield files


def listed(git: Git, store: Path, sha: str) -> dict[str, int]:
    """The commit's files with points, and their sizes in bytes. Raises BadFile, GitFailed."""
    mark = blob.read(git, store, sha, MARK_PATH, MARK_BYTES)
    if mark is None:
        raise BadFile(
            f"The branch `{BRANCH}` has no file `{MARK}`, so that Benchmark CI did not make it.",
            "Rename that branch, or name the history's files.",
        )
    lines.parse(mark, MARK, 1)
    listing = git.answer("ls-tree", "-r", "-l", "-z", "--full-tree", sha, cwd=store)
    found = {}
    for entry in filter(None, listing.split("\0")):
        about, _, path = entry.partition("\t")
        mode, _, _, size = about.split()
        if mode == "100644" and place(path):
            found[path] = int(size)
    return found


@contextmanager
def opened(
    git: Git, store: Path, sha: str, paths: Sequence[str], private: Path
) -> Iterator[tuple[HistoryFile, ...]]:
    """These files of the commit, in one pass of git. Raises GitFailed."""
    if not paths:
        yield ()
        return
    packed = private / "history.tar"
    # so many files are the whole branch, and a command line has an end
    named = list(paths) if len(paths) <= MOST_NAMED else []
    git.answer("archive", "--format=tar", f"--output={packed}", sha, "--", *named, cwd=store)
    with tarfile.open(packed, "r:") as archive:
        members = {one.name: one for one in archive if one.isreg()}
        yield tuple(HistoryFile(path, _lines(archive, members[path])) for path in paths if path in members)


def _lines(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Callable[[], Iterator[bytes]]:
    def read() -> Iterator[bytes]:
        if member.size > LARGEST_BYTES:
            raise lines.damaged(member.name, 1, f"the file has {member.size} bytes, which is too many")
        content = archive.extractfile(member)
        if content is not None:
            yield from content

    return read
