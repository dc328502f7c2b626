"""Is a benchmark's input made by the same code? What ran while preparing is compared as far as it ran.

Comparing all that preparing code *could* reach would join all benchmarks: `main` reaches everything. So both
executables are walked in step from `main` through what ran while preparing; a direct call of a function that
never ran there is not followed. What a benchmark prepares anew for each sample may run otherwise the next
time, and a function whose address was taken may be called while measuring (a method table of a boxed value):
these are compared with all that they reach.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmark_ci.prove.compare import Comparison, Pair, Step
from benchmark_ci.prove.form import Kind
from benchmark_ci.prove.names import readable
from benchmark_ci.prove.pairing import by_name, starts_of
from benchmark_ci.prove.spans import Span


class Preparation:
    """Which functions that ran while preparing are not proven the same, by their address on either side."""

    def __init__(self, comparison: Comparison, baseline: Sequence[Span], current: Sequence[Span]) -> None:
        """Walk both executables; every function that ran in any span while preparing is judged."""
        self._comparison = comparison
        self._prepared = tuple(
            frozenset().union(*(span.prepared for span in spans)) for spans in (baseline, current)
        )
        self._ancestors = tuple(
            frozenset().union(*(span.ancestors for span in spans)) for spans in (baseline, current)
        )
        self._repeated = tuple(
            frozenset().union(*(span.repeated for span in spans)) for spans in (baseline, current)
        )
        self._entries = tuple(frozenset(span.entry for span in spans) for spans in (baseline, current))
        self._wrong: tuple[dict[int, Pair], dict[int, Pair]] = ({}, {})
        self._right: tuple[set[int], set[int]] = (set(), set())
        self._walked: dict[Pair, None] = {}
        sides = (comparison.baseline, comparison.current)
        mains = [starts_of(side.image, "main") for side in sides]
        self._walk(by_name(comparison, *mains)[0])
        # what a library calls, or code whose caller differs, is found by its name
        left = [
            prepared - {pair[index].start for pair in self._walked if pair[index].kind is Kind.FUNCTION}
            for index, prepared in enumerate(self._prepared)
        ]
        self._walk(by_name(comparison, *left)[0])

    def _walk(self, roots: list[Pair]) -> None:
        queue = [pair for pair in roots if pair not in self._walked]
        self._walked.update(dict.fromkeys(queue))
        for pair in queue:
            for step in self._comparison.steps(pair):
                if not self._follows(pair, step):
                    continue
                if self._escapes(pair, step):
                    self._comparison.explore([step.pair])
                if step.pair not in self._walked:
                    self._walked[step.pair] = None
                    queue.append(step.pair)

    def judge(self) -> None:
        """Sort the walked functions, once everything was compared (a variable's partner may come late)."""
        for pair in self._walked:
            bad = self._first_wrong(pair)
            for index, node in enumerate(pair):
                if node.kind is Kind.FUNCTION:
                    if bad is not None:
                        self._wrong[index].setdefault(node.start, bad)
                    else:
                        self._right[index].add(node.start)

    def _first_wrong(self, pair: Pair) -> Pair | None:
        """What is wrong about a pair itself, the data that it uses, or a function whose address it takes."""
        seen = {pair}
        queue = [pair]
        for one in queue:
            if self._comparison.wrong(one) is not None:
                return one
            for step in self._comparison.steps(one):
                if step.pair in seen or not self._follows(one, step):
                    continue
                if self._escapes(one, step):
                    if wrong := self._comparison.spoiled_outside(step.pair):
                        return wrong
                elif step.pair.baseline.kind is not Kind.FUNCTION:
                    seen.add(step.pair)
                    queue.append(step.pair)
        return None

    def _again(self, pair: Pair) -> bool:
        """Whether a function runs anew for each sample."""
        return any(node.start in repeated for node, repeated in zip(pair, self._repeated, strict=True))

    def _follows(self, source: Pair, step: Step) -> bool:
        """Whether preparing goes on there."""
        nodes = step.pair
        if nodes.baseline.kind is not Kind.FUNCTION or nodes.current.kind is not Kind.FUNCTION:
            return True
        if any(node.start in entries for node, entries in zip(nodes, self._entries, strict=True)):
            # measured, and compared there; that both measure is what counts here
            return not all(node.start in entries for node, entries in zip(nodes, self._entries, strict=True))
        if not step.called or self._again(source):
            return True
        return any(node.start in prepared for node, prepared in zip(nodes, self._prepared, strict=True))

    def _escapes(self, source: Pair, step: Step) -> bool:
        """Whether a function may run later or otherwise: its address is taken, or each sample calls it.

        Not those through which the measured regions are entered: they reach everything.
        """
        if step.pair.baseline.kind is not Kind.FUNCTION:
            return False
        if step.called and not self._again(source):
            return False
        return not all(node.start in calls for node, calls in zip(step.pair, self._ancestors, strict=True))

    def unproven(self, index: int) -> frozenset[int]:
        """The functions that ran while preparing on a side and are not known to be the same."""
        return self._prepared[index] - (self._right[index] - self._wrong[index].keys())

    def wrong_on(self, index: int, span: Span) -> Pair | str | None:
        """The first function that prepared a span and is not the same, or its name; None: all are."""
        image = (self._comparison.baseline, self._comparison.current)[index].image
        for start in sorted(span.prepared & self._wrong[index].keys()):
            return self._wrong[index][start]
        for start in sorted(span.prepared):
            if start not in self._right[index]:
                return readable(image.functions[start].name)
        return None
