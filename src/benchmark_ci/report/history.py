"""The point that a run adds to the history, out of its report."""

from __future__ import annotations

from typing import Literal

from benchmark_ci.history.lines import MOST_NS, MOST_PERCENT
from benchmark_ci.model import BenchmarkId, HistoryPoint, Report, Result, Verdict

_WITHOUT_COLUMN = (Verdict.REMOVED, Verdict.AMBIGUOUS)
"""Not there on current, or not to be told apart."""


def has_point(report: Report) -> bool:
    """Whether the run says anything of current: it was not stopped, and two commits were compared."""
    return not report.error and report.counts["compared"] > 0 and report.baseline.sha != report.current.sha


def point(
    report: Report, event: Literal["push", "release"], *, tag: str | None, series: str, run: str
) -> HistoryPoint:
    """The run's point, its benchmarks in the order of their ids, whatever came out worst."""
    results = sorted(
        (result for result in report.benchmarks if result.verdict not in _WITHOUT_COLUMN),
        key=lambda result: (result.package, result.target, result.id),
    )
    return HistoryPoint(
        sha=report.current.sha,
        time=f"{report.started[:19]}Z",  # UTC already
        event=event,
        tag=tag,
        baseline=report.baseline.sha,
        series=series,
        run=run,
        environment=report.environment,
        noise_percent=report.noise_percent,
        benchmarks=tuple(
            BenchmarkId(package=result.package, target=result.target, full_id=result.id) for result in results
        ),
        times_ns=tuple(map(_time, results)),
        changes_percent=tuple(map(_change, results)),
        peak_memory_bytes=tuple(
            (result.current.peak_memory_bytes or None) if result.current else None for result in results
        ),
        regressed=_those(results, Verdict.REGRESSED),
        improved=_those(results, Verdict.IMPROVED),
    )


def _time(result: Result) -> float | None:
    time_ns = result.current.time_ns if result.current else None
    return time_ns if time_ns is not None and 0 < time_ns <= MOST_NS else None


def _change(result: Result) -> float | None:
    """Proven to run the same code is no change, whatever a timing along the way said."""
    if result.verdict is Verdict.IDENTICAL:
        return 0.0
    change = result.change_percent
    return change if change is not None and change <= MOST_PERCENT else None


def _those(results: list[Result], verdict: Verdict) -> tuple[int, ...]:
    return tuple(column for column, result in enumerate(results) if result.verdict is verdict)
