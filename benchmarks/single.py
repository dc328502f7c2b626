"""How far two processes of the same code are apart: what `compare` allows for, from measured processes.

`python -m benchmarks.single FILE` (benchmarks/README.md). A line of FILE is one process that ran a suite:
`round`, `arm` (which build), and per benchmark `b.<id>` with `i` (iterations per sample) and `t` (ns).
"""

from __future__ import annotations

import itertools
import json
import lzma
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmark_ci.judge.single import Judging, Reading, Values, compare_single, values
from benchmark_ci.model import Endpoint, Verdict

ARMS = ("A1", "A2", "S1", "S2", "S3", "S4")
"""One source: built once (A), and with its functions in another order (S), as two checkouts may have it."""

ONE_EXECUTABLE = ("A1", "A2")
LEVELS = (0.5, 0.9, 0.95, 0.99, 1.0)
SLOWDOWNS = (1.0, 1.1, 1.3, 1.5, 2.0, 3.0)
LIMIT_PERCENT = 10.0


class Ran(NamedTuple):
    """One process: when, and its values by benchmark."""

    round: int
    arm: str
    values: dict[str, Values]


def processes(file: Path) -> list[Ran]:
    """The processes of one source in the file."""
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [
        Ran(one["round"], one["arm"], {name: values(kept["i"], kept["t"]) for name, kept in one["b"].items()})
        for one in found
        if one["arm"] in ARMS
    ]


def pairs(ran: Sequence[Ran]) -> Iterator[tuple[Ran, Ran]]:
    """Pairs of processes that did not run side by side: two runs of `cargo bench` never do."""
    return ((one, other) for one, other in itertools.combinations(ran, 2) if one.round != other.round)


def apart_percent(ran: Sequence[Ran], endpoint: Endpoint) -> dict[float, float]:
    """By how much the slower process of a pair exceeds the faster one, at each level, over all benchmarks."""
    name = f"{endpoint.value}_ns"
    rounds = np.array([one.round for one in ran])
    first, second = np.triu_indices(len(ran), 1)
    apart = rounds[first] != rounds[second]
    distances = []
    for benchmark in ran[0].values:
        logs = np.log([getattr(one.values[benchmark], name) for one in ran])
        distances.append(np.abs(logs[first] - logs[second])[apart])
    return {level: float(np.expm1(np.quantile(np.concatenate(distances), level)) * 100) for level in LEVELS}


def calmest_apart_percent(ran: Sequence[Ran], share: float = 0.1) -> float:
    """The 99 % level of the floor among the pairs whose samples spread least: does calm look tell calm?"""
    found = []
    for benchmark in ran[0].values:
        spreads = [math.log(one.values[benchmark].typical_ns / one.values[benchmark].floor_ns) for one in ran]
        logs = [math.log(one.values[benchmark].floor_ns) for one in ran]
        found += [
            (math.hypot(spreads[first], spreads[second]), abs(logs[first] - logs[second]))
            for first, second in itertools.combinations(range(len(ran)), 2)
            if ran[first].round != ran[second].round
        ]
    found.sort()
    calm = [apart for _, apart in found[: int(len(found) * share)]]
    return float(np.expm1(np.quantile(calm, 0.99)) * 100)


def verdicts(ran: Sequence[Ran], slowdown: float, every: int = 7) -> tuple[Counter[Verdict], float]:
    """What `compare` says of every so-many-th pair, current slowed down; and the share of red suites."""
    told: Counter[Verdict] = Counter()
    red = suites = 0
    for old, new in itertools.islice(pairs(ran), 0, None, every):
        found = compare_single(_readings(old, 1.0), _readings(new, slowdown), Judging(LIMIT_PERCENT))
        suites += 1
        red += found.counts[Verdict.REGRESSED] > 0
        told.update(one.verdict for one in found.benchmarks)
    return told, red / suites


def _readings(ran: Ran, factor: float) -> list[Reading]:
    return [
        Reading(name, name, one._replace(floor_ns=one.floor_ns * factor, typical_ns=one.typical_ns * factor))
        for name, one in ran.values.items()
    ]


def main() -> None:
    """Print both."""
    ran = processes(Path(sys.argv[1]))
    print(f"{len(ran)} processes of {len(ran[0].values)} benchmarks, {len(list(pairs(ran))):,} pairs")
    for endpoint in Endpoint:
        apart = ", ".join(
            f"{level:.0%}: {value:.1f} %" for level, value in apart_percent(ran, endpoint).items()
        )
        print(f"{endpoint.value}: {apart}")
    print(f"floor, 99% among the calmest tenth of all pairs: {calmest_apart_percent(ran):.1f} %")
    for slowdown in SLOWDOWNS:
        print(f"current × {slowdown:g}: {_told(ran, slowdown)}")
    alike = [one for one in ran if one.arm in ONE_EXECUTABLE]
    print(f"one executable, current × 1: {_told(alike, 1.0, every=1)}")


def _told(ran: Sequence[Ran], slowdown: float, every: int = 7) -> str:
    told, red = verdicts(ran, slowdown, every)
    shares = ", ".join(f"{one.value} {count / told.total():.2%}" for one, count in told.most_common())
    return f"{shares}; suites with a regression {red:.1%}"


if __name__ == "__main__":
    main()
