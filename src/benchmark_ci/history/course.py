"""The recent course of each benchmark: changes multiplied up, since times of two machines say nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmark_ci.model import BenchmarkId, Course, HistoryPoint

MOST_POINTS = 30


def courses(
    newest_first: Sequence[HistoryPoint], benchmarks: Iterable[BenchmarkId], series: str
) -> tuple[Course, ...]:
    """The course of each benchmark that the points have, over its last `MOST_POINTS` changes.

    Pushes make a course; releases only where there are none. Of several series this run's own counts, else
    the one with the newest point.
    """
    chosen = [point for point in newest_first if point.event == "push"] or list(newest_first)
    columns: dict[int, dict[BenchmarkId, int]] = {}
    for point in chosen:
        columns.setdefault(id(point.benchmarks), {one: column for column, one in enumerate(point.benchmarks)})
    found = []
    for benchmark in benchmarks:
        changes = [
            (point, change)
            for point in chosen
            if (column := columns[id(point.benchmarks)].get(benchmark)) is not None
            and (change := point.changes_percent[column]) is not None
        ]
        if not changes:
            continue
        own = series if any(point.series == series for point, _ in changes) else changes[0][0].series
        of_series = [one for one in changes if one[0].series == own][:MOST_POINTS]
        found.append(_course(benchmark, of_series[::-1]))
    return tuple(found)


def _course(benchmark: BenchmarkId, oldest_first: list[tuple[HistoryPoint, float]]) -> Course:
    by_sha: dict[str, float] = {}
    levels: list[float] = []
    gaps: list[int] = []
    for point, change in oldest_first:
        if not levels:
            level = 1.0  # what came before is not shown
        else:
            before = by_sha.get(point.baseline)
            if before is None:
                gaps.append(len(levels))
                before = levels[-1]
            level = before * (1 + change / 100)
        by_sha[point.sha] = level
        levels.append(level)
    return Course(
        id=benchmark.full_id,
        package=benchmark.package,
        target=benchmark.target,
        since=oldest_first[0][0].time,
        until=oldest_first[-1][0].time,
        levels_percent=tuple(round((level - 1) * 100, 3) for level in levels),
        gaps=tuple(gaps),
    )
