"""What measuring is told while it goes on is what the final judgement says of the same data."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.looks import MOST_ROUNDS
from benchmark_ci.judge.panel import Panel
from benchmark_ci.model import Side, Verdict
from tests.engine import bench, header, noisy_pairs, processes, recording

SEED = 3


def test_a_panel_that_heard_nothing_asks_for_nothing() -> None:
    assert Panel(10, SEED).undecided() == frozenset()


def test_half_a_round_is_no_round() -> None:
    panel = Panel(10, SEED)
    for one in processes(bench(), [(100, 100)] * 7)[:-1]:
        panel.hear(one)
    assert panel.undecided() == {bench()}
    panel.hear(processes(bench(), [(100, 100)] * 7)[-1])
    assert panel.undecided() == frozenset()


def test_a_failed_attempt_leaves_no_trace() -> None:
    """A round of which one process failed is repeated under another number."""
    panel = Panel(10, SEED)
    for number, one in enumerate(processes(bench(), [(100, 150)] * 8)):
        if not (one.round == 3 and one.side is Side.CURRENT):
            panel.hear(one)
        if number == 13:
            assert panel.undecided() == {bench()}, "six whole rounds"
    assert panel.undecided() == frozenset()


@given(st.integers(0, 2**30), st.integers(1, MOST_ROUNDS), st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=30)
def test_it_agrees_with_the_final_judgement(seed: int, count: int, source: random.Random) -> None:
    data = random.Random(seed)
    measured = [
        one
        for i, change in enumerate([0, 8, 15, 40])
        for one in processes(bench(str(i)), noisy_pairs(data, count, change))
    ]
    panel = Panel(10, SEED)
    for one in sorted(measured, key=lambda one: (one.round, source.random())):
        panel.hear(one)
    final = compare(recording(measured, head=header(10, SEED))).benchmarks
    open_ones = {
        one.id
        for one in final
        if one.verdict is Verdict.INCONCLUSIVE and one.rounds < MOST_ROUNDS and "opposite" not in one.reason
    }
    assert {one.full_id for one in panel.undecided()} == open_ones
