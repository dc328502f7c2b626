"""Do both sides execute the same instructions the same number of times, although their code differs?

Some of the code that a benchmark can reach differs, and it may never run. So the benchmark runs once more on
each side, in a process of its own as when it is timed, in rounds of 1, 2, 4 … iterations. What ran on one
side must have run on the other: every instruction, in its place, on the same data, as often in each round;
every call of the system; around the rounds the same code. Any doubt: it is not claimed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from benchmark_ci.model import BenchmarkId
from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.compare import Comparison, Pair
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.executed import Executed
from benchmark_ci.prove.form import Kind
from benchmark_ci.prove.inputs import Inputs
from benchmark_ci.prove.opened import Opened
from benchmark_ci.prove.preparation import Preparation
from benchmark_ci.prove.repetition import Repetition, repeat
from benchmark_ci.prove.spans import Span

FEWEST_ROUNDS = 2
LONGEST_RUN_SECONDS = 30.0
SHORTEST_RUN_SECONDS = 2.0
"""The rounds alone take one."""

Both = tuple[Repetition, Repetition]


class Placement:
    """Both sides of a bench target."""

    def __init__(
        self, baseline: Opened, current: Opened, inputs: Inputs, entries: Sequence[tuple[int, int]]
    ) -> None:
        """`entries`: where the methods begin that measure, of each benchmark on both sides."""
        self._sides = (baseline, current)
        self._inputs = inputs
        self._entries = tuple(entries)
        codes = tuple(side.code for side in self._sides if side.code is not None)
        self._codes: tuple[Canonical, Canonical] = (codes[0], codes[1])

    def doubts(self, ids: Sequence[BenchmarkId], limit_seconds: float) -> dict[BenchmarkId, str]:
        """Of each benchmark why it is not claimed; '' where it is. All runs together take `limit_seconds`."""
        found: dict[BenchmarkId, str] = {}
        runs: dict[BenchmarkId, Both] = {}
        until = time.monotonic() + limit_seconds
        for id in ids:
            try:
                runs[id] = (self._run(0, id, until), self._run(1, id, until))
            except Doubt as doubt:
                found[id] = str(doubt)
        prepared = self._prepared(runs)
        for id, both in runs.items():
            try:
                found[id] = prepared[id] or self._doubt(*both)
            except Doubt as doubt:
                found[id] = str(doubt)
        return found

    def _run(self, index: int, id: BenchmarkId, until: float) -> Repetition:
        side = self._sides[index]
        seconds = min(LONGEST_RUN_SECONDS, until - time.monotonic())
        if seconds < SHORTEST_RUN_SECONDS:
            raise Doubt("no time was left to repeat it")
        with side.at() as (here, folder):
            return repeat(side, id.full_id, here, folder, seconds)

    def _prepared(self, runs: Mapping[BenchmarkId, Both]) -> dict[BenchmarkId, str]:
        """Of each benchmark what is wrong with the code that ran around its rounds."""
        if not runs:
            return {}
        comparison = Comparison(*self._codes)
        spans = [
            [both[index].span for both in runs.values()] + [_entered(entry[index]) for entry in self._entries]
            for index in range(2)
        ]
        try:
            preparation = Preparation(comparison, *spans)
            comparison.settle({self._pair(*entry) for entry in self._entries})
            preparation.judge()
        except Doubt as doubt:
            return dict.fromkeys(runs, str(doubt))
        wrong = {
            id: any(preparation.wrong_on(index, one.span) is not None for index, one in enumerate(both))
            for id, both in runs.items()
        }
        return {id: "code that prepares it differs" if one else "" for id, one in wrong.items()}

    def _doubt(self, baseline: Repetition, current: Repetition) -> str:
        """Why both did not do the same in all rounds that both have; ''."""
        if (baseline.span.entry, current.span.entry) not in self._entries:
            return "another benchmark was repeated"
        count = min(len(baseline.rounds), len(current.rounds))
        if count < FEWEST_ROUNDS:
            return "one iteration of it takes too long"
        for one in (baseline, current):
            if reason := self._inputs.differing(one.touched):
                return f"it {reason}"
        if baseline.system_calls[:count] != current.system_calls[:count]:
            return "it calls the system in another way"
        for first, second in zip(baseline.rounds[:count], current.rounds[:count], strict=True):
            if first.libraries != second.libraries:
                return "it does something else in libraries"
        return self._executed(baseline, current, count)

    def _executed(self, baseline: Repetition, current: Repetition, count: int) -> str:
        sides = tuple(
            Executed(code, one.rounds[:count])
            for code, one in zip(self._codes, (baseline, current), strict=True)
        )
        comparison = Comparison(*sides)
        entry = self._pair(baseline.span.entry, current.span.entry)
        comparison.explore([entry])
        comparison.settle(())
        if comparison.all_wrong([entry]):
            return "it executes other instructions"
        pairs = [pair for pair in comparison.reached([entry]) if pair.baseline.kind is Kind.FUNCTION]
        for index, side in enumerate(sides):
            partners = [pair[index].start for pair in pairs if pair[index].start in side.functions]
            if sorted(partners) != sorted(side.functions):
                return "it executes code that nothing leads to"
        return ""

    def _pair(self, baseline: int, current: int) -> Pair:
        first, second = (
            code.function_node(code.image.functions[start])
            for code, start in zip(self._codes, (baseline, current), strict=True)
        )
        return Pair(first, second)


def _entered(start: int) -> Span:
    span = Span()
    span.entry = start
    return span
