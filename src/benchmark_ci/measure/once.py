"""One benchmark process: how it is asked, and what it answered."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from benchmark_ci.build.executable import Executable, exactly
from benchmark_ci.errors import BadFile
from benchmark_ci.measure import criterion
from benchmark_ci.measure.criterion import CriterionResult
from benchmark_ci.measure.timing import Timing
from benchmark_ci.model import BenchmarkId, Noun
from benchmark_ci.wall import files
from benchmark_ci.wall.identity import Identity
from benchmark_ci.wall.process import Finished


class Measured(Noun):
    """One benchmark's result and Criterion's own files, by name."""

    result: CriterionResult
    raw: Mapping[str, bytes]


class Answer(Noun):
    """What one process gave: results of the benchmarks that it was asked for, or the reason why none."""

    wall_seconds: float
    cpu_seconds: float = 0.0
    peak_memory_bytes: int | None = None
    measured: Mapping[BenchmarkId, Measured] = Field(default_factory=dict)
    reason: str = ""  # why a benchmark has no result
    last_lines: str = ""
    timed_out: bool = False


def run_once(
    exe: Executable,
    benchmarks: tuple[BenchmarkId, ...],
    timing: Timing,
    place: Path,
    identity: Identity | None,
    limit_seconds: float,
) -> Answer:
    """Run benchmarks in a process of their own, with a fresh Criterion home that is gone afterwards.

    Criterion writes a benchmark called `..` beside its home, so the home lies in `place`, not at it.
    """
    home = place / "home"
    try:
        finished = exe.run(
            *timing.flags(exe.fractional_seconds),
            exactly(*(benchmark.full_id for benchmark in benchmarks)),
            identity=identity,
            limit_seconds=limit_seconds,
            home=home,
        )
    except OSError as error:  # a benchmark may have taken its own executable away
        return Answer(wall_seconds=0, reason=f"It cannot be started ({error.strerror})")
    try:
        return _answer(finished, benchmarks, home, limit_seconds)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _answer(
    finished: Finished, benchmarks: tuple[BenchmarkId, ...], home: Path, limit_seconds: float
) -> Answer:
    measured: dict[BenchmarkId, Measured] = {}
    reason = _how_it_failed(finished, limit_seconds)
    if not reason:
        reason = "It ended well but left no result, or several"
        try:
            found = criterion.read_results(home)
            for benchmark in benchmarks:
                own = [result for result in found if result.full_id == benchmark.full_id]
                if len(own) == 1:
                    measured[benchmark] = Measured(result=own[0], raw=_raw(home, own[0]))
        except BadFile as error:
            reason = error.message.rstrip(".")
    return Answer(
        wall_seconds=finished.wall_seconds,
        cpu_seconds=finished.cpu_seconds,
        peak_memory_bytes=finished.peak_memory_bytes,
        measured=measured,
        reason=reason,
        last_lines=finished.last_lines(),
        timed_out=finished.timed_out,
    )


def _how_it_failed(finished: Finished, limit_seconds: float) -> str:
    if finished.timed_out:
        return f"It gave no answer within {limit_seconds:.0f} s, the limit of one process,"
    if finished.filled_disk:
        return "It filled the disk"
    if finished.returncode < 0:
        return f"It ended with signal {-finished.returncode}"
    return f"It ended with exit code {finished.returncode}" if finished.returncode else ""


def _raw(home: Path, result: CriterionResult) -> dict[str, bytes]:
    folder = home / result.folder / "new"
    return {
        name: files.read(home, folder / name) for name in criterion.KEPT_FILES if (folder / name).exists()
    }
