"""`python -m benchmarks.speed judging | overhead`: prints figures and their targets."""

from __future__ import annotations

import argparse
import sys

from benchmarks.speed.judging import judging
from benchmarks.speed.overhead import overhead

JUDGING_SECONDS = 5.0
OVERHEAD_PERCENT = 3.0


def main() -> int:
    """Run one measurement; returns 1 when it misses its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("figure", choices=("judging", "overhead"))
    if parser.parse_args().figure == "judging":
        seconds = judging()
        for stage, value in seconds.items():
            print(f"{stage}: {value:.3f} s")
        return _told(seconds["judge and render"], JUDGING_SECONDS, "s")
    spent = overhead()
    print(f"total {spent.total} s: build {spent.build} s, benchmarks {spent.benchmarks} s")
    print(f"ours {spent.ours} s, of which CPU {spent.ours_cpu} s")
    return _told(spent.percent, OVERHEAD_PERCENT, "%")


def _told(value: float, target: float, unit: str) -> int:
    print(f"{value} {unit}, target at most {target:g} {unit}")
    return int(value > target)


if __name__ == "__main__":
    sys.exit(main())
