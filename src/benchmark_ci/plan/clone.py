"""A clone of its own of one commit: no pointer to anything else on this machine, no credentials."""

from __future__ import annotations

from pathlib import Path

from benchmark_ci.errors import GitFailed
from benchmark_ci.model import Noun
from benchmark_ci.plan.git import NETWORK_SECONDS, Git


class Source(Noun):
    """Where a clone is made from."""

    store: Path
    object_format: str
    url: str  # what the clone calls its origin; holds no secret


def name(sha: str) -> str:
    """The ref that a store gives a commit."""
    return f"refs/kept/{sha}"


def make(git: Git, source: Source, sha: str, destination: Path) -> tuple[str, ...]:
    """Clone one commit into a directory that is empty or not there, HEAD detached.

    Returns cautions. Raises GitFailed.
    """
    destination.mkdir(parents=True, exist_ok=True)
    if any(destination.iterdir()):
        raise GitFailed(f"{destination} is not empty.")
    kind = f"--object-format={source.object_format}"
    git.answer("init", "--quiet", "--template=", kind, ".", cwd=destination)
    fetch = ("fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head")
    git.answer(*fetch, str(source.store), f"{name(sha)}:{name(sha)}", cwd=destination)
    git.answer("checkout", "--quiet", "--detach", sha, cwd=destination)
    git.answer("update-ref", "-d", name(sha), cwd=destination)
    if source.url:
        git.answer("config", "remote.origin.url", source.url, cwd=destination)
    return (*_submodules(git, destination), *_large_files(git, destination))


def _submodules(git: Git, destination: Path) -> tuple[str, ...]:
    """Fetch submodules without any credential, over HTTP only: the commit chose the addresses."""
    if not (destination / ".gitmodules").is_file():
        return ()
    finished = git.run(
        *("submodule", "--quiet", "update", "--init", "--recursive", "--depth=1"),
        cwd=destination,
        env={"GIT_ALLOW_PROTOCOL": "http:https"},
        timeout_seconds=NETWORK_SECONDS,
    )
    if finished.ok:
        return ()
    return (f"Submodules could not be fetched without credentials: {finished.last_lines(1)}",)


def _large_files(git: Git, destination: Path) -> tuple[str, ...]:
    listing = git.answer("ls-files", "-z", "--", ":(attr:filter=lfs)", cwd=destination)
    count = listing.count("\0")
    if not count:
        return ()
    files = "1 file is" if count == 1 else f"{count} files are"
    return (f"{files} kept in Git LFS; builds see pointers instead of contents.",)
