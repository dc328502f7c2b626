"""The randomisation test against an oracle that re-labels every round by brute force."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmark_ci.judge.randomisation import DRAWS, Shift

TINY = 1e-9
ALPHA = 0.025
# Sixteenths are exact in binary, so that ties are ties for test and oracle alike.
log_times = st.integers(-64, 64).map(lambda number: number / 16)
shifts = st.integers(-96, 96).map(lambda number: number / 16)
Pair = tuple[float, float]


def pairs(least: int, most: int) -> st.SearchStrategy[list[Pair]]:
    return st.lists(st.tuples(log_times, log_times), min_size=least, max_size=most)


def test_of(data: list[Pair], seed: int = 1, draws: int = DRAWS) -> Shift:
    return Shift(np.array([b for b, _ in data]), np.array([c for _, c in data]), seed, draws)


test_of.__test__ = False  # type: ignore[attr-defined]


def low_third_difference(data: list[Pair]) -> float:
    count = math.ceil(len(data) / 3)
    means = [math.fsum(sorted(side)[:count]) / count for side in zip(*data, strict=True)]
    return means[1] - means[0]


def oracle(data: list[Pair], shift: float) -> tuple[float, float]:
    """p_slow and p_fast from all 2^k re-labellings, one after the other."""
    moved = [(b, c - shift) for b, c in data]
    observed = low_third_difference(moved)
    slow = fast = 0
    for swaps in itertools.product((False, True), repeat=len(data)):
        relabelled = [(c, b) if swap else (b, c) for swap, (b, c) in zip(swaps, moved, strict=True)]
        statistic = low_third_difference(relabelled)
        slow += statistic >= observed - TINY
        fast += statistic <= observed + TINY
    return slow / 2 ** len(data), fast / 2 ** len(data)


@given(pairs(1, 7), shifts)
def test_it_is_the_share_of_all_relabellings(data: list[Pair], shift: float) -> None:
    test = test_of(data)
    assert (test.p_slow(shift), test.p_fast(shift)) == oracle(data, shift)
    assert test.estimate == pytest.approx(low_third_difference(data), abs=1e-12)


@given(pairs(1, 13), shifts)
def test_p_values_are_multiples_of_two_to_the_minus_k(data: list[Pair], shift: float) -> None:
    for p in (test_of(data).p_slow(shift), test_of(data).p_fast(shift)):
        assert (p * 2 ** len(data)).is_integer()
        assert 2 ** -len(data) <= p <= 1


@pytest.mark.parametrize("count", range(1, 14))
def test_the_smallest_p_is_reached_when_all_rounds_agree(count: int) -> None:
    data = [(number / 100, 5 + number / 100) for number in range(count)]
    assert test_of(data).p_slow(0) == 2**-count
    assert test_of(data).p_fast(0) == 1
    assert test_of(data).p_fast(10) == 2**-count


@given(pairs(3, 6))
def test_its_size_is_exact_whatever_the_noise_is(data: list[Pair]) -> None:
    """Under the hypothesis every labelling is equally likely: at most a share `a` of them gives p <= a."""
    labellings = list(itertools.product((False, True), repeat=len(data)))
    found = [
        test_of([(c, b) if swap else (b, c) for swap, (b, c) in zip(swaps, data, strict=True)]).p_slow(0)
        for swaps in labellings
    ]
    for level in found:
        assert sum(p <= level for p in found) / len(found) <= level


@given(pairs(1, 12), shifts, st.integers(0, 64))
def test_p_slow_never_falls_as_the_shift_grows(data: list[Pair], shift: float, more: int) -> None:
    test = test_of(data)
    assert test.p_slow(shift) <= test.p_slow(shift + more / 16)
    assert test.p_fast(shift) >= test.p_fast(shift + more / 16)


@given(pairs(14, 20), st.floats(-3, 3), st.floats(0, 2))
def test_p_slow_never_falls_with_drawn_swaps_either(data: list[Pair], shift: float, more: float) -> None:
    test = test_of(data)
    assert test.p_slow(shift) <= test.p_slow(shift + more)


@given(pairs(6, 10), shifts)
@example([(0.0, 0.0)] * 8 + [(0.5, 3.375)], 0.0)  # values far apart
def test_the_interval_holds_every_shift_that_is_not_rejected(data: list[Pair], shift: float) -> None:
    test = test_of(data)
    low, high = test.interval(ALPHA)
    if test.p_slow(shift) > ALPHA and test.p_fast(shift) > ALPHA:
        assert low - 1e-3 <= shift <= high + 1e-3
    else:
        assert not low + 1e-3 < shift < high - 1e-3


@given(pairs(6, 18))
def test_the_estimate_lies_in_the_interval(data: list[Pair]) -> None:
    test = test_of(data)
    low, high = test.interval(ALPHA)
    assert low - 1e-3 <= test.estimate <= high + 1e-3


@pytest.mark.parametrize("rounds", [7, 9, 13, 16])
def test_the_interval_covers_the_truth_as_often_as_it_says(rounds: int) -> None:
    source = random.Random(11)
    true_shift, trials = 0.05, 300
    covered = 0
    for seed in range(trials):
        data = [
            (0.02 * source.paretovariate(1.5), true_shift + 0.02 * source.paretovariate(1.5))
            for _ in range(rounds)
        ]
        low, high = test_of(data, seed).interval(ALPHA)
        covered += low <= true_shift <= high
    assert covered / trials >= 0.94


@given(pairs(1, 10), shifts, st.integers(-64, 64))
def test_a_constant_on_both_sides_changes_nothing(data: list[Pair], shift: float, constant: int) -> None:
    moved = [(b + constant / 16, c + constant / 16) for b, c in data]
    assert test_of(moved).p_slow(shift) == test_of(data).p_slow(shift)
    assert test_of(moved).p_fast(shift) == test_of(data).p_fast(shift)


@given(pairs(1, 10), shifts, st.integers(-64, 64))
def test_a_constant_on_current_is_a_shift(data: list[Pair], shift: float, constant: int) -> None:
    moved = [(b, c + constant / 16) for b, c in data]
    assert test_of(moved).p_slow(shift + constant / 16) == test_of(data).p_slow(shift)


@given(pairs(1, 18), shifts)
def test_swapped_sides_mirror(data: list[Pair], shift: float) -> None:
    mirrored = [(c, b) for b, c in data]
    assert test_of(mirrored).p_fast(-shift) == test_of(data).p_slow(shift)
    assert test_of(mirrored).estimate == pytest.approx(-test_of(data).estimate, abs=1e-12)


@given(pairs(1, 12), shifts, st.randoms(use_true_random=False))
def test_the_order_of_rounds_does_not_matter(data: list[Pair], shift: float, source: random.Random) -> None:
    shuffled = source.sample(data, len(data))
    assert test_of(shuffled).p_slow(shift) == test_of(data).p_slow(shift)


class TestBeyondThirteenRounds:
    """Where not all swaps are used but a seeded draw of them."""

    def noisy(self, count: int, shift: float) -> list[Pair]:
        source = random.Random(3)
        return [(source.random(), source.random() + shift) for _ in range(count)]

    def test_the_same_seed_gives_the_same_p(self) -> None:
        data = self.noisy(16, 0.2)
        assert test_of(data, seed=5).p_slow(0) == test_of(data, seed=5).p_slow(0)
        assert len({test_of(data, seed=seed).p_slow(0) for seed in range(5)}) > 1

    def test_it_is_never_zero(self) -> None:
        data = [(number / 100, 9 + number / 100) for number in range(20)]
        assert test_of(data).p_slow(0) >= 1 / (DRAWS + 1)
        assert test_of(data).p_slow(0) < 10 / DRAWS

    @pytest.mark.parametrize("shift", [0.0, 0.15, 0.3])
    def test_it_is_near_the_exact_share(self, shift: float) -> None:
        data = self.noisy(14, shift)
        exact, _ = oracle(data, 0)
        error = math.sqrt(exact * (1 - exact) / DRAWS) + 1 / DRAWS
        assert abs(test_of(data).p_slow(0) - exact) <= 4 * error
