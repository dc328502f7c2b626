"""Rounds: each undecided benchmark once on baseline and once on current, back to back in random order.

Order is drawn anew in every round, so that whatever disturbs the machine disturbs both sides alike; the
test that judges the rounds rests on this and on nothing else (`judge/randomisation.py`).
"""

from __future__ import annotations

import random
import statistics
import time
from collections import deque
from collections.abc import Mapping
from typing import Literal, Protocol

from benchmark_ci.build.executable import Executable
from benchmark_ci.measure import once
from benchmark_ci.measure.kept import KeptFiles
from benchmark_ci.measure.once import Answer, Timing
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.model import BenchmarkId, Discovered, Failure, Process, Side
from benchmark_ci.voice import Voice
from benchmark_ci.wall.site import Site

FIRST_LIMIT_SECONDS = 300.0
"""How long the first process of a benchmark may take; later ones get ten times what it took, and a minute."""

LONGEST_LIMIT_SECONDS = 600.0
USUAL_ROUNDS = 10
USUAL_ROUND_SECONDS = 1.6


class Question(Protocol):
    """What measuring asks: is a benchmark decided? `judge/panel.py` answers."""

    def hear(self, process: Process) -> None:
        """Take in one measured process."""

    def undecided(self) -> frozenset[BenchmarkId]:
        """Benchmarks that another round could decide."""


class _Bench:
    """One benchmark while it is measured."""

    def __init__(self, benchmark: BenchmarkId, executables: Mapping[Side, Executable]) -> None:
        self.id = benchmark
        self.executables = executables
        self.rounds = 0
        self.timing: Timing = once.CALIBRATION
        self.limit_seconds = FIRST_LIMIT_SECONDS
        self.round_seconds = USUAL_ROUND_SECONDS

    @property
    def expected_seconds(self) -> float:
        """What its remaining rounds will probably take."""
        return self.round_seconds * max(USUAL_ROUNDS - self.rounds, 2)


class Rounds:
    """Measures benchmarks until they are decided or the time budget (seconds) ends."""

    def __init__(
        self,
        executables: tuple[Executable, ...],
        benchmarks: tuple[Discovered, ...],
        site: Site,
        recorder: Recorder,
        kept: KeptFiles,
        question: Question,
        voice: Voice,
        seed: int,
        budget_seconds: float,
    ) -> None:
        """Only benchmarks that both sides have under one unambiguous id are measured."""
        of_target: dict[tuple[str, str], dict[Side, Executable]] = {}
        for exe in executables:
            of_target.setdefault((exe.target.package, exe.target.name), {})[exe.side] = exe
        self._random = random.Random(seed)  # noqa: S311 - order, not secrets
        self._site = site
        self._recorder = recorder
        self._kept = kept
        self._question = question
        self._voice = voice
        self._budget_seconds = budget_seconds
        self._started = time.monotonic()
        self._homes = 0
        measurable = [one for one in benchmarks if len(one.sides) == len(Side) and not one.ambiguous]
        self._total = len(measurable)
        self._decided = 0
        waiting = [_Bench(one.id, of_target[one.id.package, one.id.target]) for one in measurable]
        self._random.shuffle(waiting)
        self._waiting = deque(waiting)
        self._active: list[_Bench] = []

    @property
    def elapsed_seconds(self) -> float:
        """Wall seconds since measuring began."""
        return time.monotonic() - self._started

    def run(self) -> Literal["decided", "time budget"]:
        """Measure; returns why it ended. Interrupted leaves what was recorded."""
        while True:
            self._admit()
            if not self._active:
                return "time budget" if self._waiting else "decided"
            for bench in self._random.sample(self._active, len(self._active)):
                if self._left() < bench.round_seconds:
                    return "time budget"
                if not self._round(bench):
                    self._leave(bench)
            undecided = self._question.undecided()
            for bench in [one for one in self._active if one.id not in undecided]:
                self._leave(bench)

    def _left(self) -> float:
        return self._budget_seconds - self.elapsed_seconds

    def _admit(self) -> None:
        """Begin as many benchmarks as the time that is left can probably decide: a few answers are worth
        more than a little data about everything.
        """
        expected = sum(bench.expected_seconds for bench in self._active)
        while self._waiting and (
            not self._active or expected + USUAL_ROUNDS * USUAL_ROUND_SECONDS <= self._left()
        ):
            if self._left() < USUAL_ROUND_SECONDS:
                return
            bench = self._waiting.popleft()
            if self._calibrate(bench):
                self._active.append(bench)
                expected += bench.expected_seconds
            else:
                self._decided += 1

    def _leave(self, bench: _Bench) -> None:
        self._active.remove(bench)
        self._decided += 1

    def _calibrate(self, bench: _Bench) -> bool:
        """Round 0, not judged: does it work on both sides, and how long does it take?"""
        self._voice.progress(self._decided, self._total, str(bench.id))
        answers = {side: self._process(bench, side, first=side is Side.BASELINE) for side in Side}
        for side, answer in answers.items():
            if answer.result is None:
                self._fail(bench, side, answer)
        iterations_ns = [
            statistics.median(
                time / iters for time, iters in zip(one.result.times, one.result.iters, strict=True)
            )
            for one in answers.values()
            if one.result
        ]
        if len(iterations_ns) < len(Side):
            return False
        longest = max(answer.wall_seconds for answer in answers.values())
        bench.timing = once.timing_for(max(iterations_ns))
        bench.limit_seconds = min(LONGEST_LIMIT_SECONDS, 60 + 10 * longest)
        bench.round_seconds = max(USUAL_ROUND_SECONDS, 2 * longest)
        return True

    def _round(self, bench: _Bench) -> bool:
        """One round, repeated once when a process of it fails; False when it failed again."""
        self._voice.progress(self._decided, self._total, str(bench.id))
        for last_try in (False, True):
            bench.rounds += 1
            sides = list(Side)
            self._random.shuffle(sides)
            started = time.monotonic()
            answers = {side: self._process(bench, side, first=side is sides[0]) for side in sides}
            bench.round_seconds = time.monotonic() - started
            failed = {side: answer for side, answer in answers.items() if answer.result is None}
            if not failed:
                return True
            if last_try or any(answer.timed_out for answer in failed.values()):
                for side, answer in failed.items():
                    self._fail(bench, side, answer)
                return False
        raise AssertionError("unreachable")

    def _process(self, bench: _Bench, side: Side, *, first: bool) -> Answer:
        """Run one process, record it, and keep its files."""
        self._homes += 1
        with self._site.at(side):
            answer = once.run_once(
                bench.executables[side],
                bench.id,
                bench.timing,
                self._site.here / "criterion" / str(self._homes),
                self._site.identity(side),
                bench.limit_seconds,
            )
        if answer.result is None:
            return answer
        process = Process(
            id=bench.id,
            side=side,
            round=bench.rounds,
            first=first,
            wall_seconds=round(answer.wall_seconds, 4),
            sampling_mode=answer.result.sampling_mode,
            iters=answer.result.iters,
            times=answer.result.times,
            throughput=answer.result.throughput,
        )
        self._recorder.add(process)
        if bench.rounds:
            self._question.hear(process)
            self._kept.add(side, bench.id, answer.result, answer.raw)
        return answer

    def _fail(self, bench: _Bench, side: Side, answer: Answer) -> None:
        failure = Failure(
            id=bench.id, side=side, round=bench.rounds, reason=answer.reason, last_lines=answer.last_lines
        )
        self._recorder.add(failure)
        self._voice.say(f"{bench.id}: {answer.reason} on {side}")
