"""Many rules against many benchmarks: each benchmark meets only the rules that could be about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from benchmark_ci.model.build import BenchmarkId
from benchmark_ci.model.patterns import Pattern, pattern


class HasPattern(Protocol):
    """What holds for the benchmarks that a pattern matches."""

    @property
    def pattern(self) -> str:
        """The pattern's text."""


AnyRule = TypeVar("AnyRule", bound=HasPattern)


class Matching(Generic[AnyRule]):
    """Rules of one kind, by how their patterns begin."""

    def __init__(self, rules: Iterable[AnyRule]) -> None:
        """Read each rule's pattern, once."""
        self._rules = tuple(rules)
        self._patterns = [pattern(rule.pattern) for rule in self._rules]
        self._beginnings: dict[str, list[tuple[str, Pattern, int]]] = {}
        for position, one in enumerate(self._patterns):
            self._beginnings.setdefault(one.beginning, []).append((one.longest, one, position))
        self._lengths = sorted({len(one) for one in self._beginnings}, reverse=True)

    def first(self, benchmark: BenchmarkId) -> AnyRule | None:
        """The first rule that matches."""
        found = (next(positions, None) for positions in self._found(benchmark))
        position = min((one for one in found if one is not None), default=None)
        return None if position is None else self._rules[position]

    def most_specific(self, benchmark: BenchmarkId) -> tuple[AnyRule, ...]:
        """The most specific of the rules that match; several only where they are equally specific.

        The longer a pattern's beginning, the more specific it is.
        """
        for positions in self._found(benchmark):
            if found := list(positions):
                best = max(self._patterns[one].rank for one in found)
                return tuple(self._rules[one] for one in found if self._patterns[one].rank == best)
        return ()

    def _found(self, benchmark: BenchmarkId) -> Iterator[Iterator[int]]:
        """Positions of rules that match, in their order; those with the longest beginning come first."""
        text = benchmark.full_id
        for length in self._lengths:
            alike = self._beginnings.get(text[:length], ()) if length <= len(text) else ()
            # a look for its longest text tells most of the others apart, and costs far less
            yield (place for part, one, place in alike if part in text and one.matches(benchmark))


class Meeting:
    """Benchmarks, to be asked whether a rule is about any of them."""

    def __init__(self, benchmarks: Iterable[BenchmarkId]) -> None:
        """Keep them, and their ids as one text."""
        self._benchmarks = tuple(benchmarks)
        self._together = "\n".join(one.full_id for one in self._benchmarks)

    def any(self, rule: HasPattern) -> bool:
        """Whether the rule matches at least one."""
        one = pattern(rule.pattern)
        part = one.longest
        if part not in self._together:
            return False
        return any(part in benchmark.full_id and one.matches(benchmark) for benchmark in self._benchmarks)
