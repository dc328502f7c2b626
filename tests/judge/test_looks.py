"""Planned looks: the first verdict stands, and floor and typical time must not contradict each other."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.judge.endpoints import Round, primary
from benchmark_ci.judge.looks import LOOKS, MOST_ROUNDS, decide
from benchmark_ci.judge.randomisation import EXACT_ROUNDS
from benchmark_ci.model import Endpoint, Verdict
from tests.engine import noisy_pairs, rounds, values

SEED = 5
LIMIT = 10.0


def apart(count: int, change_percent: float) -> tuple[Round, ...]:
    """Rounds without noise, but for steps that keep the times apart."""
    return rounds((100 + i / 1000, (100 + i / 1000) * (1 + change_percent / 100)) for i in range(count))


def split(count: int, floor_change: float, typical_change: float) -> tuple[Round, ...]:
    return tuple(
        Round(
            baseline=values(100 + i / 1000, 150 + i / 1000),
            current=values(
                (100 + i / 1000) * (1 + floor_change / 100), (150 + i / 1000) * (1 + typical_change / 100)
            ),
        )
        for i in range(count)
    )


def test_the_levels_of_all_looks_sum_to_less_than_three_percent() -> None:
    assert sum(level for _, level in LOOKS) == pytest.approx(0.027)
    assert all(level >= 2**-count for count, level in LOOKS if count <= EXACT_ROUNDS)


@pytest.mark.parametrize("count", range(7))
def test_nothing_is_decided_before_the_first_look(count: int) -> None:
    decision = decide(apart(count, 300), LIMIT, SEED)
    assert (decision.verdict, decision.looked_at) == (Verdict.INCONCLUSIVE, 0)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (0, Verdict.UNCHANGED),
        (9, Verdict.UNCHANGED),
        (-8, Verdict.UNCHANGED),
        (11, Verdict.REGRESSED),
        (400, Verdict.REGRESSED),
        (-10, Verdict.IMPROVED),  # 90 % of the time: log limits are alike both ways, 1/1.1 = -9.09 %
        (-50, Verdict.IMPROVED),
    ],
)
def test_without_noise_seven_rounds_decide(change: float, verdict: Verdict) -> None:
    decision = decide(apart(7, change), LIMIT, SEED)
    assert (decision.verdict, decision.looked_at) == (verdict, 7)


@given(st.integers(0, 2**30), st.sampled_from([0.0, 9.0, 25.0]), st.integers(7, MOST_ROUNDS))
def test_a_verdict_at_an_early_look_stands(seed: int, change: float, count: int) -> None:
    """Whatever is measured after the first verdict; and before one, only whole looks count."""
    pairs = noisy_pairs(random.Random(seed), MOST_ROUNDS, change)
    early = decide(rounds(pairs[:count]), LIMIT, SEED)
    late = decide(rounds(pairs), LIMIT, SEED)
    if early.verdict is not Verdict.INCONCLUSIVE:
        assert late == early
    else:
        assert early.looked_at <= count
        assert late.verdict is Verdict.INCONCLUSIVE or late.looked_at > early.looked_at


def test_data_against_it_after_a_verdict_does_not_change_it() -> None:
    turned = (*apart(7, 50), *apart(13, -50))
    assert decide(turned, LIMIT, SEED).verdict is Verdict.REGRESSED
    assert decide(turned, LIMIT, SEED).looked_at == 7


def test_nothing_is_decided_between_looks() -> None:
    """Six rounds tell nothing apart; the eighth has no look of its own, the ninth has."""
    mixed = (*apart(3, 50), *apart(3, -30), *apart(14, 50))
    looked = [decide(mixed[:count], LIMIT, SEED).looked_at for count in range(7, 13)]
    assert looked == [7, 7, 9, 9, 9, 12]


def test_floor_and_typical_time_that_contradict_each_other_decide_nothing() -> None:
    opposite = split(MOST_ROUNDS, 50, -50)
    final = decide(opposite, LIMIT, SEED)
    assert final.verdict is Verdict.INCONCLUSIVE
    assert final.contradicted
    early = decide(opposite[:7], LIMIT, SEED)
    assert early.verdict is Verdict.INCONCLUSIVE
    assert not early.contradicted, "more rounds may still settle it"


def test_a_regression_that_the_typical_time_denies_is_no_regression() -> None:
    assert decide(split(MOST_ROUNDS, 30, 0), LIMIT, SEED).contradicted


def test_an_undecided_typical_time_does_not_stop_the_floor() -> None:
    source = random.Random(2)
    noisy = tuple(
        Round(
            baseline=values(100 + i / 100, 200 * (1 + source.random())),
            current=values(150 + i / 100, 200 * (1 + source.random())),
        )
        for i in range(7)
    )
    assert decide(noisy, LIMIT, SEED).verdict is Verdict.REGRESSED


def test_few_iterations_make_the_typical_time_decide() -> None:
    lucky = tuple(
        one.model_copy(update={"baseline": one.baseline.model_copy(update={"averaged": False})})
        for one in split(7, 50, 0)
    )
    assert primary(lucky) is Endpoint.TYPICAL
    decision = decide(lucky, LIMIT, SEED)
    assert (decision.verdict, decision.endpoint) == (Verdict.UNCHANGED, Endpoint.TYPICAL)


@given(st.integers(0, 2**30), st.floats(-40, 60))
def test_swapped_sides_swap_regressed_and_improved(seed: int, change: float) -> None:
    pairs = noisy_pairs(random.Random(seed), 12, change)
    there = decide(rounds(pairs), LIMIT, SEED)
    back = decide(rounds((c, b) for b, c in pairs), LIMIT, SEED)
    mirrored = {Verdict.REGRESSED: Verdict.IMPROVED, Verdict.IMPROVED: Verdict.REGRESSED}
    assert back.verdict is mirrored.get(there.verdict, there.verdict)


@given(st.integers(0, 2**30), st.floats(-40, 60), st.floats(0.1, 1e6))
def test_the_unit_of_time_does_not_matter(seed: int, change: float, scale: float) -> None:
    pairs = noisy_pairs(random.Random(seed), 12, change)
    scaled = [(b * scale, c * scale) for b, c in pairs]
    assert decide(rounds(scaled), LIMIT, SEED) == decide(rounds(pairs), LIMIT, SEED)
