"""The forest plot: each measured benchmark's interval against its limits, as numbers for the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark_ci.model import Report, Result, Verdict
from benchmark_ci.report import plain, selection, units

_MOST = 120
"""Rows; a plot of more shows nothing. The table below it has all."""

_ROW, _TOP, _BOTTOM = 22, 30, 10
_LEFT, _RIGHT, _WIDTH = 310, 180, 1020
_LONGEST_NAME = 39
_FARTHEST = 6
"""Limits to each side; what lies farther out is drawn as an arrow, or it would flatten all others."""

_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True)
class Mark:
    """One row: positions in the drawing's units."""

    name: str
    whole_name: str
    verdict: str
    told: str
    y: float
    low: float
    high: float
    middle: float
    limit_low: float
    limit_high: float
    inside: bool  # the estimate; its interval may still reach out
    beyond_low: bool
    beyond_high: bool


@dataclass(frozen=True)
class Tick:
    """A grid line with its label."""

    x: float
    label: str
    zero: bool


@dataclass(frozen=True)
class Plot:
    """Everything that the template draws."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    row: int
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    left_out: int


@dataclass(frozen=True)
class _Axis:
    """Percent to position."""

    low: float
    high: float

    def x(self, percent: float) -> float:
        share = (min(max(percent, self.low), self.high) - self.low) / (self.high - self.low)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def forest(report: Report) -> Plot | None:
    """The plot of all benchmarks with an interval, worst first; None where there is none."""
    measured = _measured(report)
    if not measured:
        return None
    drawn = measured[:_MOST]
    axis = _axis(drawn)
    return Plot(
        width=_WIDTH,
        height=_TOP + _ROW * len(drawn) + _BOTTOM,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        top=_TOP,
        bottom=_TOP + _ROW * len(drawn),
        row=_ROW,
        marks=tuple(_mark(result, index, axis) for index, result in enumerate(drawn)),
        ticks=_ticks(axis),
        left_out=len(measured) - len(drawn),
    )


def _measured(report: Report) -> list[Result]:
    matter = selection.that_matter(report)
    others = selection.by_verdict(report, Verdict.UNCHANGED, Verdict.IDENTICAL)
    return [one for one in (*matter, *others) if one.change_percent is not None and selection.interval(one)]


def _axis(results: Sequence[Result]) -> _Axis:
    limit = max(result.limit_percent for result in results)
    low = min(result.change_low_percent or 0.0 for result in results)
    high = max(result.change_high_percent or 0.0 for result in results)
    nearest, farthest = 1.4 * limit, _FARTHEST * limit
    lowest = max(min(low * 1.08, -nearest), -farthest, -100.0)
    return _Axis(lowest, min(max(high * 1.08, nearest), farthest))


def _ticks(axis: _Axis) -> tuple[Tick, ...]:
    span = axis.high - axis.low
    step = next((step for step in _STEPS if span / step <= 9), _STEPS[-1])
    first = -int(-axis.low // step)
    values = [step * index for index in range(first, int(axis.high // step) + 1)]
    return tuple(Tick(axis.x(value), _label(value), value == 0) for value in values)


def _label(percent: int) -> str:
    return f"{percent:+d} %".replace("-", units.MINUS) if percent else "0"


def _faster(limit_percent: float) -> float:
    """The limit for faster: the same factor the other way, as the judge has it (10 % and -9.1 %)."""
    return (1 / (1 + limit_percent / 100) - 1) * 100


def _mark(result: Result, index: int, axis: _Axis) -> Mark:
    low, high = result.change_low_percent or 0.0, result.change_high_percent or 0.0
    numbers = f"{selection.change(result)} {selection.interval(result)}"
    return Mark(
        name=plain.name(result.id, _LONGEST_NAME),
        whole_name=plain.name(result.id),
        verdict=result.verdict.value,
        told=numbers,
        y=_TOP + _ROW * (index + 0.5),
        low=axis.x(low),
        high=axis.x(high),
        middle=axis.x(result.change_percent or 0.0),
        limit_low=axis.x(_faster(result.limit_percent)),
        limit_high=axis.x(result.limit_percent),
        inside=axis.low <= (result.change_percent or 0.0) <= axis.high,
        beyond_low=low < axis.low,
        beyond_high=high > axis.high,
    )
