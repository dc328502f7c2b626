"""Reading the branch `benchmark-history` with git: the server's for a run, a checkout's own for a person."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from benchmark_ci.errors import BadFile, BadInput, GitFailed
from benchmark_ci.history import lines
from benchmark_ci.history.course import courses
from benchmark_ci.history.layout import BRANCH, LARGEST_BYTES, MARK, HistoryFile, newest_first, place
from benchmark_ci.model import BenchmarkId, History
from benchmark_ci.plan import blob
from benchmark_ci.plan.git import Git
from benchmark_ci.plan.opening import open_store
from benchmark_ci.plan.remote import Remote
from benchmark_ci.plan.store import Store

_UNREAD = "The history was not read"

_LOCAL = (f"refs/remotes/origin/{BRANCH}", f"refs/heads/{BRANCH}")
"""Where a checkout has the branch; the action writes to the server's, so its copy is the newer one."""

ASKING_SECONDS = 60.0
"""What a run waits at most: its verdict needs no history."""

MOST_FILES = 60
MOST_BYTES = 8 * 1024 * 1024
"""Of the newest files so many are read: some days of a busy repository, 60 of a quiet one."""

MARK_PATH = PurePosixPath(MARK)
MARK_BYTES = 64 * 1024
MOST_NAMED = 1000


def read_history(
    store: Store, repository: str, private: Path, benchmarks: Sequence[BenchmarkId], series: str
) -> History:
    """The recent courses of these benchmarks, from the branch of the job's own repository on the server.

    `private` is an existing directory for what is fetched. Whatever goes wrong is the noun's caution.
    """
    if store.remote is None or not repository:
        return History()
    if not _is_of(store.remote.url, repository):
        return History(caution=f"{_UNREAD}: the checkout's origin is not {repository}.")
    remote = store.remote
    return _cautious(lambda: _fetched(store, remote, private, benchmarks, series))


def read_local_history(store: Store, private: Path, benchmarks: Sequence[BenchmarkId]) -> History | None:
    """The same from a checkout's own copy of the branch; None where it has none. No server is asked."""
    sha = store.here(*_LOCAL)
    if sha is None:
        return None
    return _cautious(lambda: _courses(store.git, store.directory, sha, private, benchmarks, ""))


def _cautious(read: Callable[[], History]) -> History:
    try:
        return read()
    except (GitFailed, BadInput) as problem:
        first = problem.message.strip().splitlines()[0][:300]
        return History(caution=f"{_UNREAD}: {first.rstrip('.:')}.")
    except (OSError, tarfile.TarError) as problem:
        return History(caution=f"{_UNREAD}: {type(problem).__name__}.")


def _is_of(url: str, repository: str) -> bool:
    """Whether an address is that of the repository: a fork's branch says nothing about this one."""
    path = urlsplit(url).path.rstrip("/").removesuffix(".git").lower()
    return path.endswith(f"/{repository.lower()}")


def _fetched(
    store: Store, remote: Remote, private: Path, benchmarks: Sequence[BenchmarkId], series: str
) -> History:
    bare = private / "history.git"
    kind = f"--object-format={store.object_format}"
    store.git.answer("init", "--quiet", "--bare", "--template=", kind, str(bare), cwd=private)
    sha = remote.beside(bare).branch_alone(BRANCH, ASKING_SECONDS)
    if sha is None:
        return History()
    return _courses(store.git, bare, sha, private, benchmarks, series)


def _courses(
    git: Git, store: Path, sha: str, private: Path, benchmarks: Sequence[BenchmarkId], series: str
) -> History:
    """Of the branch's commit `sha` in the repository `store`. Raises BadFile, GitFailed."""
    newest = _newest(listed(git, store, sha))
    with opened(git, store, sha, newest, private) as files:
        points = list(newest_first(files))
    return History(branch_commit=sha, courses=courses(points, benchmarks, series))


def _newest(sizes: Mapping[str, int]) -> list[str]:
    """The newest files that are not too much to read."""
    dated = [(found.period, found.number, path) for path in sizes if (found := place(path))]
    chosen: list[str] = []
    total = 0
    for _, _, path in sorted(dated, reverse=True)[:MOST_FILES]:
        total += sizes[path]
        if total > MOST_BYTES and chosen:
            break
        chosen.append(path)
    return chosen


@contextmanager
def local_branch(
    directory: Path, private: Path, environ: Mapping[str, str]
) -> Iterator[tuple[HistoryFile, ...]]:
    """The files of the branch in a checkout, to be read within the context; nothing is fetched.

    Everything of ours goes below `private`. Raises BadInput where the checkout has no such branch, BadFile
    where it is not ours, GitFailed.
    """
    store = open_store(directory, private, environ=environ)
    sha = store.here(*_LOCAL)
    if sha is None:
        raise BadInput(
            f"The repository in {directory} has no branch `{BRANCH}` (looked for {' and '.join(_LOCAL)}).",
            f"Fetch it: `git fetch origin {BRANCH}:{_LOCAL[0]}`.",
        )
    found = listed(store.git, store.directory, sha)
    with opened(store.git, store.directory, sha, list(found), private) as files:
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
