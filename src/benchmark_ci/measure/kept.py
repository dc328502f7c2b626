"""Criterion's own files of the processes, kept for the artifacts that `compare` and critcmp read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from benchmark_ci.measure.criterion import CriterionResult
from benchmark_ci.model import BenchmarkId, Noun, Side


class _Kept(Noun):
    floor_ns: float
    place: Path
    folder: PurePosixPath


class KeptFiles:
    """Keeps each process's files on disk until the run is over, then one process per benchmark and side."""

    def __init__(self, root: Path) -> None:
        """Keep below `root`, which is created."""
        root.mkdir(mode=0o700)  # neither side reads what the other one measured
        self._root = root
        self._kept: dict[tuple[Side, BenchmarkId], list[_Kept]] = {}
        self._count = 0

    def add(
        self, side: Side, benchmark: BenchmarkId, result: CriterionResult, raw: Mapping[str, bytes]
    ) -> None:
        """Keep the files of one process."""
        self._count += 1
        place = self._root / str(self._count)
        place.mkdir()
        for name, content in raw.items():
            (place / name).write_bytes(content)
        floor = min(time / iters for time, iters in zip(result.times, result.iters, strict=True))
        self._kept.setdefault((side, benchmark), []).append(
            _Kept(floor_ns=floor, place=place, folder=PurePosixPath(result.folder))
        )

    def tree(self, side: Side) -> dict[str, Path]:
        """One Criterion tree of a side: of each benchmark the process with the median floor.

        Two bench targets may use the same id; the second one then stands below its package and target. Where
        a folder is taken even there (Criterion turns `a:b` and `a|b` into one), it gets a number.
        """
        members: dict[str, Path] = {}
        for (of, benchmark), kept in self._kept.items():
            if of is not side:
                continue
            middle = sorted(kept, key=lambda one: one.floor_ns)[(len(kept) - 1) // 2]
            folder = middle.folder
            if str(folder / "new" / "benchmark.json") in members:
                folder = PurePosixPath(benchmark.package) / benchmark.target / folder
            number = 1
            while str(folder / "new" / "benchmark.json") in members:
                number += 1
                folder = folder.with_name(f"{middle.folder.name}_{number}")
            for file in sorted(middle.place.iterdir()):
                members[str(folder / "new" / file.name)] = file
        return members
