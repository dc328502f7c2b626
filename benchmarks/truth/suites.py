"""Suites of 50 equal benchmarks, put together from recorded comparisons and judged as one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from benchmark_ci.judge.suite import judge_suite
from benchmark_ci.model import BenchmarkId, Noun, Verdict
from benchmarks.truth.exact import Rate, rate
from benchmarks.truth.record import Experiment, Load, Run
from benchmarks.truth.replay import Rounds, replay

SIZE = 50
DRAWN = 1000
THRESHOLD = 10.0


class Suites(Noun):
    """How often a suite of equal benchmarks had a red one."""

    load: Load
    size: int
    comparisons: int  # that the suites are drawn from
    drawn: Rate  # of suites drawn at random: they share comparisons, so its bounds are too narrow
    apart: Rate  # of suites that share nothing: few, but independent


def suites(runs: Sequence[Run]) -> Iterator[Suites]:
    """Suites for each load, from runs with equal sides."""
    for load in Load:
        pool = list(_pool(runs, load))
        if len(pool) < SIZE:
            continue
        source = random.Random(SIZE)
        drawn = sum(_is_red(source.sample(pool, SIZE), number) for number in range(DRAWN))
        source.shuffle(pool)
        separate = [pool[start : start + SIZE] for start in range(0, len(pool) - SIZE + 1, SIZE)]
        apart = sum(_is_red(one, number) for number, one in enumerate(separate))
        yield Suites(
            load=load,
            size=SIZE,
            comparisons=len(pool),
            drawn=rate(drawn, DRAWN),
            apart=rate(apart, len(separate)),
        )


def _pool(runs: Sequence[Run], load: Load) -> Iterator[tuple[BenchmarkId, Rounds]]:
    """Each comparison with the rounds that the product would have measured, under a name of its own."""
    for run in runs:
        if run.key.experiment is not Experiment.SAME or run.key.load is not load:
            continue
        measured = {one.id: one.rounds for one in run.benchmarks}
        for benchmark, said in replay(measured, THRESHOLD, run.seed).items():
            name = f"{run.key.crate}/{run.key.repetition}/{benchmark.full_id}"
            yield benchmark.model_copy(update={"full_id": name}), measured[benchmark][: said.rounds]


def _is_red(suite: Sequence[tuple[BenchmarkId, Rounds]], seed: int) -> bool:
    measured = dict(suite)
    judged = judge_suite(measured, dict.fromkeys(measured, THRESHOLD), seed)
    return any(one.verdict is Verdict.REGRESSED for one in judged.values())
