"""One process per side: what two finished Criterion trees can say, and no more.

How far processes of the same code are apart cannot be learnt from one process; the spread of its samples
hardly tells it. So an allowance that was measured elsewhere is added
to every interval (docs/compare.md, `python -m benchmarks.single`), and a verdict stands only outside of it.
"""

from __future__ import annotations

import math
import operator
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from benchmark_ci.judge.endpoints import AVERAGING_ITERS, FEWEST_SAMPLES, SHORTEST_SAMPLE_NS
from benchmark_ci.judge.numbers import rounded
from benchmark_ci.judge.overall import WORST_FIRST, counts, overall
from benchmark_ci.judge.work import changed_between
from benchmark_ci.model import Comparison, Endpoint, Result, Side, SideTime, Throughput, Verdict

ALLOWANCE_PERCENT: Mapping[Endpoint, float] = {Endpoint.FLOOR: 70.0, Endpoint.TYPICAL: 150.0}
"""By how much the slower of two processes of the same code exceeds the faster one in 1 % of all pairs."""

BEYOND = 6
"""Another process's floor lies above the sixth smallest sample of an equal one with less than 1/2^6."""

MEDIAN_Z = 1.96 / 2
"""The median's 95 % interval reaches this many square roots of the number of samples to each side of it."""

SAME_SAMPLES = "Both sides hold the same samples: this is one measurement, copied."
CONTRADICTION = "Its fastest and its typical time say opposite things."


class Values(NamedTuple):
    """What one process says: ns per iteration, and how far its own samples leave that open (logarithm)."""

    floor_ns: float
    typical_ns: float
    floor_spread: float
    typical_spread: float
    averaged: bool


class Reading(NamedTuple):
    """A benchmark in one tree: its values, or what is wrong with its files."""

    folder: str
    id: str  # empty where the files do not say
    values: Values | None
    flaw: str = ""
    throughput: Throughput | None = None
    fingerprint: int = 0


class Judging(NamedTuple):
    """How one comparison is judged."""

    limit_percent: float
    allowance_percent: float | None = None  # None: `ALLOWANCE_PERCENT`
    copies_are_unmeasured: bool = False  # equal samples: not measured since they were saved


def values(iters: Sequence[float], times: Sequence[float]) -> Values:
    """Floor and typical time of a process, as `endpoints.values` has them, with their spreads."""
    if min(times) < SHORTEST_SAMPLE_NS:
        long_enough = [pair for pair in zip(iters, times, strict=True) if pair[1] >= SHORTEST_SAMPLE_NS]
        if len(long_enough) >= FEWEST_SAMPLES:
            iters, times = zip(*long_enough, strict=True)
    ordered = sorted(map(operator.truediv, times, iters))
    count = len(ordered)
    reach = MEDIAN_Z * math.sqrt(count)
    typical = (ordered[count // 2] + ordered[(count - 1) // 2]) / 2
    low = ordered[max(0, math.floor(count / 2 - reach) - 1)]
    high = ordered[min(count - 1, math.ceil(count / 2 + reach))]
    return Values(
        floor_ns=ordered[0],
        typical_ns=typical,
        floor_spread=math.log(ordered[min(BEYOND, count) - 1] / ordered[0]),
        typical_spread=math.log(max(typical / low, high / typical)),
        averaged=count >= FEWEST_SAMPLES
        and (min(iters) >= AVERAGING_ITERS or sum(n >= AVERAGING_ITERS for n in iters) >= FEWEST_SAMPLES),
    )


def compare_single(baseline: Iterable[Reading], current: Iterable[Reading], judging: Judging) -> Comparison:
    """Judge every benchmark that either tree has; none is dropped."""
    sides = {Side.BASELINE: list(baseline), Side.CURRENT: list(current)}
    by_id = {
        side: _by_id(sides[side], sides[other]) for side, other in zip(Side, reversed(Side), strict=True)
    }
    names = dict.fromkeys([*by_id[Side.BASELINE], *by_id[Side.CURRENT]])
    results = [
        _result(name, by_id[Side.BASELINE].get(name, []), by_id[Side.CURRENT].get(name, []), judging)
        for name in names
    ]
    results.sort(key=_worst_first)
    visible = [one.smallest_visible_percent for one in results if one.smallest_visible_percent is not None]
    return Comparison(
        verdict=overall(results),
        counts=counts(results),
        benchmarks=tuple(results),
        smallest_visible_percent=rounded(statistics.median(visible)) if visible else None,
    )


def _by_id(readings: list[Reading], others: list[Reading]) -> dict[str, list[Reading]]:
    """Readings by id; one that does not say its own has that of the same folder in the other tree."""
    elsewhere = {one.folder: one.id for one in others if one.id}
    found: dict[str, list[Reading]] = {}
    for one in readings:
        found.setdefault(one.id or elsewhere.get(one.folder) or one.folder or "(no id)", []).append(one)
    return found


def _result(name: str, baseline: list[Reading], current: list[Reading], judging: Judging) -> Result:
    if len(baseline) > 1 or len(current) > 1:
        return _unjudged(name, Verdict.AMBIGUOUS, judging, _several(baseline, current))
    if not baseline or not current:
        only = (baseline or current)[0]
        verdict = Verdict.FAILED if only.flaw else Verdict.NEW if current else Verdict.REMOVED
        return _unjudged(name, verdict, judging, only.flaw)
    return _pair(name, baseline[0], current[0], judging)


def _several(baseline: list[Reading], current: list[Reading]) -> str:
    """Which of them is meant cannot be told: Criterion's files name neither package nor bench target."""
    said = []
    for side, readings in ((Side.BASELINE, baseline), (Side.CURRENT, current)):
        if len(readings) > 1:
            folders = ", ".join(f"`{one.folder}`" for one in readings[:3])
            said.append(
                f"{len(readings)} times on {side.value} ({folders}{', …' if len(readings) > 3 else ''})"
            )
    return f"Several benchmarks share this id: it stands {' and '.join(said)}."


def _pair(name: str, baseline: Reading, current: Reading, judging: Judging) -> Result:
    if baseline.values is None or current.values is None:
        where = [
            f"{one.flaw.rstrip('.')} (on {side.value})"
            for side, one in ((Side.BASELINE, baseline), (Side.CURRENT, current))
            if one.values is None
        ]
        fails = baseline.values is not None
        return _unjudged(name, Verdict.FAILED, judging, "; ".join(where) + ".", fails=fails)
    if baseline.fingerprint and baseline.fingerprint == current.fingerprint and judging.copies_are_unmeasured:
        return _unjudged(name, Verdict.NOT_REACHED, judging, "Not measured since the baseline was saved.")
    return _judged(name, baseline, current, baseline.values, current.values, judging)


def _judged(
    name: str, old: Reading, new: Reading, baseline: Values, current: Values, judging: Judging
) -> Result:
    endpoint = Endpoint.FLOOR if baseline.averaged and current.averaged else Endpoint.TYPICAL
    floor = math.log(current.floor_ns / baseline.floor_ns)
    typical = math.log(current.typical_ns / baseline.typical_ns)
    change, spreads = (
        (floor, (baseline.floor_spread, current.floor_spread))
        if endpoint is Endpoint.FLOOR
        else (typical, (baseline.typical_spread, current.typical_spread))
    )
    half = math.hypot(math.log1p(_allowance(endpoint, judging) / 100), *spreads)
    limit = math.log1p(judging.limit_percent / 100)
    verdict, reason = _verdict(change - half, change + half, limit), ""
    if old.fingerprint and old.fingerprint == new.fingerprint:
        verdict, reason = Verdict.INCONCLUSIVE, SAME_SAMPLES
    elif verdict in (Verdict.REGRESSED, Verdict.IMPROVED) and typical * floor < 0:
        verdict, reason = Verdict.INCONCLUSIVE, CONTRADICTION
    work = changed_between(old.throughput, new.throughput)
    if work:
        verdict, reason = Verdict.INCONCLUSIVE, work.reason(_percent(change))
    return Result(
        id=name,
        package="",
        target="",
        verdict=verdict,
        reason=reason,
        limit_percent=judging.limit_percent,
        rounds=1,
        endpoint=endpoint,
        change_percent=_percent(change),
        change_low_percent=_percent(change - half),
        change_high_percent=_percent(change + half),
        smallest_visible_percent=None if work else _percent(limit + half),
        baseline=_side(baseline, endpoint),
        current=_side(current, endpoint),
        throughput=None if work else new.throughput or old.throughput,
    )


def _allowance(endpoint: Endpoint, judging: Judging) -> float:
    given = judging.allowance_percent
    return ALLOWANCE_PERCENT[endpoint] if given is None else given


def _verdict(low: float, high: float, limit: float) -> Verdict:
    if low > limit:
        return Verdict.REGRESSED
    if high < -limit:
        return Verdict.IMPROVED
    return Verdict.UNCHANGED if -limit < low and high < limit else Verdict.INCONCLUSIVE


def _unjudged(
    name: str, verdict: Verdict, judging: Judging, reason: str = "", *, fails: bool = False
) -> Result:
    return Result(
        id=name,
        package="",
        target="",
        verdict=verdict,
        reason=reason,
        fails=fails,
        limit_percent=judging.limit_percent,
    )


def _side(one: Values, endpoint: Endpoint) -> SideTime:
    deciding = one.floor_ns if endpoint is Endpoint.FLOOR else one.typical_ns
    return SideTime(
        time_ns=rounded(deciding), floor_ns=rounded(one.floor_ns), typical_ns=rounded(one.typical_ns)
    )


def _worst_first(result: Result) -> tuple[int, bool, float, str]:
    change = result.change_percent or 0.0
    faster = result.verdict is Verdict.IMPROVED
    return WORST_FIRST.index(result.verdict), not result.fails, change if faster else -change, result.id


def _percent(log_change: float) -> float:
    return rounded(math.expm1(log_change) * 100)
