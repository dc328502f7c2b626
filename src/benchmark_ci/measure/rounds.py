"""Rounds: each undecided benchmark once on baseline and once on current, back to back in random order.

Order is drawn anew in every round, so that whatever disturbs the machine disturbs both sides alike; the
test that judges the rounds rests on this and on nothing else (`judge/randomisation.py`).
"""

from __future__ import annotations

import random
import time
from collections import deque
from typing import Literal, Protocol

from benchmark_ci.build.executable import Executable
from benchmark_ci.measure.kept import KeptFiles
from benchmark_ci.measure.once import Answer, run_once
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.measure.unit import FIRST_LIMIT_SECONDS, USUAL_ROUND_SECONDS, USUAL_ROUNDS, Unit, units_of
from benchmark_ci.model import BenchmarkId, Config, Discovered, Failure, Process, Side
from benchmark_ci.voice import Voice
from benchmark_ci.wall.site import Site


class Question(Protocol):
    """What measuring asks: is a benchmark decided? `judge/panel.py` answers."""

    def hear(self, process: Process) -> None:
        """Take in one measured process."""

    def decided(self) -> frozenset[BenchmarkId]:
        """Benchmarks that another round would tell nothing about."""


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
        first_limit_seconds: float = FIRST_LIMIT_SECONDS,
        config: Config | None = None,
    ) -> None:
        """Only benchmarks that both sides have under one unambiguous id are measured, begun in this order.

        `first_limit_seconds` is how long the first process of a benchmark may take; `config` may have other
        times for slow ones.
        """
        self._random = random.Random(seed)  # noqa: S311 - order, not secrets
        self._site = site
        self._recorder = recorder
        self._kept = kept
        self._question = question
        self._voice = voice
        self._budget_seconds = budget_seconds
        self._started = time.monotonic()
        self._homes = 0
        units = units_of(executables, benchmarks, first_limit_seconds, config)
        self._total = sum(len(unit.benchmarks) for unit in units)
        self._decided = 0
        self._waiting = deque(units)
        self._active: list[Unit] = []
        self._resting: list[Unit] = []  # decided, until a larger suite needs more of them

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
            fitting = [unit for unit in self._active if unit.round_seconds <= self._left()]
            if not fitting:
                return "time budget"
            for unit in self._random.sample(fitting, len(fitting)):
                if unit.round_seconds <= self._left():
                    self._round(unit)
            decided = self._question.decided()
            for unit in list(self._active):
                self._resting += [one for one in unit.apart() if one.benchmarks[0] in decided]
                self._keep(unit, [one for one in unit.benchmarks if one not in decided])
            self._recall(decided)

    def _recall(self, decided: frozenset[BenchmarkId]) -> None:
        """What was decided among few benchmarks may be undecided among many: confirmation asks for more."""
        recalled = [unit for unit in self._resting if unit.benchmarks[0] not in decided]
        self._resting = [unit for unit in self._resting if unit not in recalled]
        self._active += recalled
        self._decided -= len(recalled)

    def _left(self) -> float:
        return self._budget_seconds - self.elapsed_seconds

    def _admit(self) -> None:
        """Begin as many benchmarks as the time that is left can probably decide: a few answers are worth
        more than a little data about everything.
        """
        expected = sum(unit.expected_seconds for unit in self._active)
        while self._waiting and (
            not self._active or expected + USUAL_ROUNDS * USUAL_ROUND_SECONDS <= self._left()
        ):
            if self._left() < USUAL_ROUND_SECONDS:
                return
            unit = self._waiting.popleft()
            self._active.append(unit)
            answers = self._pair(unit)
            self._sound(unit, answers, last_try=True)
            if unit in self._active:
                unit.calibrate(answers.values())
                expected += unit.expected_seconds

    def _round(self, unit: Unit) -> None:
        """One round of a unit, repeated once when a process of it fails."""
        for last_try in (False, True):
            unit.round += 1
            started = time.monotonic()
            answers = self._pair(unit)
            unit.round_seconds = time.monotonic() - started
            if self._sound(unit, answers, last_try=last_try):
                return

    def _pair(self, unit: Unit) -> dict[Side, Answer]:
        """Both sides' processes, back to back."""
        self._voice.progress(self._decided, self._total, str(unit.benchmarks[0]))
        sides = list(Side)
        self._random.shuffle(sides)
        return {side: self._process(unit, side, first=side is sides[0]) for side in sides}

    def _sound(self, unit: Unit, answers: dict[Side, Answer], *, last_try: bool) -> bool:
        """Whether the unit need not repeat this round; what failed for good is recorded and left out.

        One bad benchmark takes the others of its process with it, so those that shared one are parted first.
        """
        missing = {
            side: [one for one in unit.benchmarks if one not in answer.measured]
            for side, answer in answers.items()
        }
        if not any(missing.values()):
            return True
        if len(unit.benchmarks) > 1:
            self._part(unit)
            return True
        if not last_try and not any(answer.timed_out for answer in answers.values()):
            return False
        for side, benchmarks in missing.items():
            for benchmark in benchmarks:
                self._fail(unit, benchmark, side, answers[side])
        self._keep(unit, [])
        return True

    def _part(self, unit: Unit) -> None:
        """Measure the unit's benchmarks apart; those that were never calibrated begin anew."""
        self._active.remove(unit)
        if unit.round:
            self._active += unit.apart()
        else:
            self._waiting.extendleft(unit.apart())

    def _keep(self, unit: Unit, undecided: list[BenchmarkId]) -> None:
        """Go on with these benchmarks of a unit."""
        self._decided += len(unit.benchmarks) - len(undecided)
        unit.benchmarks = tuple(undecided)
        if not undecided:
            self._active.remove(unit)

    def _process(self, unit: Unit, side: Side, *, first: bool) -> Answer:
        """Run one process, record what it measured, and keep its files."""
        self._homes += 1
        with self._site.at(side):
            answer = run_once(
                unit.executables[side],
                unit.benchmarks,
                unit.timing,
                self._site.here / "criterion" / str(self._homes),
                self._site.identity(side),
                unit.limit_seconds,
            )
        for benchmark, measured in answer.measured.items():
            process = Process(
                id=benchmark,
                side=side,
                round=unit.round,
                first=first,
                wall_seconds=round(answer.wall_seconds / len(unit.benchmarks), 4),
                cpu_seconds=round(answer.cpu_seconds / len(unit.benchmarks), 4),
                sampling_mode=measured.result.sampling_mode,
                iters=measured.result.iters,
                times=measured.result.times,
                throughput=measured.result.throughput,
                peak_memory_bytes=answer.peak_memory_bytes if len(unit.benchmarks) == 1 else None,
            )
            self._recorder.add(process)
            if unit.round:
                self._question.hear(process)
                self._kept.add(side, benchmark, measured.result, measured.raw)
        return answer

    def _fail(self, unit: Unit, benchmark: BenchmarkId, side: Side, answer: Answer) -> None:
        self._recorder.add(
            Failure(
                id=benchmark, side=side, round=unit.round, reason=answer.reason, last_lines=answer.last_lines
            )
        )
        self._voice.say(f"{benchmark}: {answer.reason} on {side}")
