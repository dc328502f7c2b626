"""A benchmark's recent course as a small line: positions for the template."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from benchmark_ci.model import Course, Report, Result
from benchmark_ci.report import units

WIDTH, HEIGHT = 96, 24
_EDGE = 3
_LEAST_SPAN = 10.0
"""Percent that the height stands for at least, or noise would look like mountains."""


@dataclass(frozen=True)
class Sparkline:
    """What the template draws: one line for each stretch without a gap, and a dot for the last point."""

    lines: tuple[str, ...]
    last_x: float
    last_y: float
    change: str
    told: str
    key: float


def sparklines(report: Report) -> dict[tuple[str, str, str], Sparkline]:
    """Of each benchmark that has one, by package, target and id."""
    return {(one.package, one.target, one.id): _sparkline(one) for one in report.courses}


def key(result: Result) -> tuple[str, str, str]:
    """By which a benchmark's course is found."""
    return result.package, result.target, result.id


def _sparkline(course: Course) -> Sparkline:
    levels = course.levels_percent
    low, high = min(levels), max(levels)
    middle, span = (low + high) / 2, max(high - low, _LEAST_SPAN)
    step = (WIDTH - 2 * _EDGE) / max(len(levels) - 1, 1)
    placed = [
        (
            round(_EDGE + index * step, 1),
            round(HEIGHT / 2 - (level - middle) / span * (HEIGHT - 2 * _EDGE), 1),
        )
        for index, level in enumerate(levels)
    ]
    starts = [0, *(gap for gap in course.gaps if 0 < gap < len(levels)), len(levels)]
    stretches = [placed[begin:end] for begin, end in pairwise(starts)]
    change = units.change(levels[-1])
    first, last = course.since[:10], course.until[:10]
    days = first if first == last else f"{first} to {last}"
    return Sparkline(
        lines=tuple(" ".join(f"{x},{y}" for x, y in stretch) for stretch in stretches if len(stretch) > 1),
        last_x=placed[-1][0],
        last_y=placed[-1][1],
        change=change,
        told=f"{change} over {units.count(len(levels), 'point')}, {days}",
        key=round(levels[-1], 3),
    )
