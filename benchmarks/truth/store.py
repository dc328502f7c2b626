"""The study's data on disk."""

from __future__ import annotations

from pathlib import Path

from benchmarks import members
from benchmarks.truth.record import Run

DATA = Path(__file__).parent / "data" / "runs.jsonl.gz"


def read(path: Path = DATA) -> list[Run]:
    """Every complete run."""
    return [Run.model_validate_json(line) for line in members.read(path)]


def append(run: Run, path: Path = DATA) -> None:
    """Add a run."""
    members.append(run.model_dump_json(), path)
