"""`python -m benchmarks.speed FIGURE`: prints figures and their targets (benchmarks/README.md)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.speed import proofs, wall
from benchmarks.speed.judging import judging
from benchmarks.speed.memory import memory
from benchmarks.speed.overhead import overhead
from benchmarks.speed.trees import trees

JUDGING_SECONDS = 5.0
OVERHEAD_PERCENT = 3.0
COMPARE_MIB = 300.0
MEMORY_RANGE_PERCENT = 10.0  # else processes of the same code would be called grown


def main() -> int:
    """Run one measurement; returns 1 when it misses its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    figures = ("judging", "overhead", "compare", "memory", "proof", "wall")
    parser.add_argument("figure", choices=figures)
    parser.add_argument("--output", type=Path, help="proof and wall: write the table there as well")
    kinds = [case.kind for case in wall.CASES]
    parser.add_argument("--case", action="append", choices=kinds, help="wall: only this one")
    arguments = parser.parse_args()
    figure = arguments.figure
    if figure == "proof":
        return _proof(arguments.output)
    if figure == "wall":
        return _wall(arguments.case or (), arguments.output)
    if figure == "compare":
        return _compare()
    if figure == "memory":
        return _memory()
    if figure == "judging":
        seconds = judging()
        for stage, value in seconds.items():
            print(f"{stage}: {value:.3f} s")
        return _told(seconds["judge and render"], JUDGING_SECONDS, "s")
    spent = overhead()
    theirs = f"build {spent.build} s, benchmarks {spent.benchmarks} s"
    print(f"total {spent.total} s: {theirs}, proof {spent.proof} s, ours {spent.ours} s")
    print(f"CPU, proving included: {spent.ours_cpu} s")
    return _told(spent.percent, OVERHEAD_PERCENT, "%")


def _proof(output: Path | None) -> int:
    found = proofs.proofs()
    _shown(proofs.table(found), "proof", output)
    return int(any(one.seconds > one.limit_seconds for one in found))


def _wall(cases: Sequence[str], output: Path | None) -> int:
    found = wall.wall(cases)
    _shown(wall.table(found), "wall", output)
    return int(any(one.missed for one in found))


def _shown(table: str, figure: str, output: Path | None) -> None:
    print(table)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(
            f"<!-- written by `python -m benchmarks.speed {figure} --output` -->\n\n{table}\n", "utf-8"
        )


def _compare() -> int:
    spent = trees()
    for way, one in spent.items():
        print(f"{way}: {one.wall_seconds} s wall, {one.cpu_seconds} s CPU, {one.peak_mib} MiB")
    ours = [one for way, one in spent.items() if way.startswith("ours")]
    rival = next(one for way, one in spent.items() if way.startswith("critcmp, two trees"))
    slower = _told(ours[0].wall_seconds, rival.wall_seconds, "s")
    return slower | _told(max(one.peak_mib for one in ours), COMPARE_MIB, "MiB")


def _memory() -> int:
    repeated = memory()
    for one in repeated:
        print(
            f"{one.benchmark}: {len(one.peaks)} processes, median {one.median / 1e6:.3f} MB, "
            f"smallest to largest {min(one.peaks) / 1e6:.3f} to {max(one.peaks) / 1e6:.3f} MB "
            f"({one.range_percent:.2f} %), standard deviation {one.deviation_percent:.2f} %"
        )
    print(f"the harness's own: {repeated[0].harness / 1e6:.3f} MB")
    return _told(round(max(one.range_percent for one in repeated), 2), MEMORY_RANGE_PERCENT, "%")


def _told(value: float, target: float, unit: str) -> int:
    print(f"{value} {unit}, target at most {target:g} {unit}")
    return int(value > target)


if __name__ == "__main__":
    sys.exit(main())
