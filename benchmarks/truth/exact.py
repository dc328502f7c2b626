"""Exact bounds of a rate (Clopper & Pearson 1934), by bisection on the binomial distribution."""

from __future__ import annotations

import math
from collections.abc import Callable

from benchmark_ci.model import Noun

BISECTIONS = 60


class Rate(Noun):
    """`hits` of `trials`, with the exact confidence interval of the rate."""

    hits: int
    trials: int
    rate: float
    low: float
    high: float

    def __str__(self) -> str:
        """`0.4 % [0.1, 1.2]`."""
        if not self.trials:
            return "–"
        return f"{self.rate * 100:.1f} % [{self.low * 100:.1f}, {self.high * 100:.1f}]"


def rate(hits: int, trials: int, confidence: float = 0.95) -> Rate:
    """The rate and its exact bounds; with no trials everything is possible."""
    if not trials:
        return Rate(hits=0, trials=0, rate=0.0, low=0.0, high=1.0)
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _first(lambda p: at_least(hits, trials, p) >= tail)
    high = 1.0 if hits == trials else _first(lambda p: 1 - at_least(hits + 1, trials, p) <= tail)
    return Rate(hits=hits, trials=trials, rate=hits / trials, low=round(low, 6), high=round(high, 6))


def at_least(hits: int, trials: int, probability: float) -> float:
    """P(at least `hits` of `trials`), each with `probability`; summed over the shorter tail."""
    if hits <= 0:
        return 1.0
    if hits > trials:
        return 0.0
    if hits <= trials * probability:
        return 1.0 - sum(_exactly(count, trials, probability) for count in range(hits))
    return sum(_exactly(count, trials, probability) for count in range(hits, trials + 1))


def _exactly(hits: int, trials: int, probability: float) -> float:
    if probability in (0.0, 1.0):
        return float(hits == trials * probability)
    ways = math.lgamma(trials + 1) - math.lgamma(hits + 1) - math.lgamma(trials - hits + 1)
    return math.exp(ways + hits * math.log(probability) + (trials - hits) * math.log1p(-probability))


def _first(holds: Callable[[float], bool]) -> float:
    """The smallest probability from which on `holds` is true."""
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2
