"""The exact within-pair randomisation test against a shift, and the interval that inverts it.

In each round the order of baseline and current was drawn at random, so under the hypothesis "current is
baseline times e^s" the labels of a round are exchangeable whatever the noise is: no distribution is assumed
(Fisher 1935; Edgington & Onghena, Randomization Tests). The statistic is the difference of the sides'
low-third means of log times, which contention, always additive, disturbs least (Chen & Revels 2016).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXACT_ROUNDS = 13
"""Up to this many rounds all 2^k swaps are used, beyond it a seeded draw of them."""

DRAWS = 4096
TIES = 1e-12
BISECTIONS = 18


class Shift:
    """The test for one benchmark: `baseline` and `current` are log times of the same rounds."""

    def __init__(self, baseline: Floats, current: Floats, seed: int, draws: int = DRAWS) -> None:
        """Prepare the swaps: all of them, or `draws` from the seed."""
        self._baseline = baseline
        self._current = current
        self._swaps, self._exact = _swaps(len(baseline), seed, draws)

    @property
    def estimate(self) -> float:
        """Difference of the low-third means: log of current over baseline."""
        return float(_low_third(self._current[None, :])[0] - _low_third(self._baseline[None, :])[0])

    def p_slow(self, shift: float) -> float:
        """Evidence against "current is at most e^shift times baseline": small means slower than that."""
        observed, shuffled = self._statistics(shift)
        return self._share(shuffled, observed)

    def p_fast(self, shift: float) -> float:
        """Evidence against "current is at least e^shift times baseline": small means faster than that."""
        observed, shuffled = self._statistics(shift)
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
        low = _bisect(bounds, lambda shift: self.p_slow(shift) > alpha)
        high = _bisect(bounds, lambda shift: self.p_fast(shift) <= alpha)
        return low, high

    def _statistics(self, shift: float) -> tuple[float, Floats]:
        moved = self._current - shift
        shuffled = _low_third(np.where(self._swaps, self._baseline, moved)) - _low_third(
            np.where(self._swaps, moved, self._baseline)
        )
        return float(shuffled[0]), shuffled

    def _share(self, shuffled: Floats, at_least: float) -> float:
        """Share of all re-labellings, mirror images included, whose statistic reaches `at_least`."""
        reached = int(np.count_nonzero(shuffled >= at_least - TIES))
        reached += int(np.count_nonzero(-shuffled >= at_least - TIES))
        total = 2 * len(shuffled)
        return reached / total if self._exact else (reached + 1) / (total + 1)


def _bisect(bounds: tuple[float, float], holds: Callable[[float], bool]) -> float:
    """The point in `bounds` from which on `holds(point)` is true."""
    low, high = bounds
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _low_third(logs: Floats) -> Floats:
    """Mean of the smallest third (rounded up) of each row."""
    count = -(-logs.shape[1] // 3)
    smallest: Floats = np.partition(logs, count - 1, axis=1)[:, :count]
    means: Floats = smallest.mean(axis=1)
    return means


@lru_cache(maxsize=64)
def _swaps(rounds: int, seed: int, draws: int) -> tuple[NDArray[np.bool_], bool]:
    """Which rounds are swapped, one row per re-labelling; row 0 swaps none; round 0 is never swapped.

    Half of the swaps suffice, since the other half are their mirror images.
    """
    if rounds <= EXACT_ROUNDS:
        numbers = np.arange(2 ** (rounds - 1))[:, None]
        bits = (numbers >> np.arange(rounds - 1)) & 1
        exact = True
    else:
        bits = np.random.default_rng(seed).integers(0, 2, size=(draws // 2, rounds - 1))
        bits[0] = 0
        exact = False
    return np.hstack([np.zeros((len(bits), 1), dtype=bool), bits.astype(bool)]), exact
