"""Where in the branch a point stands, and the points of many files, newest first. Pure."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from benchmark_ci.history.file import read
from benchmark_ci.model import HistoryPoint, Job

BRANCH = "benchmark-history"
MARK = "benchmark-history.json"
"""A file by which the branch is known to be ours."""

MARK_CONTENT = '{"kind":"history","format_version":1}\n'
FULL_BYTES = 1024 * 1024
"""A file of this size gets no further point: each append uploads its file whole."""

LARGEST_BYTES = 16 * 1024 * 1024
"""A larger file is not ours and is not read."""

README = """# Benchmark history

Benchmark CI adds to this branch after each push to the default branch (`points/YEAR-MONTH/DAY.jsonl`) and for
each release (`releases/YEAR.jsonl`). Files only grow, and no commit is ever replaced.

`benchmark-ci history` in a checkout lists, filters, exports and checks what is here. The format is described
in `docs/history.md` of Benchmark CI. Do not merge this branch. To save space you may delete old files below
`points/`; releases have files of their own and are not affected.
"""

_PATH = re.compile(
    r"(?:points/([0-9]{4}-[0-9]{2})/([0-9]{2})|releases/([0-9]{4}))(?:\.([1-9][0-9]{0,5}))?\.jsonl"
)


@dataclass(frozen=True)
class HistoryFile:
    """A file of a history and how its lines are had."""

    path: str
    lines: Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Place:
    """What a path says: `period` is a day (`2026-11-24`) or a year."""

    period: str
    number: int
    releases: bool


def series(job: Job, name: str) -> str:
    """What a job's points belong to: its workflow, its name there and the input `name`."""
    return " / ".join(filter(None, (job.workflow, job.job, name))) or "benchmark"


def place(path: str) -> Place | None:
    """What a path of the branch says; None for a file that holds no points."""
    found = _PATH.fullmatch(path)
    if not found:
        return None
    month, day, year, number = found.groups()
    return Place(year or f"{month}-{day}", int(number or 1), releases=bool(year))


def folder(point: HistoryPoint) -> str:
    """The folder that a point belongs to."""
    return "releases" if point.event == "release" else f"points/{point.time[:7]}"


def path(point: HistoryPoint, number: int) -> str:
    """The path of the `number`th file (from 1) that a point can go to."""
    period = point.time[:4] if point.event == "release" else point.time[8:10]
    return f"{folder(point)}/{period}{f'.{number}' if number > 1 else ''}.jsonl"


def newest_first(files: Iterable[HistoryFile], since: str = "") -> Iterator[HistoryPoint]:
    """The points of all files from `since` (RFC 3339, or a beginning of it) on, newest first.

    Of several measurements of one commit in one series only the newest comes. Raises BadFile.
    """
    pushes: list[tuple[Place, HistoryFile]] = []
    releases: list[tuple[Place, HistoryFile]] = []
    others: list[HistoryFile] = []
    for file in files:
        found = place(file.path)
        if found is None:
            others.append(file)
        elif found.period >= since[: len(found.period)]:
            (releases if found.releases else pushes).append((found, file))
    streams = [_stream(pushes), _stream(releases), *(_one(file) for file in others)]
    seen: set[tuple[str, str, str, str]] = set()
    for point in heapq.merge(*streams, key=lambda point: point.time, reverse=True):
        if point.measurement not in seen and point.time >= since:
            seen.add(point.measurement)
            yield point


def _stream(files: list[tuple[Place, HistoryFile]]) -> Iterator[HistoryPoint]:
    for _, file in sorted(files, key=lambda one: (one[0].period, one[0].number), reverse=True):
        yield from _one(file)


def _one(file: HistoryFile) -> Iterator[HistoryPoint]:
    """The later of two lines with the same time is the newer one."""
    points = list(read(file.lines(), file.path))
    points.reverse()
    points.sort(key=lambda point: point.time, reverse=True)
    return iter(points)
