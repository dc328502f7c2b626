"""What is measured together: usually one benchmark, in a process of its own.

Where every process spends long on set-up before its first benchmark, several benchmarks of an executable
share one, so that the set-up is paid once for all of them.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping

from benchmark_ci.build.executable import Executable
from benchmark_ci.measure.once import Answer
from benchmark_ci.measure.timing import CALIBRATION, Timing, timing_for
from benchmark_ci.model import BenchmarkId, Config, Discovered, Side, Times

FIRST_LIMIT_SECONDS = 300.0
"""How long the first process of a benchmark may take; later ones get ten times what it took, and a minute."""

LONGEST_LIMIT_SECONDS = 600.0
AS_USUAL = Times()
USUAL_ROUNDS = 9
USUAL_ROUND_SECONDS = 0.8
DEAR_SETUP_SECONDS = 0.5
MOST_TOGETHER = 20


class Unit:
    """Benchmarks that share their processes, while they are measured."""

    def __init__(
        self,
        benchmarks: tuple[BenchmarkId, ...],
        executables: Mapping[Side, Executable],
        limit_seconds: float,
        times: Times = AS_USUAL,
    ) -> None:
        """`executables` of both sides hold all of these benchmarks; the limit is the first process's.

        `times` are what `benchmark-ci.toml` says of all of them.
        """
        self.benchmarks = benchmarks
        self.executables = executables
        self.times = times
        self.round = 0
        self.limit_seconds = times.limit_seconds or limit_seconds
        self.round_seconds = USUAL_ROUND_SECONDS
        self._iteration_ns = 0.0

    @property
    def timing(self) -> Timing:
        """Of the processes of its present round; round 0 is calibration."""
        if not self.round:
            return CALIBRATION
        return timing_for(self._iteration_ns, self.round, self.times.measurement_seconds)

    @property
    def expected_seconds(self) -> float:
        """What its remaining rounds will probably take."""
        return self.round_seconds * max(USUAL_ROUNDS - self.round, 2)

    def calibrate(self, answers: Iterable[Answer]) -> None:
        """Learn from round 0 how slow the slowest of its benchmarks is, and how long a process may take."""
        answers = list(answers)
        self._iteration_ns = max(
            statistics.median(
                time / iters for time, iters in zip(one.result.times, one.result.iters, strict=True)
            )
            for answer in answers
            for one in answer.measured.values()
        )
        longest = max(answer.wall_seconds for answer in answers)
        measuring = len(self.benchmarks) * 1.5 * (self.times.measurement_seconds or 0)  # with warm-up
        self.limit_seconds = self.times.limit_seconds or min(
            LONGEST_LIMIT_SECONDS, 60 + 10 * (longest + measuring)
        )
        self.round_seconds = max(USUAL_ROUND_SECONDS, 2 * longest, 2 * measuring)

    def apart(self) -> list[Unit]:
        """Each of its benchmarks in a unit of its own, from the present round on."""
        units = []
        for benchmark in self.benchmarks:
            unit = Unit((benchmark,), self.executables, self.limit_seconds, self.times)
            unit.round = self.round
            unit.round_seconds = self.round_seconds
            unit._iteration_ns = self._iteration_ns
            units.append(unit)
        return units


def units_of(
    executables: tuple[Executable, ...],
    benchmarks: tuple[Discovered, ...],
    first_limit_seconds: float,
    config: Config | None = None,
) -> list[Unit]:
    """Units of all benchmarks that both sides have under one unambiguous id; they share their times too.

    They come in the order of their first benchmarks.
    """
    of_target: dict[tuple[str, str], dict[Side, Executable]] = {}
    for exe in executables:
        of_target.setdefault((exe.target.package, exe.target.name), {})[exe.side] = exe
    alike: dict[tuple[tuple[str, str], Times], list[BenchmarkId]] = {}
    for one in benchmarks:
        if len(one.sides) == len(Side) and not one.ambiguous:
            times = config.times_of(one.id) if config else AS_USUAL
            alike.setdefault(((one.id.package, one.id.target), times), []).append(one.id)
    units = []
    for (target, times), ids in alike.items():
        size = _together(max(exe.setup_seconds for exe in of_target[target].values()))
        units += [
            Unit(tuple(ids[start : start + size]), of_target[target], first_limit_seconds, times)
            for start in range(0, len(ids), size)
        ]
    place = {one.id: index for index, one in enumerate(benchmarks)}
    return sorted(units, key=lambda unit: place[unit.benchmarks[0]])


def _together(setup_seconds: float) -> int:
    """How many benchmarks share a process: so many that measuring them takes about as long as the set-up."""
    if setup_seconds < DEAR_SETUP_SECONDS:
        return 1
    return min(MOST_TOGETHER, max(2, round(setup_seconds / (USUAL_ROUND_SECONDS / 2))))
