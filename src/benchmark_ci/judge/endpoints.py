"""From one process's samples to the numbers that stand for it.

The process is the unit of analysis: the samples of one process share its memory layout, its neighbours and
its clock frequency, and are no independent evidence (docs/methodology.md).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable

from benchmark_ci.model import ArrangedProcess, BenchmarkId, Endpoint, Noun, Process, ReferenceProcess, Side

SHORTEST_SAMPLE_NS = 50_000.0
"""Samples shorter than this are mostly clock; they are left out unless fewer than `FEWEST_SAMPLES` remain."""

FEWEST_SAMPLES = 10
PARALLEL_CORES = 1.2
"""From this many busy cores on a process counts as parallel."""

STEADIER = 0.5
"""The typical time decides where its spread between rounds is below this share of the floor's,"""

STEADY = 0.005
"""unless that is below half a percent."""

AVERAGING_ITERS = 5
"""From this many iterations on a sample is an average, and the smallest average is a floor of the code."""


class Values(Noun):
    """What one process says: ns per iteration."""

    floor_ns: float
    typical_ns: float
    averaged: bool  # enough samples of enough iterations for the floor to mean something
    parallel: bool = False  # it kept more than one core busy


class Round(Noun):
    """One baseline and one current process of a benchmark, back to back."""

    baseline: Values
    current: Values


def values(process: Process | ArrangedProcess | ReferenceProcess) -> Values:
    """Floor (minimum) and typical (median) time per iteration of a process."""
    samples = list(zip(process.iters, process.times, strict=True))
    long_enough = [(iters, time) for iters, time in samples if time >= SHORTEST_SAMPLE_NS]
    if len(long_enough) >= FEWEST_SAMPLES:
        samples = long_enough
    per_iteration = [time / iters for iters, time in samples]
    averaged = sum(iters >= AVERAGING_ITERS for iters, _ in samples) >= FEWEST_SAMPLES
    return Values(
        floor_ns=min(per_iteration),
        typical_ns=statistics.median(per_iteration),
        averaged=averaged,
        parallel=process.cpu_seconds > PARALLEL_CORES * process.wall_seconds,
    )


def rounds_of(processes: Iterable[Process | ArrangedProcess]) -> dict[BenchmarkId, tuple[Round, ...]]:
    """Complete rounds of each benchmark in order; calibration (round 0) and half rounds are left out."""
    sides: dict[BenchmarkId, dict[int, dict[Side, Values]]] = {}
    for process in processes:
        if process.round > 0:
            sides.setdefault(process.id, {}).setdefault(process.round, {})[process.side] = values(process)
    return {
        benchmark: tuple(
            Round(baseline=pair[Side.BASELINE], current=pair[Side.CURRENT])
            for _, pair in sorted(numbered.items())
            if len(pair) == len(Side)
        )
        for benchmark, numbered in sides.items()
    }


def primary(rounds: tuple[Round, ...]) -> Endpoint:
    """The endpoint that decides: the floor, unless that would be luck.

    It is for a benchmark whose samples hold few iterations, and for one that runs on several threads (an
    asynchronous runtime's too): when they happen to be free at once says little about the code. And it is
    where rare samples are faster than the code usually runs (a predictor that learned the data), so that the
    floor varies more than the typical time does. There the typical time decides.
    """
    sides = [side for one in rounds for side in (one.baseline, one.current)]
    parallel = 2 * sum(side.parallel for side in sides) > len(sides)
    averaged = all(side.averaged for side in sides)
    return Endpoint.FLOOR if averaged and not parallel and not _floor_is_luck(rounds) else Endpoint.TYPICAL


def _floor_is_luck(rounds: tuple[Round, ...]) -> bool:
    floor = _spread(rounds, "floor_ns")
    return floor > STEADY and _spread(rounds, "typical_ns") < STEADIER * floor


def _spread(rounds: tuple[Round, ...], name: str) -> float:
    """Standard deviation of the rounds' midpoints, in logarithms.

    A round's midpoint is the same whichever of its processes is called baseline, and a slowdown moves all
    midpoints alike: what is chosen by their spread can be tested by exchanging labels.
    """
    midpoints = [
        (math.log(getattr(one.baseline, name)) + math.log(getattr(one.current, name))) / 2 for one in rounds
    ]
    mean = math.fsum(midpoints) / len(midpoints)
    return math.sqrt(math.fsum((one - mean) ** 2 for one in midpoints) / len(midpoints))
