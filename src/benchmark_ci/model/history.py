"""What is kept of pushes and releases, and what a run reads of it (docs/history.md)."""

from __future__ import annotations

import calendar
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from benchmark_ci.model.base import Noun, Sha
from benchmark_ci.model.build import BenchmarkId, Environment


def _in_the_calendar(time: str) -> str:
    if int(time[8:10]) > calendar.monthrange(int(time[:4]), int(time[5:7]))[1]:
        raise ValueError(f"no calendar has a {time[:10]}")
    return time


UtcTime = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        r"T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)Z$"
    ),
    AfterValidator(_in_the_calendar),
]
"""RFC 3339, UTC, whole seconds: such times sort as text."""


class HistoryPoint(Noun):
    """What one run on the default branch, or of a release, measured.

    `times_ns` and the other columns have an entry for each of `benchmarks`. A change without a time is of
    a benchmark that was proven to run the same code (then 0): the value before it holds on.
    """

    sha: Sha
    time: UtcTime  # when the run began
    event: Literal["push", "release"]
    tag: str | None = None  # of a release
    baseline: Sha  # what the changes are against
    series: str  # the configuration: points of one series continue each other
    run: str  # GitHub's run and attempt, `123.1`
    environment: Environment | None = None
    noise_percent: float | None = None
    benchmarks: tuple[BenchmarkId, ...]
    times_ns: tuple[float | None, ...]  # of current, on this run's machine
    changes_percent: tuple[float | None, ...]  # None: not compared
    peak_memory_bytes: tuple[int | None, ...]  # of current; the last known one where it hardly moved
    regressed: tuple[int, ...] = ()  # positions in `benchmarks`
    improved: tuple[int, ...] = ()

    @property
    def measurement(self) -> tuple[str, str, str, str]:
        """What it is a measurement of: of several the newest counts."""
        return self.sha, self.event, self.tag or "", self.series


class Course(Noun):
    """How a benchmark went lately: changes of each kept point on the one before, multiplied up.

    Times of different machines cannot be compared, changes within a run can.
    """

    id: str  # Criterion's full id
    package: str
    target: str
    since: UtcTime
    until: UtcTime
    levels_percent: tuple[float, ...] = Field(min_length=1)  # against the first point, oldest first
    gaps: tuple[int, ...] = ()  # positions whose baseline is no earlier point: the step is not known


class History(Noun):
    """What a run read of the branch `benchmark-history` before it measured."""

    kind: Literal["history"] = "history"
    branch_commit: Sha | None = None  # None: there is none, or it could not be read
    courses: tuple[Course, ...] = ()  # of this run's benchmarks
    caution: str = ""  # why it could not be read
