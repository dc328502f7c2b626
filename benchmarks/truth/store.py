"""The study's data on disk: a gzip member for each run, so that a kill loses only the run in flight."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from benchmarks.truth.record import Run

DATA = Path(__file__).parent / "data" / "runs.jsonl.gz"


def read(path: Path = DATA) -> list[Run]:
    """Every complete run."""
    if not path.exists():
        return []
    return [Run.model_validate_json(line) for line, _ in _members(path.read_bytes())]


def append(run: Run, path: Path = DATA) -> None:
    """Add a run; what a kill left half-written at the end goes first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = 0
    if path.exists():
        whole = max((end for _, end in _members(path.read_bytes())), default=0)
    with path.open("ab") as file:
        file.truncate(whole)
        file.write(gzip.compress(run.model_dump_json().encode(), 9, mtime=0))
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
