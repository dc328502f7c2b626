"""Walking two executables in step: are two functions the same, with all that they can reach?

Pairs of nodes are the vertices of a graph: a pair is *wrong in itself* when the forms differ or one cannot be
read, and *wrong* when a wrong pair can be reached from it. The rest are the same (the greatest bisimulation).
A variable must have one partner only: two that look alike must not stand for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.form import Border, Edge, Form, Kind, Node
from benchmark_ci.prove.names import panics, readable

MOST_PAIRS = 3_000_000


class Pair(NamedTuple):
    """A node of baseline and the node of current that stands in its place."""

    baseline: Node
    current: Node


class Step(NamedTuple):
    """What a pair refers to in turn; `called` as in `Edge`."""

    pair: Pair
    called: bool


class Comparison:
    """Both executables; what was compared once is remembered."""

    def __init__(self, baseline: Canonical, current: Canonical) -> None:
        self.baseline = baseline
        self.current = current
        self._forms: tuple[dict[Node, Form | Doubt], dict[Node, Form | Doubt]] = ({}, {})
        self._steps: dict[Pair, tuple[Step, ...]] = {}
        self._wrong: dict[Pair, str] = {}
        self._explored: set[Pair] = set()
        self._spoiled: dict[Pair, Pair] = {}
        self._spoiled_outside: dict[Pair, Pair] = {}
        self._towards: dict[Pair, list[Pair]] = {}
        self._partners: tuple[dict[Node, Pair], dict[Node, Pair]] = ({}, {})

    def steps(self, pair: Pair) -> tuple[Step, ...]:
        """What a pair refers to; none when it is wrong in itself (`wrong`)."""
        known = self._steps.get(pair)
        if known is None:
            if len(self._steps) >= MOST_PAIRS:
                raise Doubt("reaches too much code to compare")
            known = self._steps[pair] = self._compare(pair)
        return known

    def wrong(self, pair: Pair) -> str | None:
        """Why a pair is wrong in itself, as far as is known now."""
        return self._wrong.get(pair)

    def explore(self, roots: Iterable[Pair]) -> None:
        """Compare all that `roots` can reach."""
        queue = [pair for pair in roots if pair not in self._explored]
        self._explored.update(queue)
        while queue:
            for step in self.steps(queue.pop()):
                if step.pair not in self._explored:
                    self._explored.add(step.pair)
                    queue.append(step.pair)

    def reached(self, roots: Iterable[Pair]) -> set[Pair]:
        """All pairs that explored `roots` reach."""
        seen = set(roots)
        queue = list(seen)
        while queue:
            for step in self.steps(queue.pop()):
                if step.pair not in seen:
                    seen.add(step.pair)
                    queue.append(step.pair)
        return seen

    def settle(self, measured: Collection[Pair]) -> None:
        """Find out which of all pairs reach a wrong one; nothing new may be explored afterwards.

        `measured`: the pairs of methods that measure. What is wrong behind them is no matter of preparing.
        """
        self._towards = {}
        for pair, steps in self._steps.items():
            for step in steps:
                self._towards.setdefault(step.pair, []).append(pair)
        self._spoiled = self._reaching_wrong(())
        self._spoiled_outside = self._reaching_wrong(measured)

    def _reaching_wrong(self, walls: Collection[Pair]) -> dict[Pair, Pair]:
        found = {pair: pair for pair in self._wrong if pair not in walls}
        queue = list(found)
        for pair in queue:
            for source in self._towards.get(pair, ()):
                if source not in found and source not in walls:
                    found[source] = found[pair]
                    queue.append(source)
        return found

    def spoiled_outside(self, pair: Pair) -> Pair | None:
        """A wrong pair that an explored pair can reach without measuring; None: there is none."""
        return self._spoiled_outside.get(pair)

    def all_wrong(self, roots: Iterable[Pair]) -> list[Pair]:
        """All wrong pairs that `roots` can reach, nearest first."""
        queue = list(dict.fromkeys(root for root in roots if root in self._spoiled))
        seen = set(queue)
        for pair in queue:
            for step in self._steps.get(pair, ()):
                if step.pair in self._spoiled and step.pair not in seen:
                    seen.add(step.pair)
                    queue.append(step.pair)
        return [pair for pair in queue if pair in self._wrong]

    def name(self, pair: Pair) -> str:
        """What a pair is, as a Rust programmer writes it."""
        image = self.current.image
        node = pair.current
        if node.kind is Kind.FUNCTION:
            return readable(image.functions[node.start].name)
        if node.kind is Kind.THREAD:
            return "a thread-local"
        if symbol := image.object(node.start):
            return readable(symbol.name)
        return f"a constant used by {self._user(pair) or 'it'}"

    def _user(self, pair: Pair) -> str:
        """A function that refers to a piece of data, as a person reads it; '' when none does."""
        seen = {pair}
        queue = [pair]
        for one in queue:
            if one.current.kind is Kind.FUNCTION and one != pair:
                return readable(self.current.image.functions[one.current.start].name)
            for source in self._towards.get(one, ()):
                if source not in seen:
                    seen.add(source)
                    queue.append(source)
        return ""

    def _compare(self, pair: Pair) -> tuple[Step, ...]:
        if pair.baseline.kind != pair.current.kind:
            self._wrong[pair] = "differs"
            return ()
        if pair.baseline.kind is Kind.VARIABLE:
            self._marry(pair)
        if pair.baseline.kind is Kind.FUNCTION and (name := self._panics(pair)) is not None:
            if not name:
                self._wrong[pair] = "differs"
            return ()
        baseline = self._form(0, pair.baseline)
        current = self._form(1, pair.current)
        for form in (baseline, current):
            if isinstance(form, Doubt):
                self._wrong[pair] = str(form)
                return ()
        assert isinstance(baseline, Form) and isinstance(current, Form)  # noqa: S101
        if baseline.shape != current.shape or len(baseline.edges) != len(current.edges):
            self._wrong[pair] = "differs"
            return ()
        near = _meant(baseline.borders, current.borders)
        if near is None:
            self._wrong[pair] = "differs"
            return ()
        return (*map(_step, baseline.edges, current.edges), *near)

    def _marry(self, pair: Pair) -> None:
        """Note that two variables stand for each other; a variable with two partners is wrong with both."""
        for partners, node in zip(self._partners, pair, strict=True):
            other = partners.setdefault(node, pair)
            if other != pair:
                self._wrong[pair] = self._wrong[other] = "is another variable than before"

    def _panics(self, pair: Pair) -> str | None:
        """The common name of two functions that panic, '' if they are different ones, None: they do not.

        What they reach runs only in a benchmark that panics, and that one is not proven.
        """
        names = [
            readable(side.image.functions[node.start].name)
            for side, node in zip((self.baseline, self.current), pair, strict=True)
        ]
        if not any(panics(name) for name in names):
            return None
        return names[0] if names[0] == names[1] else ""

    def _form(self, side: int, node: Node) -> Form | Doubt:
        known = self._forms[side].get(node)
        if known is None:
            try:
                known = (self.baseline, self.current)[side].form(node)
            except Doubt as doubt:
                known = doubt
            except (ValueError, KeyError, IndexError, OverflowError, RuntimeError) as error:
                known = Doubt(f"cannot be read ({type(error).__name__})")
            self._forms[side][node] = known
        return known


def _step(baseline: Edge, current: Edge) -> Step:
    return Step(Pair(baseline.node, current.node), baseline.called and current.called)


def _meant(baseline: tuple[Border, ...], current: tuple[Border, ...]) -> list[Step] | None:
    """The neighbours that must be the same, too; None when they cannot be.

    An address at a border means one of its candidates, and nobody knows which. It is enough that all
    candidates of *one* side have an equal partner: what that side's code reads, whichever it means, the other
    side's code finds just so, and the same instructions on the same data read nothing else.
    """
    if len(baseline) != len(current):
        return None
    found: list[Step] = []
    for first, second in zip(baseline, current, strict=True):
        there = [[one is not None for one in border] for border in (first, second)]
        wanted = there[0] if all(have or not want for want, have in zip(*there, strict=True)) else there[1]
        for want, one, other in zip(wanted, first, second, strict=True):
            if not want:
                continue
            if one is None or other is None or one.offset != other.offset:
                return None
            found.append(Step(Pair(one.node, other.node), False))
    return found
