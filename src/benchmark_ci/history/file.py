"""A history file as a whole: its points, and the same file with one more. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from benchmark_ci.history import lines
from benchmark_ci.history.lines import BenchmarksLine, HeaderLine, MachineLine, PointLine, damaged
from benchmark_ci.model import BenchmarkId, Environment, HistoryPoint

MEMORY_MOVED_PERCENT = 1.0
"""By how much a peak must differ from the last one that is written down to be written again."""

_Peaks = tuple[int | None, ...]


class _State:
    """What the lines before a point say about it."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget everything: a file begins, or another one that was put behind it."""
        self.tables: list[tuple[BenchmarkId, ...]] = []
        self.peaks: list[_Peaks] = []
        self.machines: list[Environment] = []

    def add(self, line: lines.AnyLine) -> HistoryPoint | None:
        """Take a line in; a point comes out whole. Raises ValueError saying what is wrong."""
        if isinstance(line, HeaderLine):
            self.begin()
        elif isinstance(line, BenchmarksLine):
            _next("table", line.table, len(self.tables))
            self.tables.append(tuple(BenchmarkId(package=p, target=t, full_id=i) for p, t, i in line.ids))
            self.peaks.append((None,) * len(line.ids))
        elif isinstance(line, MachineLine):
            _next("machine", line.machine, len(self.machines))
            self.machines.append(line.environment)
        else:
            return self._point(line)
        return None

    def _point(self, line: PointLine) -> HistoryPoint:
        if line.table >= len(self.tables):
            raise ValueError(f"there is no table {line.table}")
        if line.machine is not None and line.machine >= len(self.machines):
            raise ValueError(f"there is no machine {line.machine}")
        columns = len(self.tables[line.table])
        for name in ("times_ns", "changes_percent"):
            if (found := len(getattr(line, name))) != columns:
                raise ValueError(f"{name} has {found} entries for {columns} benchmarks")
        positions = (*line.regressed, *line.improved, *(column for column, _ in line.memory_bytes))
        if any(position >= columns for position in positions):
            raise ValueError(f"a position lies beyond the {columns} benchmarks")
        if line.memory_bytes:
            peaks = list(self.peaks[line.table])
            for column, size in line.memory_bytes:
                peaks[column] = size
            self.peaks[line.table] = tuple(peaks)
        # Its parts are checked already, and there may be millions of them.
        return HistoryPoint.model_construct(
            sha=line.sha,
            time=line.time,
            event=line.event,
            tag=line.tag,
            baseline=line.baseline,
            series=line.series,
            run=line.run,
            environment=None if line.machine is None else self.machines[line.machine],
            noise_percent=line.noise_percent,
            benchmarks=self.tables[line.table],
            times_ns=line.times_ns,
            changes_percent=line.changes_percent,
            peak_memory_bytes=self.peaks[line.table],
            regressed=line.regressed,
            improved=line.improved,
        )


def read(content: Iterable[bytes], source: str) -> Iterator[HistoryPoint]:
    """The points of a file's lines, each with its end, in the file's order.

    Several files put behind each other are read as one. Raises BadFile naming source and line.
    """
    state = _State()
    every = iter(content)
    first = next(every, None)
    if first is None:
        raise damaged(source, 1, "the file is empty")
    yield from _read(chain((first,), every), source, state)


def append(content: bytes, point: HistoryPoint, source: str) -> bytes:
    """The file with one more point; as it was, when it holds this run's point already.

    What stands there is never changed. Raises BadFile, naming source and line, for content that cannot be
    read, so that nobody writes over it.
    """
    state = _State()
    for kept in _read(content.splitlines(keepends=True) if content else (), source, state):
        if (kept.measurement, kept.run) == (point.measurement, point.run):
            return content
    return content + "".join(_lines(point, state, first=not content)).encode()


def _read(content: Iterable[bytes], source: str, state: _State) -> Iterator[HistoryPoint]:
    number = 0
    for number, text in enumerate(content, start=1):
        if len(text) > lines.LONGEST_LINE_BYTES:
            raise damaged(source, number, f"it is longer than {lines.LONGEST_LINE_BYTES} bytes")
        if not text.endswith(b"\n"):
            raise damaged(source, number, "it is cut off")
        line = lines.parse(text, source, number)
        if number == 1 and not isinstance(line, HeaderLine):
            raise damaged(source, number, "the first line is not that of a history")
        try:
            point = state.add(line)
        except ValueError as problem:
            raise damaged(source, number, str(problem)) from None
        if point is not None:
            yield point


def _lines(point: HistoryPoint, state: _State, *, first: bool) -> Iterator[str]:
    if first:
        yield lines.write(HeaderLine())
    if point.benchmarks in state.tables:
        table = state.tables.index(point.benchmarks)
        before = state.peaks[table]
    else:
        table, before = len(state.tables), (None,) * len(point.benchmarks)
        ids = tuple((one.package, one.target, one.full_id) for one in point.benchmarks)
        yield lines.write(BenchmarksLine(table=table, ids=ids))
    machine = None
    if point.environment is not None:
        machine = len(state.machines)
        if point.environment in state.machines:
            machine = state.machines.index(point.environment)
        else:
            yield lines.write(MachineLine(machine=machine, environment=point.environment))
    yield lines.write(
        PointLine(
            time=point.time,
            sha=point.sha,
            event=point.event,
            tag=point.tag,
            baseline=point.baseline,
            series=point.series,
            run=point.run,
            machine=machine,
            table=table,
            noise_percent=None if point.noise_percent is None else round(point.noise_percent, 2),
            regressed=point.regressed,
            improved=point.improved,
            times_ns=point.times_ns,
            changes_percent=point.changes_percent,
            memory_bytes=tuple(_moved(before, point.peak_memory_bytes)),
        )
    )


def _moved(before: _Peaks, now: _Peaks) -> Iterator[tuple[int, int]]:
    for column, (old, new) in enumerate(zip(before, now, strict=True)):
        if new and (old is None or abs(new - old) > old * MEMORY_MOVED_PERCENT / 100):
            yield column, new


def _next(what: str, number: int, expected: int) -> None:
    if number != expected:
        raise ValueError(f"{what} {number} stands where {expected} should")
