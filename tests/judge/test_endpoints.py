"""From samples to floor and typical time, and from processes to rounds."""

from __future__ import annotations

import random
import statistics

from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.judge.endpoints import (
    FEWEST_SAMPLES,
    SHORTEST_SAMPLE_NS,
    Round,
    Values,
    primary,
    rounds_of,
    values,
)
from benchmark_ci.model import Endpoint, Process, SamplingMode, Side
from tests.engine import bench, process, processes

samples = st.lists(st.tuples(st.integers(1, 10_000).map(float), st.floats(1, 1e9)), min_size=1, max_size=60)


def of(pairs: list[tuple[float, float]]) -> Process:
    return Process(
        id=bench(),
        side=Side.CURRENT,
        round=1,
        first=True,
        wall_seconds=1,
        sampling_mode=SamplingMode.LINEAR,
        iters=tuple(iters for iters, _ in pairs),
        times=tuple(time for _, time in pairs),
    )


@given(samples)
def test_floor_and_typical_are_minimum_and_median(pairs: list[tuple[float, float]]) -> None:
    found = values(of(pairs))
    long_enough = [one for one in pairs if one[1] >= SHORTEST_SAMPLE_NS]
    used = long_enough if len(long_enough) >= FEWEST_SAMPLES else pairs
    each = [time / iters for iters, time in used]
    assert found.floor_ns == min(each)
    assert found.typical_ns == statistics.median(each)
    assert found.averaged == (len([1 for iters, _ in used if iters >= 5]) >= 10)


def test_short_samples_are_left_out_when_enough_remain() -> None:
    short = [(1000.0, 1.0)]
    assert values(of([*short, *[(1000.0, 100_000.0)] * 10])).floor_ns == 100
    assert values(of([*short, *[(1000.0, 100_000.0)] * 9])).floor_ns == 0.001


def test_calibration_and_half_rounds_are_left_out() -> None:
    whole = processes(bench("a"), [(100, 110), (101, 111)])
    stray = [
        process(bench("a"), Side.BASELINE, 0, 1),
        process(bench("a"), Side.CURRENT, 0, 1),
        process(bench("a"), Side.CURRENT, 3, 1),
        process(bench("b"), Side.BASELINE, 1, 1),
    ]
    found = rounds_of([*stray, *whole])
    assert [(one.baseline.floor_ns, one.current.floor_ns) for one in found[bench("a")]] == [
        (100, 110),
        (101, 111),
    ]
    assert found[bench("b")] == ()


@given(st.randoms(use_true_random=False))
def test_rounds_do_not_depend_on_the_order_of_recording(source: random.Random) -> None:
    every = [*processes(bench("a"), [(100, 110), (101, 111)]), *processes(bench("b"), [(5, 6), (7, 8)])]
    assert rounds_of(source.sample(every, len(every))) == rounds_of(every)


times = st.floats(1e-3, 1e12)
sides = st.tuples(times, times).map(lambda one: Values(floor_ns=min(one), typical_ns=max(one), averaged=True))


@given(st.lists(st.tuples(sides, sides, st.booleans()), min_size=1, max_size=20))
def test_the_choice_does_not_depend_on_which_process_is_called_baseline(
    pairs: list[tuple[Values, Values, bool]],
) -> None:
    """The test exchanges labels: an endpoint chosen by them would make it dishonest."""
    plain = tuple(Round(baseline=one, current=other) for one, other, _ in pairs)
    exchanged = tuple(
        Round(baseline=other, current=one) if swap else Round(baseline=one, current=other)
        for one, other, swap in pairs
    )
    assert primary(plain) is primary(exchanged)


def sorting(source: random.Random, slower: float, lucky: float) -> Round:
    """Its typical time is steady to a percent, and its fastest sample is rarely far faster."""

    def side(factor: float) -> Values:
        typical = 100 * factor * source.uniform(0.99, 1.01)
        luck = source.uniform(0.82, 0.9) if source.random() < lucky else source.uniform(0.96, 0.98)
        return Values(floor_ns=typical * luck, typical_ns=typical, averaged=True)

    return Round(baseline=side(1.0), current=side(slower))


def test_a_floor_that_is_luck_does_not_decide() -> None:
    source = random.Random(7)
    rare = tuple(sorting(source, 1.2, 0.3) for _ in range(12))
    assert primary(rare) is Endpoint.TYPICAL
    assert primary(tuple(sorting(source, 1.2, 0.0) for _ in range(12))) is Endpoint.FLOOR


def test_a_steady_floor_decides_however_steady_the_typical_time_is() -> None:
    """As where contention lengthens most samples: a floor within half a percent is good enough."""
    source = random.Random(7)
    steady = tuple(
        Round(
            baseline=Values(floor_ns=source.uniform(100, 100.8), typical_ns=150, averaged=True),
            current=Values(floor_ns=source.uniform(100, 100.8), typical_ns=150, averaged=True),
        )
        for _ in range(12)
    )
    assert primary(steady) is Endpoint.FLOOR
