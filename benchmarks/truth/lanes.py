"""Several runs at a time beside the same busy neighbours, each lane with crates of its own.

What is measured has less of the machine than beside the neighbours alone, never more.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.truth import store
from benchmarks.truth.load import ROOT, neighbours
from benchmarks.truth.record import Load


def lanes(crates: Sequence[str], experiments: Sequence[str], minutes: float, work: Path, data: Path) -> int:
    """Measure for `minutes`; `crates` are those of each lane, with commas. Answers with an exit code."""
    asked = [word for name in experiments for word in ("--experiment", name)]
    gather(data)
    with neighbours(Load.BUSY):
        running = [
            subprocess.Popen([*_command(number, names, minutes, work, data), *asked], cwd=ROOT)
            for number, names in enumerate(crates)
        ]
        codes = [one.wait() for one in running]
    gather(data)
    return max(codes)


def gather(data: Path) -> None:
    """Put the lanes' runs, also those that a kill left behind, with the others."""
    known = {one.key for one in store.read(data)}
    for path in sorted(data.parent.glob(f"{data.name}.lane*")):
        for one in store.read(path):
            if one.key not in known:
                store.append(one, data)
        path.unlink()


def _command(number: int, names: str, minutes: float, work: Path, data: Path) -> list[str]:
    words = [sys.executable, "-m", "benchmarks.truth", "run", "--load", "busy", "--minutes", str(minutes)]
    for name in names.split(","):
        words += ["--crate", name]
    lane = data.with_name(f"{data.name}.lane{number}")
    return [*words, "--work", str(work), "--data", str(data), "--lane", str(lane)]
