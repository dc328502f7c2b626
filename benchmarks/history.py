"""How large a history gets, and how long adding to it and loading it take (benchmarks/README.md).

`python -m benchmarks.history` writes 10,000 points of 200 benchmarks, 100 a day, as the branch holds them.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmark_ci.history import file, layout
from benchmark_ci.history.course import courses
from benchmark_ci.history.layout import HistoryFile, newest_first
from benchmark_ci.model import BenchmarkId, Environment, HistoryPoint

POINTS, BENCHMARKS, A_DAY = 10_000, 200, 100
A_YEAR = 365 * A_DAY
YEAR_MB, APPEND_SECONDS, LOAD_SECONDS = 100.0, 1.0, 10.0

MACHINES = tuple(
    Environment(
        rustc="rustc 1.95.0 (59807616e 2026-04-14)", cpu=cpu, cores=4, os="Linux 6.8 x86_64", walled=True
    )
    for cpu in ("AMD EPYC 7763 64-Core Processor", "INTEL(R) XEON(R) PLATINUM 8573C")
)
IDS = tuple(
    BenchmarkId(
        package="crate", target=f"bench{number % 4}", full_id=f"group_{number // 10}/function/{number}"
    )
    for number in range(BENCHMARKS)
)


def points(rng: random.Random) -> Iterator[HistoryPoint]:
    """Pushes in which every benchmark was timed, which is the most that a point can say."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    sizes = [rng.uniform(1e6, 1e8) for _ in IDS]
    for number in range(POINTS):
        if number % 50 == 0:  # now and then a benchmark takes more memory
            sizes[rng.randrange(BENCHMARKS)] *= 1.1
        at = start + timedelta(days=number // A_DAY, minutes=number % A_DAY * 14)
        yield HistoryPoint(
            sha=f"{rng.getrandbits(160):040x}",
            time=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            event="push",
            baseline=f"{rng.getrandbits(160):040x}",
            series="Benchmarks / benchmark",
            run=f"{10_000_000_000 + number}.1",
            environment=rng.choice(MACHINES),
            noise_percent=rng.uniform(0.3, 3),
            benchmarks=IDS,
            times_ns=tuple(10 ** rng.uniform(1, 8) for _ in IDS),
            changes_percent=tuple(rng.gauss(0, 2) for _ in IDS),
            peak_memory_bytes=tuple(int(size * rng.uniform(0.998, 1.002)) for size in sizes),
            regressed=tuple(rng.sample(range(BENCHMARKS), 2)),
        )


def main() -> int:
    """Print the figures; returns 1 when one misses its target."""
    with tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder))


def _measured(folder: Path) -> int:
    longest = _written(folder)
    kept = sorted(folder.rglob("*.jsonl"))
    raw = sum(one.stat().st_size for one in kept) / 1e6
    packed = sum(len(zlib.compress(one.read_bytes())) for one in kept) / 1e6
    print(f"{POINTS:,} points of {BENCHMARKS} benchmarks: {len(kept)} files, {raw:.1f} MB")
    print(f"each file compressed, as git does: {packed:.1f} MB")
    files = [HistoryFile(one.relative_to(folder).as_posix(), _reader(one)) for one in kept]
    began = time.perf_counter()
    loaded = list(newest_first(files))
    load = time.perf_counter() - began
    assert len(loaded) == POINTS
    began = time.perf_counter()
    assert len(courses(loaded, IDS, loaded[0].series)) == BENCHMARKS
    print(f"courses of all: {time.perf_counter() - began:.2f} s")
    missed = _told("a year", raw * A_YEAR / POINTS, YEAR_MB, "MB")
    missed |= _told("longest append", longest, APPEND_SECONDS, "s")
    return missed | _told("load", load, LOAD_SECONDS, "s")


def _written(folder: Path) -> float:
    """Write all points; the longest time, in seconds, that adding one to its file took."""
    contents: dict[str, bytes] = {}
    longest, last = 0.0, (0, "")
    for point in points(random.Random(6)):
        number, day = last if last[1] == point.time[:10] else (1, point.time[:10])
        if len(contents.get(layout.path(point, number), b"")) >= layout.FULL_BYTES:
            number += 1
        last = (number, day)
        path = layout.path(point, number)
        began = time.perf_counter()
        contents[path] = file.append(contents.get(path, b""), point, path)
        longest = max(longest, time.perf_counter() - began)
    for path, content in contents.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return longest


def _reader(one: Path) -> Callable[[], list[bytes]]:
    return lambda: one.read_bytes().splitlines(keepends=True)


def _told(what: str, value: float, target: float, unit: str) -> int:
    print(f"{what}: {value:.2f} {unit}, target at most {target:g} {unit}")
    return int(value > target)


if __name__ == "__main__":
    sys.exit(main())
