"""One number per side and nothing known of its noise: compared with the threshold as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from benchmark_ci.judge.overall import WORST_FIRST
from benchmark_ci.model import Result, SideTime, Verdict

NOTHING = 1.0
"""From 0 to less than this (MB or s) is no growth to speak of: it was below what was counted."""

SMALLEST = 1e-9
"""Below this a number is 0: a change relative to it says nothing."""

Entries = Mapping[str, Sequence[Mapping[str, float]]]


class Column(NamedTuple):
    """A kind of number: larger is worse."""

    name: str
    unit: str
    judged: bool = True


def compare_numbers(
    baseline: Entries, current: Entries, columns: Sequence[Column], threshold_percent: float
) -> list[Result]:
    """One result per entry and judged column (its `target`), worst first; entries of one side are listed."""
    names = dict.fromkeys([*baseline, *current])
    found = [
        one
        for name in names
        for one in _entry(name, baseline.get(name, ()), current.get(name, ()), columns, threshold_percent)
    ]
    return sorted(found, key=_worst_first)


def _entry(
    name: str,
    baseline: Sequence[Mapping[str, float]],
    current: Sequence[Mapping[str, float]],
    columns: Sequence[Column],
    threshold_percent: float,
) -> Iterable[Result]:
    if len(baseline) > 1 or len(current) > 1:
        times = f"{len(baseline)} times on baseline, {len(current)} times on current"
        yield _listed(name, "", Verdict.AMBIGUOUS, threshold_percent, f"It stands there {times}.")
        return
    if not baseline or not current:
        yield _listed(name, "", Verdict.NEW if current else Verdict.REMOVED, threshold_percent)
        return
    for column in columns:
        old, new = baseline[0].get(column.name), current[0].get(column.name)
        if not column.judged or (old is None and new is None):
            continue
        if old is None or new is None:
            only = Verdict.REMOVED if new is None else Verdict.NEW
            yield _listed(name, column.name, only, threshold_percent)
        else:
            yield _judged(name, column, old, new, threshold_percent)


def _judged(name: str, column: Column, old: float, new: float, threshold_percent: float) -> Result:
    change = (new / old - 1) * 100 if old >= SMALLEST else None
    if change is None:
        verdict = Verdict.REGRESSED if new >= NOTHING else Verdict.UNCHANGED
    elif change > threshold_percent:
        verdict = Verdict.REGRESSED
    else:
        faster = (1 / (1 + threshold_percent / 100) - 1) * 100
        verdict = Verdict.IMPROVED if change < faster else Verdict.UNCHANGED
    timed = column.unit == "s" and old > 0 and new > 0
    return Result(
        id=name,
        package="",
        target=column.name,
        verdict=verdict,
        reason=f"{old:,.6g} → {new:,.6g} {column.unit}",
        limit_percent=threshold_percent,
        rounds=1,
        change_percent=None if change is None else float(f"{change:.6g}"),
        baseline=_seconds(old) if timed else None,
        current=_seconds(new) if timed else None,
    )


def _listed(name: str, column: str, verdict: Verdict, threshold_percent: float, reason: str = "") -> Result:
    return Result(
        id=name, package="", target=column, verdict=verdict, reason=reason, limit_percent=threshold_percent
    )


def _seconds(value: float) -> SideTime:
    return SideTime(time_ns=value * 1e9, floor_ns=value * 1e9, typical_ns=value * 1e9)


def _worst_first(result: Result) -> tuple[int, float, str, str]:
    change = result.change_percent or 0.0
    return WORST_FIRST.index(result.verdict), -change, result.id, result.target
