"""When a change of equal code lies beyond what is tolerated, by the product's own test. Pure."""

from __future__ import annotations

import math

from benchmark_ci.judge.looks import MOST_ROUNDS
from benchmark_ci.judge.randomisation import Shift
from benchmark_ci.model import Noun

TOLERATED_PERCENT = 1.0
ERROR = 0.05
"""The chance that any of all the comparisons of equal code lies beyond, by the union bound."""

FINENESS = 20
"""So many re-labellings reach the level at least, were every one equally likely."""

MOST_DRAWS = 1 << MOST_ROUNDS
"""So many re-labellings of the most rounds there are."""

SAME_DRAW = 0
"""The seed of many re-labellings, which take long to draw: comparisons may share them."""


class Apart(Noun):
    """One comparison of identical code."""

    change: str
    benchmark: str
    rounds: int
    nanoseconds: float  # of baseline: what a cycle more or less is to be held against
    instructions: tuple[int | None, int | None]  # of one iteration, on baseline and current
    change_percent: float
    low_percent: float
    high_percent: float
    p_beyond: float  # of "its change is at most 1 % in either direction"


def level_of(comparisons: int) -> float:
    """At which each of so many comparisons is tested, one-sided."""
    return ERROR / (2 * max(1, comparisons))


def draws_of(level: float) -> int:
    """How many re-labellings this level needs."""
    return min(1 << math.ceil(math.log2(2 * FINENESS / level)), MOST_DRAWS)


def p_beyond(test: Shift) -> float:
    """Of "its change is no larger than what is tolerated, in either direction"."""
    tolerated = math.log1p(TOLERATED_PERCENT / 100)
    return min(test.p_slow(tolerated), test.p_fast(-tolerated))


def percent(log_change: float) -> float:
    """A change in percent."""
    return round(math.expm1(log_change) * 100, 3)
