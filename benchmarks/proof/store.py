"""The study's data on disk."""

from __future__ import annotations

from pathlib import Path

from benchmarks import members
from benchmarks.proof.record import LINES, Arranged, Line, Proven, Study, Timed

DATA = Path(__file__).parent / "data" / "commits.jsonl.gz"


def read(path: Path = DATA) -> Study:
    """Everything that was kept; of a change that was proven again, the newest."""
    lines = [LINES.validate_json(line) for line in members.read(path)]
    return Study(
        proven={one.change: one for one in lines if isinstance(one, Proven)},
        timed=tuple(one for one in lines if isinstance(one, Timed)),
        arranged=tuple(one for one in lines if isinstance(one, Arranged)),
    )


def append(line: Line, path: Path = DATA) -> None:
    """Add a line."""
    members.append(line.model_dump_json(), path)
