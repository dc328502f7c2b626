"""Peak memory of a benchmark: how much it changed, beyond doubt or not. It warns, and fails only if asked.

The order within a round was drawn at random, so without a change either side is the larger one with equal
chance: the interval of the median change is the sign test's, exact and free of any distribution (Dixon & Mood
1946). How many rounds there are was decided by times and not by memory, so there are no looks to pay for.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

from benchmark_ci.judge.limits import MemoryLimits
from benchmark_ci.judge.numbers import rounded
from benchmark_ci.model import BenchmarkId, HarnessMemory, MemoryChange, Process, Result, Side, SideTime

THRESHOLD_PERCENT = 10.0
LIMIT_BYTES = 500_000_000
SMALLEST_GROWTH_BYTES = 1_000_000
"""Less than this is allocator and page cache, whatever percentage it is."""

ALPHA = 0.025
"""Each side of the 95 % confidence interval."""

Peaks = tuple[tuple[int, int], ...]
"""Bytes of baseline and current, of each round."""


def peaks_of(processes: Iterable[Process]) -> dict[BenchmarkId, Peaks]:
    """The rounds of each benchmark in which both sides' peak is known; calibration is left out."""
    rounds: dict[BenchmarkId, dict[int, dict[Side, int]]] = {}
    for one in processes:
        if one.round > 0 and one.peak_memory_bytes:
            rounds.setdefault(one.id, {}).setdefault(one.round, {})[one.side] = one.peak_memory_bytes
    return {
        key: tuple(
            (pair[Side.BASELINE], pair[Side.CURRENT])
            for _, pair in sorted(numbered.items())
            if len(pair) == len(Side)
        )
        for key, numbered in rounds.items()
    }


def memory_change(
    peaks: Peaks,
    threshold_percent: float = THRESHOLD_PERCENT,
    limit_bytes: int = LIMIT_BYTES,
    *,
    fails: bool = False,
) -> MemoryChange | None:
    """The judgement of one benchmark; None where no round has both sides. With `fails` a warning is fatal."""
    if not peaks:
        return None
    percents = [(current / baseline - 1) * 100 for baseline, current in peaks]
    low, high = _interval(percents)
    grown_bytes, _ = _interval([current - baseline for baseline, current in peaks])
    grown = (
        low is not None
        and grown_bytes is not None
        and low > threshold_percent
        and grown_bytes >= SMALLEST_GROWTH_BYTES
    )
    currents = sorted(current for _, current in peaks)
    above = currents[max(_outside(len(peaks)), 0)] > limit_bytes
    said = [f"Peak memory grew by more than {threshold_percent:g} %."] if grown else []
    said += [f"Peak memory is above {limit_bytes / 1e6:g} MB."] if above else []
    return MemoryChange(
        change_percent=rounded(statistics.median(percents)),
        low_percent=None if low is None else rounded(low),
        high_percent=None if high is None else rounded(high),
        rounds=len(peaks),
        threshold_percent=threshold_percent,
        limit_bytes=limit_bytes,
        warning=" ".join(said),
        fails=fails and bool(said),
    )


def with_memory(
    result: Result,
    peaks: Peaks,
    harness: Sequence[HarnessMemory],
    limits: MemoryLimits,
) -> Result:
    """The result with what is known of its memory; `limits` are the configuration's, where it has any."""
    if not peaks or not result.baseline or not result.current:
        return result
    own = {
        one.side: one.peak_memory_bytes
        for one in harness
        if (one.target.package, one.target.name) == (result.package, result.target)
    }

    shown = shown_peaks(peaks)

    def side(time: SideTime, which: Side) -> SideTime:
        return time.model_copy(
            update={"peak_memory_bytes": shown[which], "harness_memory_bytes": own.get(which)}
        )

    return result.model_copy(
        update={
            "baseline": side(result.baseline, Side.BASELINE),
            "current": side(result.current, Side.CURRENT),
            "memory": memory_change(
                peaks,
                THRESHOLD_PERCENT if limits.threshold_percent is None else limits.threshold_percent,
                LIMIT_BYTES if limits.limit_bytes is None else limits.limit_bytes,
                fails=limits.fails,
            ),
        }
    )


def shown_peaks(peaks: Peaks) -> dict[Side, int]:
    """Bytes of both sides as they are shown: current's median, and baseline as the change implies it.

    The medians of both sides can differ the other way round than most rounds do. What stands beside a change
    must agree with it, and with the limit, which current's rounds are held to.
    """
    current = int(statistics.median(pair[1] for pair in peaks))
    change = statistics.median(current / baseline for baseline, current in peaks)
    return {Side.BASELINE: round(current / change), Side.CURRENT: current}


def _outside(count: int) -> int:
    """How many of so many values may lie beyond each end of the interval; -1: there is no such interval."""
    reached, most = 0.0, -1
    for number in range(count):
        reached += math.comb(count, number) / 2**count
        if reached > ALPHA:
            break
        most = number
    return most


def _interval(values: Sequence[float]) -> tuple[float | None, float | None]:
    outside = _outside(len(values))
    if outside < 0:
        return None, None
    ranked = sorted(values)
    return ranked[outside], ranked[-1 - outside]
