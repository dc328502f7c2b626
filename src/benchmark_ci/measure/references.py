"""Targets: a benchmark of current and its reference, back to back in random order, as baseline and current
are (`measure/rounds.py`). Both run here whatever was proven or decided before: a target is about the ratio.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Protocol

from benchmark_ci.build.executable import Executable
from benchmark_ci.measure.command import Timed, run_command
from benchmark_ci.measure.once import run_once
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.measure.unit import AS_USUAL, FIRST_LIMIT_SECONDS, LONGEST_LIMIT_SECONDS, Unit
from benchmark_ci.model import (
    BenchmarkId,
    Config,
    Contender,
    Discovered,
    ReferenceProcess,
    ReferenceTarget,
    Side,
    Times,
    Unmeasured,
)
from benchmark_ci.voice import Voice
from benchmark_ci.wall.site import Site

FEWEST_ROUNDS = 7
"""A target with fewer cannot be decided (`judge/targets.py`), so it is not begun without time for them."""

RESERVED_SECONDS = 10.0
RESERVED_SHARE = 0.2
SHORTEST_LIMIT_SECONDS = 10.0

Question = Callable[[int, tuple[ReferenceProcess, ...]], bool]
"""Whether the target at this position is decided by these processes."""


def reserve_seconds(targets: int, budget_seconds: float) -> float:
    """What is kept of the time budget for so many targets."""
    return min(targets * RESERVED_SECONDS, RESERVED_SHARE * budget_seconds)


class Runner(Protocol):
    """The benchmark or its reference: something that is started once in each round."""

    @property
    def expected_seconds(self) -> float:
        """Of one process; known after calibration."""

    def run(self, number: int, limit_seconds: float) -> Timed:
        """One process in the round of this number; 0 is calibration."""


class _Pair:
    """A target while it is measured."""

    def __init__(self, position: int, runners: dict[Contender, Runner]) -> None:
        self.position = position
        self.runners = runners
        self.round = 0
        self.round_seconds = 0.0
        self.limit_seconds = FIRST_LIMIT_SECONDS
        self.measured: list[ReferenceProcess] = []

    @property
    def fewest_seconds(self) -> float:
        """What the rounds before its first look will probably take."""
        return FEWEST_ROUNDS * self.round_seconds


class References:
    """Measures targets until they are decided or no time is left."""

    def __init__(
        self,
        targets: tuple[ReferenceTarget, ...],
        executables: tuple[Executable, ...],
        benchmarks: tuple[Discovered, ...],
        site: Site,
        working_directory: PurePosixPath,
        recorder: Recorder,
        question: Question,
        voice: Voice,
        seed: int,
        left: Callable[[], float],
        config: Config | None = None,
    ) -> None:
        """`left` says how many seconds of the time budget are left."""
        self._targets = targets
        self._executables = {
            (exe.target.package, exe.target.name): exe for exe in executables if exe.side is Side.CURRENT
        }
        self._benchmarks = tuple(one for one in benchmarks if Side.CURRENT in one.sides)
        self._site = site
        self._directory = site.here / "src" / working_directory
        self._recorder = recorder
        self._question = question
        self._voice = voice
        self._random = random.Random(seed)  # noqa: S311 - order, not secrets
        self._left = left
        self._config = config
        self._count = 0

    def run(self) -> None:
        """Measure all; why one could not be stands in the recording.

        What needs more than its share of the time that is left waits: so most targets get an answer.
        """
        slow = []
        for position in range(len(self._targets)):
            pair = self._calibrated(position)
            if pair is None:
                continue
            if pair.fewest_seconds <= self._left() / (len(self._targets) - position):
                self._measure(pair)
            else:
                slow.append(pair)
        for pair in sorted(slow, key=lambda one: one.round_seconds):
            self._measure(pair)

    def _calibrated(self, position: int) -> _Pair | None:
        """The target with its calibration behind it; None when it cannot be measured."""
        runners = self._runners(position)
        if runners is None:
            return None
        if self._left() <= 0:
            self._give_up(position, "The time budget ended before its turn.")
            return None
        pair = _Pair(position, runners)
        problem = self._round(pair)
        if problem:
            self._give_up(position, f"{problem.reason}.", problem.last_lines)
            return None
        pair.round_seconds = sum(runner.expected_seconds for runner in runners.values())
        longest = max(pair.round_seconds, *(one.wall_seconds for one in pair.measured))
        pair.limit_seconds = min(LONGEST_LIMIT_SECONDS, 60 + 10 * longest)
        return pair

    def _measure(self, pair: _Pair) -> None:
        if pair.fewest_seconds > self._left():
            needed = max(pair.fewest_seconds, 1)
            reason = f"The time budget left too little for it: it needs about {needed:.0f} s."
            self._give_up(pair.position, reason)
            return
        failed = False
        while not self._question(pair.position, tuple(pair.measured)):
            if pair.round_seconds > self._left():
                self._give_up(pair.position, f"The time budget ended after {pair.round} rounds.")
                return
            pair.round += 1
            started = time.monotonic()
            problem = self._round(pair)
            pair.round_seconds = time.monotonic() - started
            if problem and (failed or problem.timed_out):
                self._give_up(pair.position, f"{problem.reason}.", problem.last_lines)
                return
            failed = problem is not None  # such a round is repeated once
        self._voice.say(
            f"Target of {self._targets[pair.position].benchmark}: measured in {pair.round} rounds"
        )

    def _round(self, pair: _Pair) -> Timed | None:
        """One process of each, recorded; the one that gave no result, when one did not."""
        order = list(Contender)
        self._random.shuffle(order)
        limit = min(pair.limit_seconds, max(self._left(), SHORTEST_LIMIT_SECONDS))
        for contender in order:
            with self._site.at(Side.CURRENT):
                timed = pair.runners[contender].run(pair.round, limit)
            if timed.reason:
                return timed
            line = ReferenceProcess(
                target=pair.position,
                contender=contender,
                round=pair.round,
                first=contender is order[0],
                wall_seconds=round(timed.wall_seconds, 4),
                cpu_seconds=round(timed.cpu_seconds, 4),
                iters=timed.iters,
                times=timed.times,
                peak_memory_bytes=timed.peak_memory_bytes,
            )
            self._recorder.add(line)
            pair.measured.append(line)
        return None

    def _runners(self, position: int) -> dict[Contender, Runner] | None:
        """Both contenders; None when one of them does not exist on current."""
        target = self._targets[position]
        benchmark = self._benchmark(position, target.benchmark)
        if benchmark is None:
            return None
        if target.reference_command:
            command = _Command(target.reference_command, self._directory, benchmark.exe, self._site)
            return {Contender.BENCHMARK: benchmark, Contender.REFERENCE: command}
        reference = self._benchmark(position, target.reference_benchmark)
        return {Contender.BENCHMARK: benchmark, Contender.REFERENCE: reference} if reference else None

    def _benchmark(self, position: int, full_id: str) -> _Benchmark | None:
        found = [one for one in self._benchmarks if one.id.full_id == full_id]
        if len(found) != 1 or found[0].ambiguous:
            why = "Several benchmarks share the id" if found else "Current has no benchmark"
            hint = "" if found else " that `filter` and `skip` leave"
            self._give_up(position, f"{why} `{full_id}`{hint}.")
            return None
        exe = self._executables.get((found[0].id.package, found[0].id.target))
        if exe is None:
            self._give_up(position, f"The bench target of `{full_id}` does not work on current.")
            return None
        times = self._config.times_of(found[0].id) if self._config else AS_USUAL
        return _Benchmark(found[0].id, exe, self._site, self._next, times)

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _give_up(self, position: int, reason: str, last_lines: str = "") -> None:
        self._recorder.add(Unmeasured(target=position, reason=reason, last_lines=last_lines))
        self._voice.say(f"Target of {self._targets[position].benchmark}: {reason}")


class _Command:
    """A reference command, in the environment of the benchmark that it is compared with."""

    def __init__(self, argv: tuple[str, ...], directory: Path, like: Executable, site: Site) -> None:
        self._argv = argv
        self._directory = directory
        self._like = like
        self._site = site
        self.expected_seconds = 0.0

    def run(self, number: int, limit_seconds: float) -> Timed:
        timed = run_command(
            self._argv,
            self._directory,
            self._like.env,
            self._site.identity(Side.CURRENT),
            limit_seconds,
            self._like.launcher,
        )
        self.expected_seconds = timed.wall_seconds
        return timed


class _Benchmark:
    """A benchmark of current by itself."""

    def __init__(
        self, benchmark: BenchmarkId, exe: Executable, site: Site, count: Callable[[], int], times: Times
    ) -> None:
        self.exe = exe
        self._id = benchmark
        self._site = site
        self._count = count
        self._unit = Unit((benchmark,), {Side.CURRENT: exe}, FIRST_LIMIT_SECONDS, times)

    @property
    def expected_seconds(self) -> float:
        return self._unit.round_seconds / 2  # a unit's round is two processes

    def run(self, number: int, limit_seconds: float) -> Timed:
        self._unit.round = number
        answer = run_once(
            self.exe,
            (self._id,),
            self._unit.timing,
            self._site.here / "criterion" / f"target-{self._count()}",
            self._site.identity(Side.CURRENT),
            max(limit_seconds, self._unit.times.limit_seconds or 0),
        )
        measured = answer.measured.get(self._id)
        if measured is None:
            return Timed(
                reason=f"`{self._id.full_id}`: {answer.reason}",
                last_lines=answer.last_lines,
                timed_out=answer.timed_out,
            )
        if not number:
            self._unit.calibrate([answer])
        return Timed(
            wall_seconds=answer.wall_seconds,
            cpu_seconds=answer.cpu_seconds,
            iters=measured.result.iters,
            times=measured.result.times,
            peak_memory_bytes=answer.peak_memory_bytes,
        )
