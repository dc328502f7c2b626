"""How repeatable peak memory is: many processes of one executable, each benchmark of `examples/quantizer`."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmark_ci.build.build import build
from benchmark_ci.build.executable import Executable
from benchmark_ci.measure.once import Answer, run_once
from benchmark_ci.measure.timing import CALIBRATION, Timing, timing_for
from benchmark_ci.model import BenchmarkId, Noun, Settings, Side
from benchmark_ci.wall.environment import on_a_terminal
from benchmark_ci.wall.site import Site
from benchmarks.truth.study import Quietly

CRATE = Path(__file__).resolve().parents[2] / "examples" / "quantizer"
RUNS = 30
LIMIT_SECONDS = 60.0


class Repeated(Noun):
    """Peak memory of the processes of one benchmark, bytes."""

    benchmark: str
    peaks: tuple[int, ...]
    harness: int  # what the executable takes while it lists its benchmarks

    @property
    def median(self) -> float:
        """Of the processes."""
        return statistics.median(self.peaks)

    @property
    def deviation_percent(self) -> float:
        """Standard deviation between processes, of the median."""
        return statistics.stdev(self.peaks) / self.median * 100

    @property
    def range_percent(self) -> float:
        """From the smallest to the largest, of the median."""
        return (max(self.peaks) - min(self.peaks)) / self.median * 100


def memory(runs: int = RUNS) -> Sequence[Repeated]:
    """Build the example as the product does, and run each benchmark so often, all of them in turn."""
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        site = Site(Path(folder), None)
        built = build(
            Settings(),
            site,
            os.environ,
            _checkout,
            lambda _, toolchain_bin: on_a_terminal(os.environ, toolchain_bin),
            Quietly(),
        )
        (exe,) = (one for one in built.executables if one.side is Side.BASELINE)
        benchmarks = [one.id for one in built.preparation.benchmarks]
        (harness,) = (
            one.peak_memory_bytes for one in built.preparation.harness_memory if one.side is Side.BASELINE
        )
        with site.at(Side.BASELINE):
            place = site.here / "criterion"
            timings = {one: _timing(exe, one, place) for one in benchmarks}
            peaks: dict[BenchmarkId, list[int]] = {one: [] for one in benchmarks}
            for _ in range(runs):
                for one in benchmarks:
                    peaks[one].append(_peak(_run(exe, one, timings[one], place)))
    return [
        Repeated(benchmark=one.full_id, peaks=tuple(found), harness=harness) for one, found in peaks.items()
    ]


def _checkout(_: Side, folder: Path) -> tuple[str, ...]:
    shutil.copytree(CRATE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("target"))
    return ()


def _timing(exe: Executable, benchmark: BenchmarkId, place: Path) -> Timing:
    """What a judged process of the first round would be given."""
    found = _run(exe, benchmark, CALIBRATION, place).measured[benchmark].result
    return timing_for(min(time / count for time, count in zip(found.times, found.iters, strict=True)), 1)


def _run(exe: Executable, benchmark: BenchmarkId, timing: Timing, place: Path) -> Answer:
    answer = run_once(exe, (benchmark,), timing, place / "run", None, LIMIT_SECONDS)
    assert answer.measured, answer.reason
    return answer


def _peak(answer: Answer) -> int:
    assert answer.peak_memory_bytes, "peak memory is measured on Linux only"
    return answer.peak_memory_bytes
