"""The rules that people use today, on the processes that we measured.

They get what they would have got: the first pair of processes (or ten of them), no more. The processes are
shorter than Criterion's default of 3 s + 5 s; how its verdict fares with those is told in the literature
(docs/methodology.md), not here.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth.record import Kept, times_ns

RESAMPLES = 10_000
SIGNIFICANCE = 0.05
NOISE_THRESHOLD = 0.01
MANN_WHITNEY_RUNS = 10
FLOOR, TYPICAL, MEAN, SPREAD, WALL, FLAGS = range(6)

Floats = NDArray[np.float64]
Rule = Callable[[Kept], int | None]
"""1: slower, -1: faster, 0: no change; None: the run does not hold what the rule needs."""


def criterion(kept: Kept) -> int | None:
    """Criterion's own verdict: bootstrapped t-test, and the interval of the means' change beyond 1 %.

    Criterion 0.8, `analysis/compare.rs` and `report.rs`; 10 000 resamples where it takes 100 000.
    """
    if not kept.baseline_samples or not kept.current_samples:
        return None
    baseline = np.array(times_ns(kept.baseline[0], kept.baseline_samples))
    current = np.array(times_ns(kept.current[0], kept.current_samples))
    source = np.random.default_rng(zlib.crc32(str((kept.id, kept.baseline_samples)).encode()))
    if _t_test(current, baseline, source) >= SIGNIFICANCE:
        return 0
    changes = _means(current, source) / _means(baseline, source) - 1
    low, high = np.percentile(changes, [2.5, 97.5])
    if low > NOISE_THRESHOLD and high > NOISE_THRESHOLD:
        return 1
    if low < -NOISE_THRESHOLD and high < -NOISE_THRESHOLD:
        return -1
    return 0


def _t_test(current: Floats, baseline: Floats, source: np.random.Generator) -> float:
    """Two-tailed p of Welch's t among resamples of the pooled samples, as Criterion counts it."""
    observed = _welch(current[None, :], baseline[None, :])[0]
    pooled = np.concatenate([current, baseline])
    drawn = pooled[source.integers(0, len(pooled), size=(RESAMPLES, len(pooled)))]
    statistics = _welch(drawn[:, : len(current)], drawn[:, len(current) :])
    below = int(np.count_nonzero(statistics < observed))
    return 2 * min(below, RESAMPLES - below) / RESAMPLES


def _welch(current: Floats, baseline: Floats) -> Floats:
    error = current.var(axis=1, ddof=1) / current.shape[1] + baseline.var(axis=1, ddof=1) / baseline.shape[1]
    difference = current.mean(axis=1) - baseline.mean(axis=1)
    statistic: Floats = difference / np.sqrt(np.maximum(error, 1e-300))
    return statistic


def _means(samples: Floats, source: np.random.Generator) -> Floats:
    means: Floats = samples[source.integers(0, len(samples), size=(RESAMPLES, len(samples)))].mean(axis=1)
    return means


def compare_action(kept: Kept) -> int:
    """criterion-compare-action: bold when the means differ by more than the smaller standard deviation."""
    one, other = kept.baseline[0], kept.current[0]
    difference = other[MEAN] - one[MEAN]
    if abs(difference) <= min(one[SPREAD], other[SPREAD]):
        return 0
    return 1 if difference > 0 else -1


def ratio(percent: float) -> Rule:
    """A fixed limit on the ratio of one pair's means."""

    def rule(kept: Kept) -> int:
        change = kept.current[0][MEAN] / kept.baseline[0][MEAN]
        if change > 1 + percent / 100:
            return 1
        return -1 if change < 1 / (1 + percent / 100) else 0

    return rule


def mann_whitney(kept: Kept) -> int | None:
    """Mann & Whitney's test at 5 % on the means of ten processes a side."""
    if len(kept.baseline) < MANN_WHITNEY_RUNS:
        return None
    baseline = [row[MEAN] for row in kept.baseline[:MANN_WHITNEY_RUNS]]
    current = [row[MEAN] for row in kept.current[:MANN_WHITNEY_RUNS]]
    slower = sum((other > one) + (other == one) / 2 for one in baseline for other in current)
    most = MANN_WHITNEY_RUNS**2
    tail = _at_most(min(slower, most - slower), MANN_WHITNEY_RUNS)
    if 2 * tail >= SIGNIFICANCE:
        return 0
    return 1 if slower > most / 2 else -1


def _at_most(statistic: float, size: int) -> float:
    counts = _ways(size, size)
    return sum(counts[: int(statistic) + 1]) / sum(counts)


@lru_cache
def _ways(one: int, other: int) -> tuple[int, ...]:
    """In how many orders of `one` and `other` values U has each value."""
    if not one or not other:
        return (1,)
    ways = [0] * (one * other + 1)
    for number, count in enumerate(_ways(one - 1, other)):
        ways[number + other] += count
    for number, count in enumerate(_ways(one, other - 1)):
        ways[number] += count
    return tuple(ways)


RULES: Mapping[str, Rule] = {
    "Criterion's own verdict": criterion,
    "criterion-compare-action (bold)": compare_action,
    "ratio of one pair > 5 %": ratio(5),
    "ratio of one pair > 10 %": ratio(10),
    "ratio of one pair > 50 %": ratio(50),
    "Mann–Whitney on ten runs": mann_whitney,
}
