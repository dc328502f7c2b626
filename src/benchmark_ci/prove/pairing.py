"""Finding the partner of a function that nothing refers to, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from benchmark_ci.prove.compare import Comparison, Pair
from benchmark_ci.prove.elf import Image, Symbol
from benchmark_ci.prove.names import full, readable


def by_name(
    comparison: Comparison, baseline: Iterable[int], current: Iterable[int]
) -> tuple[list[Pair], list[str]]:
    """Pairs of these functions (given by address), and the names of those that are left over.

    First by the whole symbol, hash included; then by the name without hashes and disambiguators. What is not
    unique is left over.
    """
    sides = (comparison.baseline, comparison.current)
    left = [
        {start: side.image.functions[start] for start in starts}
        for side, starts in zip(sides, (baseline, current), strict=True)
    ]
    pairs: list[Pair] = []
    for key in (lambda symbol: symbol.name, lambda symbol: full(symbol.name)):
        found = [_unique(one.values(), key) for one in left]
        for name in sorted(found[0].keys() & found[1].keys()):
            first, second = found[0][name], found[1][name]
            pairs.append(Pair(sides[0].function_node(first), sides[1].function_node(second)))
            del left[0][first.start], left[1][second.start]
    return pairs, sorted({readable(symbol.name) for one in left for symbol in one.values()})


def _unique(symbols: Iterable[Symbol], key: Callable[[Symbol], str]) -> dict[str, Symbol]:
    found: dict[str, list[Symbol]] = {}
    for symbol in symbols:
        found.setdefault(key(symbol), []).append(symbol)
    return {name: ones[0] for name, ones in found.items() if len(ones) == 1}


def starts_of(image: Image, name: str) -> list[int]:
    """The functions with exactly this symbol."""
    return [symbol.start for symbol in image.functions.values() if symbol.name == name]
