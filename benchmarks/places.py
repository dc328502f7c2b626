"""`python -m benchmarks.places`: what arrangements say of code that is 30 % slower in one of four places.

Simulated: each side's place is drawn anew in each arrangement, processes vary by half a percent.
"""

from __future__ import annotations

import random
from collections import Counter

from benchmark_ci.judge.arrangements import Arranged, Suspect, averaged, hopeless
from benchmark_ci.judge.endpoints import Round, Values
from benchmark_ci.judge.looks import LOOKS
from benchmark_ci.judge.placement import seems_within
from benchmark_ci.measure.arrangements import ROUNDS
from benchmark_ci.model import Endpoint

TRUE_PERCENT = (0, 10, 12, 15, 20, 30)
RUNS = 100
SLOWER, SHARE, NOISE = 1.3, 0.25, 0.005
SUSPECT = Suspect(limit_percent=10, endpoint=Endpoint.FLOOR)


def main() -> None:
    """Print a line for each true change: what is said, how often."""
    for percent in TRUE_PERCENT:
        source = random.Random(percent)
        tally = Counter(_said(percent, source) for _ in range(RUNS))
        print(f"+{percent} %: {', '.join(f'{said} {count}' for said, count in sorted(tally.items()))}")


def _said(percent: float, source: random.Random) -> str:
    """As the product measures: look by look, until it is shown or hopeless."""
    arranged = tuple(_arrangement(percent, source) for _ in range(LOOKS[-1][0]))
    seed = source.randrange(1_000_000)
    seen: Arranged = ()
    for count, _ in LOOKS:
        seen = arranged[:count]
        found = averaged(seen, SUSPECT, seed)
        if found and found.within is not None:
            return "placement" if found.within else "regressed, shown"
        if count in {number for number, _ in LOOKS[1:-1]} and hopeless(seen, SUSPECT, seed):
            break
    found = averaged(seen, SUSPECT, seed)
    within = found is not None and seems_within(found, SUSPECT.limit_percent)
    return "inconclusive" if within else "regressed, not shown"


def _arrangement(percent: float, source: random.Random) -> tuple[Round, ...]:
    baseline, current = (SLOWER if source.random() < SHARE else 1.0 for _ in range(2))
    return tuple(
        Round(
            baseline=_values(baseline, source),
            current=_values(current * (1 + percent / 100), source),
        )
        for _ in range(ROUNDS)
    )


def _values(time: float, source: random.Random) -> Values:
    floor = 100 * time * (1 + abs(source.gauss(0, NOISE)))
    return Values(floor_ns=floor, typical_ns=floor * 1.01, averaged=True)


if __name__ == "__main__":
    main()
