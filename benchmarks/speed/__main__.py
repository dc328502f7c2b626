"""`python -m benchmarks.speed judging | overhead | compare`: prints figures and their targets."""

from __future__ import annotations

import argparse
import sys

from benchmarks.speed.judging import judging
from benchmarks.speed.overhead import overhead
from benchmarks.speed.trees import trees

JUDGING_SECONDS = 5.0
OVERHEAD_PERCENT = 3.0
COMPARE_MIB = 300.0


def main() -> int:
    """Run one measurement; returns 1 when it misses its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("figure", choices=("judging", "overhead", "compare"))
    figure = parser.parse_args().figure
    if figure == "compare":
        return _compare()
    if figure == "judging":
        seconds = judging()
        for stage, value in seconds.items():
            print(f"{stage}: {value:.3f} s")
        return _told(seconds["judge and render"], JUDGING_SECONDS, "s")
    spent = overhead()
    print(f"total {spent.total} s: build {spent.build} s, benchmarks {spent.benchmarks} s")
    print(f"ours {spent.ours} s, of which CPU {spent.ours_cpu} s")
    return _told(spent.percent, OVERHEAD_PERCENT, "%")


def _compare() -> int:
    spent = trees()
    for way, one in spent.items():
        print(f"{way}: {one.wall_seconds} s wall, {one.cpu_seconds} s CPU, {one.peak_mib} MiB")
    ours = [one for way, one in spent.items() if way.startswith("ours")]
    rival = next(one for way, one in spent.items() if way.startswith("critcmp, two trees"))
    slower = _told(ours[0].wall_seconds, rival.wall_seconds, "s")
    return slower | _told(max(one.peak_mib for one in ours), COMPARE_MIB, "MiB")


def _told(value: float, target: float, unit: str) -> int:
    print(f"{value} {unit}, target at most {target:g} {unit}")
    return int(value > target)


if __name__ == "__main__":
    sys.exit(main())
