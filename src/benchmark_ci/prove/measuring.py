"""Criterion's measuring methods in an executable: where they lie, and their symbols for callgrind."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.names import measures

LARGEST_TOGETHER = 1_000_000
"""Their symbols go to callgrind as arguments, of which a process takes two megabytes."""


def measuring_methods(image: Image) -> Mapping[int, tuple[str, ...]]:
    """Every symbol of each measuring method, by the method's address.

    Equal methods may be folded into one, which then has several symbols. Raises Doubt when there are none.
    """
    found = {
        start: tuple(symbols)
        for start, symbols in image.aliases.items()
        if any("encher" in symbol and measures(symbol) for symbol in symbols)
    }
    if not found:
        raise Doubt("none of Criterion's measuring methods is among its symbols")
    if sum(len(symbol) for symbols in found.values() for symbol in symbols) > LARGEST_TOGETHER:
        raise Doubt("its measuring methods have too many symbols")
    return found
