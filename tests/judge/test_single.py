"""One process per side: the interval, what it allows, and every way in which two readings can meet."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.judge.endpoints import Values as ProcessValues
from benchmark_ci.judge.endpoints import values as process_values
from benchmark_ci.judge.overall import fails_job
from benchmark_ci.judge.single import (
    ALLOWANCE_PERCENT,
    CONTRADICTION,
    SAME_SAMPLES,
    Judging,
    Reading,
    Values,
    compare_single,
    values,
)
from benchmark_ci.model import Endpoint, FailOn, Overall, Result, Verdict
from tests.engine import BOTH, bench, process
from tests.trees import samples

PLAIN = Judging(limit_percent=10.0)


def reading(
    time_ns: float = 200.0, name: str = "g/f", folder: str = "", *, count: int = 50, iters: float = 1000.0
) -> Reading:
    sample = samples(time_ns, count, iters)
    return Reading(folder or name, name, values(sample["iters"], sample["times"]))


def damaged(name: str = "g/f", folder: str = "", flaw: str = "`sample.json` is cut off.") -> Reading:
    return Reading(folder or name, name, None, flaw)


def engine_s(iters: Sequence[float], times: Sequence[float]) -> ProcessValues:
    whole = process(bench(), BOTH[0], 1, 1.0)
    return process_values(whole.model_copy(update={"iters": tuple(iters), "times": tuple(times)}))


def one(baseline: list[Reading], current: list[Reading], judging: Judging = PLAIN) -> Result:
    (result,) = compare_single(baseline, current, judging).benchmarks
    return result


def test_floor_and_typical_time_are_those_of_the_engine() -> None:
    sample = samples(321.0)
    ours = values(sample["iters"], sample["times"])
    theirs = engine_s(sample["iters"], sample["times"])
    assert (ours.floor_ns, ours.averaged) == (theirs.floor_ns, theirs.averaged)
    assert ours.typical_ns == pytest.approx(theirs.typical_ns)


LISTS = st.lists(
    st.tuples(st.floats(1, 1e6), st.floats(1.0, 1e9)), min_size=1, max_size=120
)  # fmt: skip


@given(LISTS)
def test_values_of_any_samples(pairs: list[tuple[float, float]]) -> None:
    iters, times = [iters for iters, _ in pairs], [time for _, time in pairs]
    found, theirs = values(iters, times), engine_s(iters, times)
    assert found.floor_ns == theirs.floor_ns
    assert found.typical_ns == pytest.approx(theirs.typical_ns)
    assert found.floor_spread >= 0 and found.typical_spread >= 0


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [
        (1.0, Verdict.INCONCLUSIVE),
        (1.3, Verdict.INCONCLUSIVE),
        (1.8, Verdict.INCONCLUSIVE),
        (1.95, Verdict.REGRESSED),
        (10.0, Verdict.REGRESSED),
        (1 / 1.8, Verdict.INCONCLUSIVE),
        (1 / 1.95, Verdict.IMPROVED),
    ],
)
def test_a_verdict_needs_more_than_the_allowance(ratio: float, verdict: Verdict) -> None:
    assert one([reading(200)], [reading(200 * ratio)]).verdict is verdict


def test_the_interval_is_the_allowance_and_a_little_more() -> None:
    found = one([reading(200)], [reading(300)])
    allowance = math.log1p(ALLOWANCE_PERCENT[Endpoint.FLOOR] / 100)
    assert found.change_percent == pytest.approx(50)
    assert found.change_low_percent is not None and found.change_high_percent is not None
    half = math.log1p(found.change_high_percent / 100) - math.log(1.5)
    assert half == pytest.approx(math.log(1.5) - math.log1p(found.change_low_percent / 100), rel=1e-4)
    assert half == pytest.approx(allowance, rel=1e-3)
    assert found.smallest_visible_percent == pytest.approx((1.1 * math.exp(half) - 1) * 100, rel=1e-4)
    assert (found.rounds, found.endpoint) == (1, Endpoint.FLOOR)


def test_few_iterations_let_the_typical_time_decide_with_its_larger_allowance() -> None:
    slow = [reading(time_ns, count=20, iters=0.05) for time_ns in (2e7, 5e7)]
    found = one([slow[0]], [slow[1]])
    assert (found.endpoint, found.verdict) == (Endpoint.TYPICAL, Verdict.INCONCLUSIVE)
    assert one([slow[0]], [reading(6e7, count=20, iters=0.05)]).verdict is Verdict.REGRESSED


def test_few_samples_widen_the_interval() -> None:
    wide = one([reading(count=2)], [reading(count=2)])
    narrow = one([reading()], [reading()])
    assert wide.change_high_percent and narrow.change_high_percent
    assert wide.change_high_percent > narrow.change_high_percent


def test_an_allowance_of_one_s_own() -> None:
    judging = Judging(10.0, allowance_percent=2.0)
    assert one([reading(200)], [reading(230)], judging).verdict is Verdict.REGRESSED
    assert one([reading(200)], [reading(202)], judging).verdict is Verdict.UNCHANGED
    assert one([reading(200)], [reading(170)], judging).verdict is Verdict.IMPROVED


def test_a_calm_and_a_noisy_statement_that_contradict_each_other_decide_nothing() -> None:
    low = Values(100.0, 500.0, 0.01, 0.01, averaged=True)
    high = Values(300.0, 400.0, 0.01, 0.01, averaged=True)
    found = one([Reading("f", "f", low)], [Reading("f", "f", high)])
    assert (found.verdict, found.reason) == (Verdict.INCONCLUSIVE, CONTRADICTION)


def test_a_copy_is_told() -> None:
    copy = reading()._replace(fingerprint=5)
    found = one([copy], [copy])
    assert (found.verdict, found.reason) == (Verdict.INCONCLUSIVE, SAME_SAMPLES)
    judging = Judging(10.0, copies_are_unmeasured=True)
    assert one([copy], [copy], judging).verdict is Verdict.NOT_REACHED


def test_new_and_removed_are_listed() -> None:
    found = compare_single(
        [reading(name="a"), reading(name="b")], [reading(name="b"), reading(name="c")], PLAIN
    )
    assert {result.id: result.verdict for result in found.benchmarks} == {
        "a": Verdict.REMOVED,
        "b": Verdict.INCONCLUSIVE,
        "c": Verdict.NEW,
    }
    assert found.counts["compared"] == 1


def test_damaged_on_current_counts_as_a_regression_and_on_baseline_does_not() -> None:
    found = compare_single(
        [reading(name="a"), damaged("b"), damaged("c"), reading(name="d")],
        [damaged("a"), reading(name="b"), damaged("c"), reading(name="d")],
        PLAIN,
    )
    told = {result.id: (result.verdict, result.fails) for result in found.benchmarks}
    assert told["a"] == (Verdict.FAILED, True)
    assert told["b"] == told["c"] == (Verdict.FAILED, False)
    assert "is cut off (on current)" in found.benchmarks[0].reason
    assert found.verdict is Overall.REGRESSED and fails_job(found, FailOn.REGRESSION)


def test_a_file_without_an_id_has_that_of_its_folder_on_the_other_side() -> None:
    found = one([reading(name="a: b", folder="a_ b")], [damaged("", folder="a_ b")])
    assert (found.id, found.verdict) == ("a: b", Verdict.FAILED)
    assert one([], [damaged("", folder="x/y")]).id == "x/y"


@pytest.mark.parametrize("side", ["baseline", "current"])
def test_an_id_that_stands_twice_is_ambiguous(side: str) -> None:
    twice, once = [reading(folder="f"), reading(folder="f_2")], [reading()]
    found = one(twice, once) if side == "baseline" else one(once, twice)
    assert found.verdict is Verdict.AMBIGUOUS
    assert f"2 times on {side} (`f`, `f_2`)" in found.reason


def test_worst_first() -> None:
    names = {"slow": 900.0, "slower": 2000.0, "same": 210.0, "fast": 20.0}
    found = compare_single(
        [reading(200, name) for name in names], [reading(time, name) for name, time in names.items()], PLAIN
    )
    assert [result.id for result in found.benchmarks] == ["slower", "slow", "same", "fast"]


def test_nothing_in_common_is_said() -> None:
    assert compare_single([reading(name="a")], [reading(name="b")], PLAIN).verdict is Overall.NOTHING_COMPARED


@given(
    st.floats(1, 1e9), st.floats(0.01, 100), st.floats(0.1, 1000), st.one_of(st.none(), st.floats(0.1, 1000))
)
def test_a_verdict_is_what_its_interval_says(
    time_ns: float, ratio: float, limit: float, allowance: float | None
) -> None:
    found = one([reading(time_ns)], [reading(time_ns * ratio)], Judging(limit, allowance))
    assert found.change_low_percent is not None and found.change_high_percent is not None
    low, high = found.change_low_percent, found.change_high_percent
    assert low <= (found.change_percent or 0) <= high
    faster = (1 / (1 + limit / 100) - 1) * 100
    slack = 1e-3 * (abs(low) + abs(high) + 1)
    if found.verdict is Verdict.REGRESSED:
        assert low > limit - slack
    elif found.verdict is Verdict.IMPROVED:
        assert high < faster + slack
    elif found.verdict is Verdict.UNCHANGED:
        assert low > faster - slack and high < limit + slack
    else:
        assert low <= limit + slack and high >= faster - slack
