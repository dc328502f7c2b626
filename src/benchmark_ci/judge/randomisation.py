"""The exact within-pair randomisation test against a shift, and the interval that inverts it.

In each round the order of baseline and current was drawn at random, so under the hypothesis "current is
baseline times e^s" the labels of a round are exchangeable whatever the noise is: no distribution is assumed
(Fisher 1935; Edgington & Onghena, Randomization Tests). The statistic is the difference of the sides'
low-third means of log times, which contention, always additive, disturbs least (Chen & Revels 2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXACT_ROUNDS = 13
"""Up to this many rounds all 2^k swaps are used, beyond it a seeded draw of them."""

DRAWS = 4096
INTERVAL_DRAWS = 1024
"""Swaps that the interval rests on; its ends are read at 2.5 %, so they need fewer than a verdict."""

TIES = 1e-12
COARSE_DRAWS = 128
COARSE_STEPS = 6
FINE_STEPS = 7
RESOLUTION = 5e-4
"""An end of the interval is at most half of this (of the logarithm) off, however far apart the values are."""

SLACK = 4
"""How many coarse steps the coarse search may be wrong by, to either side."""


class Shift:
    """The test for one benchmark: `baseline` and `current` are log times of the same rounds."""

    def __init__(
        self,
        baseline: Floats,
        current: Floats,
        seed: int,
        draws: int = DRAWS,
        summary: Callable[[Floats], Floats] | None = None,
    ) -> None:
        """Prepare the swaps: all of them, or `draws` from the seed.

        `summary` stands for a side: of each row one number, the low-third mean unless another is given. It
        may not move by more than all of its values do.
        """
        self._baseline = baseline
        self._current = current
        self._summary = summary or _low_third
        self._swaps, self._exact = _swaps(len(baseline), seed, draws)
        self._known: dict[tuple[float, int], tuple[float, Floats]] = {}

    @property
    def estimate(self) -> float:
        """Difference of the sides' summaries: log of current over baseline."""
        current, baseline = (
            self._summary(times[None, :].copy())[0] for times in (self._current, self._baseline)
        )
        return float(current - baseline)

    def p_slow(self, shift: float) -> float:
        """Evidence against "current is at most e^shift times baseline": small means slower than that."""
        observed, shuffled = self._statistics(shift, len(self._swaps))
        return self._share(shuffled, observed)

    def p_fast(self, shift: float) -> float:
        """Evidence against "current is at least e^shift times baseline": small means faster than that."""
        observed, shuffled = self._statistics(shift, len(self._swaps))
        return self._share(shuffled, -observed)

    def interval(self, alpha: float) -> tuple[float, float]:
        """The (1 - 2·alpha) confidence interval of the shift: all shifts that neither test rejects.

        p_slow never falls as the shift grows (the statistic moves by at most as much as the shift does).
        Both ends lie between the shifts that part the sides completely, where p is as small as it gets; with
        so few rounds that even this is above alpha, these shifts are the answer.
        """
        bounds = (
            float(self._current.min() - self._baseline.max()),
            float(self._current.max() - self._baseline.min()),
        )

        def low(shift: float, rows: int) -> bool:
            observed, shuffled = self._statistics(shift, rows)
            return self._share(shuffled, observed) > alpha

        def high(shift: float, rows: int) -> bool:
            observed, shuffled = self._statistics(shift, rows)
            return self._share(shuffled, -observed) <= alpha

        rows = min(len(self._swaps), INTERVAL_DRAWS // 2)
        return _search(bounds, low, rows), _search(bounds, high, rows)

    def _statistics(self, shift: float, rows: int) -> tuple[float, Floats]:
        """The statistic as it is, and under the first `rows` swaps; row 0 swaps none."""
        key = (shift, rows)
        if key not in self._known:
            moved = self._current - shift
            exchanged = self._swaps[:rows] * (moved - self._baseline)
            current = self._summary(moved - exchanged)
            baseline = self._summary(np.add(exchanged, self._baseline, out=exchanged))
            shuffled = current - baseline
            self._known = {key: (float(shuffled[0]), shuffled)}  # both tests ask for the same shift in turn
        return self._known[key]

    def _share(self, shuffled: Floats, at_least: float) -> float:
        """Share of all re-labellings, mirror images included, whose statistic reaches `at_least`."""
        reached = int(np.count_nonzero(shuffled >= at_least - TIES))
        reached += int(np.count_nonzero(-shuffled >= at_least - TIES))
        total = 2 * len(shuffled)
        if self._exact and len(shuffled) == len(self._swaps):
            return reached / total
        return (reached + 1) / (total + 1)


def _search(bounds: tuple[float, float], holds: Callable[[float, int], bool], rows: int) -> float:
    """The point in `bounds` from which on `holds(point, rows)` is true: roughly with few rows, then well."""
    low, high = bounds
    if rows <= COARSE_DRAWS:
        return _finely(bounds, lambda shift: holds(shift, rows), COARSE_STEPS + FINE_STEPS)
    middle = _bisect(bounds, lambda shift: holds(shift, COARSE_DRAWS), COARSE_STEPS)
    slack = SLACK * (high - low) / 2**COARSE_STEPS
    near = (max(low, middle - slack), min(high, middle + slack))
    if holds(near[0], rows) or not holds(near[1], rows):  # the few rows were wrong by more than the slack
        return _finely(bounds, lambda shift: holds(shift, rows), COARSE_STEPS + FINE_STEPS)
    return _finely(near, lambda shift: holds(shift, rows), FINE_STEPS)


def _finely(bounds: tuple[float, float], holds: Callable[[float], bool], fewest_steps: int) -> float:
    """By as many steps as `RESOLUTION` asks for, and not fewer than those."""
    width = bounds[1] - bounds[0]
    steps = math.ceil(math.log2(width / RESOLUTION)) if width > RESOLUTION else 0
    return _bisect(bounds, holds, max(fewest_steps, steps))


def _bisect(bounds: tuple[float, float], holds: Callable[[float], bool], steps: int) -> float:
    low, high = bounds
    for _ in range(steps):
        middle = (low + high) / 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2


def mean(logs: Floats) -> Floats:
    """Mean of each row."""
    means: Floats = logs.mean(axis=1)
    return means


def _low_third(logs: Floats) -> Floats:
    """Mean of the smallest third (rounded up) of each row; the rows are reordered on the way."""
    count = -(-logs.shape[1] // 3)
    logs.partition(count - 1, axis=1)
    means: Floats = logs[:, :count].sum(axis=1) / count
    return means


@lru_cache(maxsize=64)
def _swaps(rounds: int, seed: int, draws: int) -> tuple[Floats, bool]:
    """Which rounds are swapped (1) and which are not (0), one row per re-labelling.

    Row 0 swaps none, and the first round is never swapped: half of the swaps suffice, since the other half
    are their mirror images.
    """
    if rounds <= EXACT_ROUNDS:
        numbers = np.arange(2 ** (rounds - 1))[:, None]
        bits = (numbers >> np.arange(rounds - 1)) & 1
        exact = True
    else:
        bits = np.random.default_rng(seed).integers(0, 2, size=(draws // 2, rounds - 1))
        bits[0] = 0
        exact = False
    return np.hstack([np.zeros((len(bits), 1)), bits.astype(np.float64)]), exact
