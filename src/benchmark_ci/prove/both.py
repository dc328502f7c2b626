"""Both sides' executables compared from some pairs on, but for what is measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.compare import Comparison, Pair
from benchmark_ci.prove.form import Kind
from benchmark_ci.prove.opened import Opened


class Both:
    """Two executables, opened to be read; baseline first."""

    def __init__(self, sides: Sequence[Opened]) -> None:
        baseline, current = (side.code for side in sides)
        assert baseline is not None and current is not None  # noqa: S101 - the caller opened them so
        self._sides = sides
        self._comparison = Comparison(baseline, current)
        self.roots: Sequence[Pair] = ()
        self.reached: set[Pair] = set()

    def pair(self, baseline: int, current: int) -> Pair:
        """Two functions by their addresses."""
        starts = (baseline, current)
        return Pair(
            *(
                code.function_node(code.image.functions[start])
                for code, start in zip(self._codes, starts, strict=True)
            )
        )

    def compare(self, roots: Sequence[Pair]) -> None:
        """Compare all that these pairs reach; once only."""
        self.roots = roots
        self._comparison.explore(roots)
        self.reached = self._comparison.reached(roots)
        self.leave_out(())

    def leave_out(self, pairs: Iterable[Pair]) -> None:
        """Ask of what differs only behind these, or behind what measures, no longer."""
        measuring = {pair for pair in self.reached if self._measures(pair)}
        self._comparison.settle(measuring.union(pairs))

    def differing(self) -> str:
        """What the roots reach without measuring and differs, as a Rust programmer writes it; ''."""
        for root in self.roots:
            if (wrong := self._comparison.spoiled_outside(root)) is not None:
                return self.name(wrong)
        return ""

    def differs(self, pair: Pair) -> bool:
        """Whether a pair that was reached is not the same, with all that it reaches without measuring."""
        return self._comparison.spoiled_outside(pair) is not None

    def same(self, pair: Pair) -> bool:
        """Whether a pair that was reached is the same with all that it reaches, measuring or not."""
        return not self._comparison.all_wrong([pair])

    def called(self, pair: Pair) -> list[Pair]:
        """The functions that a pair calls, in order; none where it differs in itself."""
        return [step.pair for step in self._comparison.steps(pair) if step.called and _functions(step.pair)]

    def symbols(self, pair: Pair) -> list[str]:
        """The mangled names of two functions."""
        return [code.image.functions[node.start].name for code, node in zip(self._codes, pair, strict=True)]

    def name(self, pair: Pair) -> str:
        """What a pair is, as a Rust programmer writes it."""
        return self._comparison.name(pair)

    @property
    def _codes(self) -> Sequence[Canonical]:
        return (self._comparison.baseline, self._comparison.current)

    def _measures(self, pair: Pair) -> bool:
        """Whether both are methods that measure."""
        starts = [node.start in side.methods for node, side in zip(pair, self._sides, strict=True)]
        return _functions(pair) and all(starts)


def _functions(pair: Pair) -> bool:
    return all(node.kind is Kind.FUNCTION for node in pair)
