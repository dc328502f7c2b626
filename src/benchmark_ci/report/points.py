"""History points for people and programs: as lines, as JSON, as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from benchmark_ci.model import BenchmarkId, HistoryPoint
from benchmark_ci.report import plain, units

COLUMNS = (
    "time",
    "sha",
    "event",
    "tag",
    "baseline",
    "series",
    "run",
    "package",
    "target",
    "id",
    "time_ns",
    "change_percent",
    "peak_memory_bytes",
    "verdict",
)

Chosen = tuple[HistoryPoint, tuple[int, ...]]
"""A point, and which of its benchmarks are asked for."""


def text(chosen: Iterable[Chosen], *, each: bool) -> str:
    """One line per point; with `each` one below it for every benchmark that is asked for."""
    lines: list[str] = []
    for point, columns in chosen:
        lines.append("  ".join(_about(point)))
        if each:
            lines += [f"    {_measured(point, column)}" for column in columns]
    return "".join(f"{line}\n" for line in lines)


def as_json(chosen: Iterable[Chosen]) -> str:
    """A JSON list with one object per point."""
    objects = [
        json.dumps(
            {
                **point.model_dump(mode="json", include=_FIELDS),
                "benchmarks": [_object(point, column) for column in columns],
            },
            ensure_ascii=False,
        )
        for point, columns in chosen
    ]
    return "[" + ",".join(f"\n{one}" for one in objects) + ("\n]\n" if objects else "]\n")


def as_csv(chosen: Iterable[Chosen]) -> str:
    """A head and one row per point and benchmark; what is not known is empty."""
    written = _Text()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    for point, columns in chosen:
        about = (
            point.time, point.sha, point.event, point.tag, point.baseline, point.series, point.run,
        )  # fmt: skip
        rows.writerows((*about, *_object(point, column).values()) for column in columns)
    return "".join(written.parts)


class _Text:
    """What the csv module writes to."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, part: str) -> None:
        self.parts.append(part)


_FIELDS = {"time", "sha", "event", "tag", "baseline", "series", "run", "environment", "noise_percent"}


def _object(point: HistoryPoint, column: int) -> dict[str, Any]:
    benchmark = point.benchmarks[column]
    return {
        "package": benchmark.package,
        "target": benchmark.target,
        "id": benchmark.full_id,
        "time_ns": point.times_ns[column],
        "change_percent": point.changes_percent[column],
        "peak_memory_bytes": point.peak_memory_bytes[column],
        "verdict": _verdict(point, column),
    }


def _verdict(point: HistoryPoint, column: int) -> str | None:
    if column in point.regressed:
        return "regressed"
    return "improved" if column in point.improved else None


def _about(point: HistoryPoint) -> Iterator[str]:
    yield point.time[:16].replace("T", " ")
    yield point.sha[:12]
    yield f"release {plain.name(point.tag)}" if point.tag else point.event
    yield plain.name(point.series)
    found = [units.count(len(point.benchmarks), "benchmark")]
    found += [f"{len(point.regressed):,} regressed"] if point.regressed else []
    found += [f"{len(point.improved):,} improved"] if point.improved else []
    if point.noise_percent is not None:
        found.append(f"noise {units.percent(point.noise_percent)}")
    yield ", ".join(found)


def _measured(point: HistoryPoint, column: int) -> str:
    benchmark: BenchmarkId = point.benchmarks[column]
    time, change = point.times_ns[column], point.changes_percent[column]
    memory, verdict = point.peak_memory_bytes[column], _verdict(point, column)
    parts = [
        plain.name(benchmark.full_id),
        "not timed" if time is None else units.time(time),
        "not compared" if change is None else units.change(change),
        *([units.size(memory)] if memory else []),
        *([verdict] if verdict else []),
    ]
    return "  ".join(parts)
