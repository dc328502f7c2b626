"""Several runs at a time beside the same busy neighbours, each lane with crates of its own.

What is measured has less of the machine than beside the neighbours alone, never more.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.truth.load import ROOT, neighbours
from benchmarks.truth.record import Load


def lanes(crates: Sequence[str], experiments: Sequence[str], minutes: float, work: Path, data: Path) -> int:
    """Measure for `minutes`; `crates` are those of each lane, with commas. Answers with an exit code."""
    asked = [word for name in experiments for word in ("--experiment", name)]
    with neighbours(Load.BUSY):
        running = [
            subprocess.Popen([*_command(names, minutes, work, data), *asked], cwd=ROOT) for names in crates
        ]
        return max([one.wait() for one in running])


def _command(names: str, minutes: float, work: Path, data: Path) -> list[str]:
    words = [sys.executable, "-m", "benchmarks.truth", "run", "--beside", "--load", "busy"]
    for name in names.split(","):
        words += ["--crate", name]
    return [*words, "--minutes", str(minutes), "--work", str(work), "--data", str(data)]
