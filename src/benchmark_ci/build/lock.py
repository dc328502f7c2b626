"""One `Cargo.lock` for both sides, unless each side has committed its own."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from benchmark_ci.model import Side
from benchmark_ci.wall import files

NAME = "Cargo.lock"


def find(clone: Path, directory: PurePosixPath) -> PurePosixPath | None:
    """The lock that cargo would use for `directory`: the nearest at or above it; None where there is none."""
    for folder in (directory, *directory.parents):
        if (clone / folder / NAME).is_file():
            return folder / NAME
    return None


def copy(lock: PurePosixPath, source: Path, destination: Path) -> None:
    """Put one clone's lock into the other, where a link is neither followed nor left."""
    files.replace(destination / lock, files.read(source, source / lock))


def advice(committed: set[Side]) -> str | None:
    """What people are told when the sides did not each bring a lock of their own."""
    if len(committed) == len(Side):
        return None
    if not committed:
        return "No Cargo.lock is committed: dependencies were resolved once and used for both sides."
    return f"Only {committed.pop()} has a Cargo.lock: it was used for both sides."
