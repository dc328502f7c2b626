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
from benchmark_ci.model import BenchmarkId, Noun
from benchmark_ci.wall import files
from benchmark_ci.wall.identity import Identity
from benchmark_ci.wall.process import Finished

FEWEST_SAMPLES = 10
MOST_SAMPLES = 100
RESAMPLES = "1001"  # Criterion's own statistics are not used; this is the least it takes without complaint


class Timing(Noun):
    """Criterion's times for one process, in seconds; 0.3 takes whole ones only."""

    warm_up_seconds: float
    measurement_seconds: float
    samples: int = MOST_SAMPLES

    def flags(self, fractional: bool) -> tuple[str, ...]:
        """As flags of the executable."""

        def seconds(value: float) -> str:
            return f"{value:g}" if fractional else str(max(1, round(value)))

        return (
            f"--warm-up-time={seconds(self.warm_up_seconds)}",
            f"--measurement-time={seconds(self.measurement_seconds)}",
            f"--sample-size={self.samples}",
            f"--nresamples={RESAMPLES}",
            "--noplot",
        )


CALIBRATION = Timing(warm_up_seconds=0.1, measurement_seconds=0.1, samples=FEWEST_SAMPLES)
WARM_UP_SECONDS = 0.2
MEASUREMENT_SECONDS = 0.4


def timing_for(iteration_ns: float) -> Timing:
    """The timing of judged processes: as many samples as fit into about a second."""
    samples = MOST_SAMPLES
    if iteration_ns > 10e6:
        samples = max(FEWEST_SAMPLES, min(MOST_SAMPLES, int(1e9 / iteration_ns)))
    return Timing(warm_up_seconds=WARM_UP_SECONDS, measurement_seconds=MEASUREMENT_SECONDS, samples=samples)


class Answer(Noun):
    """What one process gave: a result, or the reason why none."""

    wall_seconds: float
    result: CriterionResult | None = None
    raw: Mapping[str, bytes] = Field(default_factory=dict)  # Criterion's own files, by name
    reason: str = ""
    last_lines: str = ""
    timed_out: bool = False


def run_once(
    exe: Executable,
    benchmark: BenchmarkId,
    timing: Timing,
    place: Path,
    identity: Identity | None,
    limit_seconds: float,
) -> Answer:
    """Run one benchmark in a process of its own, with a fresh Criterion home that is gone afterwards.

    Criterion writes a benchmark called `..` beside its home, so the home lies in `place`, not at it.
    """
    home = place / "home"
    finished = exe.run(
        *timing.flags(exe.fractional_seconds),
        exactly(benchmark.full_id),
        identity=identity,
        limit_seconds=limit_seconds,
        home=home,
    )
    try:
        return _answer(finished, benchmark, home, limit_seconds)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _answer(finished: Finished, benchmark: BenchmarkId, home: Path, limit_seconds: float) -> Answer:
    def failed(reason: str) -> Answer:
        return Answer(
            wall_seconds=finished.wall_seconds,
            reason=reason,
            last_lines=finished.last_lines(),
            timed_out=finished.timed_out,
        )

    if finished.timed_out:
        return failed(f"It gave no answer within {limit_seconds:.0f} s, the limit of one process,")
    if finished.returncode != 0:
        how = (
            f"signal {-finished.returncode}"
            if finished.returncode < 0
            else f"exit code {finished.returncode}"
        )
        return failed(f"It ended with {how}")
    try:
        results = [one for one in criterion.read_results(home) if one.full_id == benchmark.full_id]
        if len(results) != 1:
            return failed(f"It ended well but left {len(results) or 'no'} results")
        raw = {
            name: files.read(home, home / results[0].folder / "new" / name)
            for name in criterion.KEPT_FILES
            if (home / results[0].folder / "new" / name).exists()
        }
    except BadFile as error:
        return failed(error.message.rstrip("."))
    return Answer(wall_seconds=finished.wall_seconds, result=results[0], raw=raw)
