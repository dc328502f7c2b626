"""Benchmarks that may be slower only by where their code lies, measured in other arrangements of it.

Each arrangement is a pair of executables, linked anew; in each of them every benchmark that is still open
gets a few rounds, as in `measure/rounds.py`. What is judged is the arrangement (`judge/arrangements.py`).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from itertools import count

from benchmark_ci.build.executable import Executable
from benchmark_ci.measure.once import Answer, run_once
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.measure.unit import AS_USUAL, FIRST_LIMIT_SECONDS, USUAL_ROUND_SECONDS, Unit
from benchmark_ci.model import ArrangedProcess, Arrangement, BenchmarkId, Config, Side, Target
from benchmark_ci.voice import Voice
from benchmark_ci.wall.site import Site

ROUNDS = 4
"""Of a benchmark in an arrangement. Arrangements differ by more than processes do: few of many are better."""

FEWEST_ARRANGEMENTS = 7
"""With fewer nothing can be shown (`judge/arrangements.py`), so none is begun without time for them."""

LARGEST_SEED = 2**31 - 1
NO_TIME = "the time budget left too little for it"

Relink = Callable[[tuple[Target, ...], int, float], tuple[Executable, ...] | str]
"""Executables of these targets on both sides, arranged by this seed within so many seconds, or why not."""

Question = Callable[[BenchmarkId, tuple[ArrangedProcess, ...]], bool]
"""Whether these processes of a benchmark settle it."""


class Arrangements:
    """Measures suspects until they are settled, or arrangements or time have come to an end."""

    def __init__(
        self,
        suspects: Iterable[BenchmarkId],
        relink: Relink,
        site: Site,
        recorder: Recorder,
        question: Question,
        voice: Voice,
        seed: int,
        left: Callable[[], float],
        config: Config | None = None,
    ) -> None:
        """`left` says how many seconds of the time budget are left."""
        self._open = sorted(suspects, key=str)
        self._relink = relink
        self._site = site
        self._recorder = recorder
        self._question = question
        self._voice = voice
        self._random = random.Random(f"arrangements {seed}")  # noqa: S311 - order, not secrets
        self._left = left
        self._config = config
        self._measured: dict[BenchmarkId, list[ArrangedProcess]] = {one: [] for one in self._open}
        self._homes = 0

    def run(self) -> None:
        """Measure; why there was no (further) arrangement stands in the recording."""
        linking, measuring = 0.0, len(self._open) * ROUNDS * USUAL_ROUND_SECONDS
        for number in count(1):
            self._open = [one for one in self._open if not self._question(one, tuple(self._measured[one]))]
            if not self._open:
                return
            more = max(FEWEST_ARRANGEMENTS + 1 - number, 1)
            as_dear = more if number > 2 else 1  # the first was compiled as well, and tells of no other
            started = time.monotonic()
            executables = self._arrange(number, more * measuring + as_dear * linking <= self._left())
            linking, started = time.monotonic() - started, time.monotonic()
            if not executables:
                return
            for benchmark in self._random.sample(self._open, len(self._open)):
                self._measure(number, benchmark, executables)
            measuring = time.monotonic() - started

    def _arrange(self, number: int, enough_time: bool) -> tuple[Executable, ...]:
        """The executables of the next arrangement, recorded; none where it cannot be had."""
        targets = {str(one): one for one in (Target(package=b.package, name=b.target) for b in self._open)}
        seed = self._random.randint(1, LARGEST_SEED)
        started = time.monotonic()
        wanted = tuple(targets[name] for name in sorted(targets))
        answer = self._relink(wanted, seed, self._left()) if enough_time else NO_TIME
        reason = answer if isinstance(answer, str) else ""
        self._recorder.add(
            Arrangement(
                number=number,
                seed=seed,
                targets=wanted,
                seconds=round(time.monotonic() - started, 1),
                reason=reason,
            )
        )
        if reason:
            self._voice.say(f"No other arrangement of the code was tried: {reason}")
        return () if isinstance(answer, str) else answer

    def _measure(self, number: int, benchmark: BenchmarkId, executables: tuple[Executable, ...]) -> None:
        """The rounds of a benchmark in an arrangement; one that gives no result is given up."""
        own = {
            one.side: one
            for one in executables
            if (one.target.package, one.target.name) == (benchmark.package, benchmark.target)
        }
        times = self._config.times_of(benchmark) if self._config else AS_USUAL
        unit = Unit((benchmark,), own, FIRST_LIMIT_SECONDS, times)
        for one in range(ROUNDS + 1):
            unit.round = one
            if one and unit.round_seconds > self._left():
                return
            answers = self._round(number, unit)
            failed = next((side for side, answer in answers.items() if not answer.measured), None)
            if failed:
                self._voice.say(f"{benchmark}: {answers[failed].reason} on {failed}, in another arrangement")
                self._open.remove(benchmark)
                return
            if not one:
                unit.calibrate(answers.values())

    def _round(self, number: int, unit: Unit) -> dict[Side, Answer]:
        """One process of each side, back to back in random order, recorded."""
        benchmark = unit.benchmarks[0]
        done = len(self._measured) - len(self._open)
        self._voice.progress(done, len(self._measured), f"{benchmark}, arrangement {number} of its code")
        sides = self._random.sample(list(Side), len(Side))
        answers = {}
        for side in sides:
            self._homes += 1
            with self._site.at(side):
                answers[side] = answer = run_once(
                    unit.executables[side],
                    unit.benchmarks,
                    unit.timing,
                    self._site.here / "criterion" / f"arranged-{self._homes}",
                    self._site.identity(side),
                    unit.limit_seconds,
                )
            if measured := answer.measured.get(benchmark):
                line = ArrangedProcess(
                    arrangement=number,
                    id=benchmark,
                    side=side,
                    round=unit.round,
                    first=side is sides[0],
                    wall_seconds=round(answer.wall_seconds, 4),
                    cpu_seconds=round(answer.cpu_seconds, 4),
                    iters=measured.result.iters,
                    times=measured.result.times,
                )
                self._recorder.add(line)
                self._measured[benchmark].append(line)
        return answers
