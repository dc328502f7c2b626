"""A study's data on disk: a gzip member for each line, so that a kill loses only the line in flight."""

from __future__ import annotations

import fcntl
import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path


def read(path: Path) -> list[bytes]:
    """Every complete line."""
    if not path.exists():
        return []
    return [line for line, _ in _members(path.read_bytes())]


def append(line: str, path: Path) -> None:
    """Add a line; what a kill left half-written at the end goes first. Several may add to one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(max((end for _, end in _members(path.read_bytes())), default=0))
        file.write(gzip.compress(line.encode(), 9, mtime=0))
        file.flush()
        os.fsync(file.fileno())


def _members(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Each complete gzip member's text and where it ends."""
    start = 0
    while start < len(content):
        reader = zlib.decompressobj(wbits=31)
        try:
            text = reader.decompress(content[start:])
        except zlib.error:
            return
        if not reader.eof:
            return
        start = len(content) - len(reader.unused_data)
        yield text, start
