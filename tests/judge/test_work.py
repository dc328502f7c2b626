"""A benchmark that does other work than before is not called slower."""

from __future__ import annotations

import itertools

import pytest

from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.panel import Panel
from benchmark_ci.judge.single import Judging, Reading, Values, compare_single
from benchmark_ci.judge.work import changed_between
from benchmark_ci.model import Process, Result, Side, Throughput, Verdict
from tests.engine import bench, processes, recording

TWICE = [(100.0, 200.0)] * 7


def elements(count: int) -> Throughput:
    return Throughput(unit="elements", per_iteration=count)


def measured(
    baseline: Throughput | None, current: Throughput | None, pairs: list[tuple[float, float]] = TWICE
) -> list[Process]:
    return [
        one.model_copy(
            update={
                "throughput": baseline if one.side is Side.BASELINE else current,
                "peak_memory_bytes": 1_000_000 if one.side is Side.BASELINE else 50_000_000,
            }
        )
        for one in processes(bench(), pairs)
    ]


def judged(of: list[Process]) -> Result:
    (result,) = compare(recording(of)).benchmarks
    return result


def test_twice_the_work_is_no_regression() -> None:
    result = judged(measured(elements(1000), elements(2100)))
    assert (result.verdict, result.fails, result.minutes_to_decide) == (Verdict.INCONCLUSIVE, False, None)
    assert result.reason == (
        "The benchmark itself changed: an iteration processes 2,100 elements, 1,000 on baseline. "
        "Each element takes 4.8 % less time than before."
    )
    assert result.throughput is None, "one rate for both sides would be a false one"
    assert result.memory is None
    assert (
        "Each element takes 11.1 % more time than before."
        in judged(measured(elements(1000), elements(1800))).reason
    )


@pytest.mark.parametrize(
    ("baseline", "current"),
    [
        (elements(1000), elements(1000)),
        (elements(1000), elements(1009)),  # nearly the same
        (elements(1000), None),
        (None, elements(1000)),
        (None, None),
        (elements(1000), Throughput(unit="bytes", per_iteration=8000)),  # told otherwise
    ],
)
def test_where_nobody_says_that_the_work_changed_time_decides(
    baseline: Throughput | None, current: Throughput | None
) -> None:
    result = judged(measured(baseline, current))
    assert (result.verdict, result.throughput) == (Verdict.REGRESSED, current or baseline)
    assert result.memory is not None


def test_amounts_that_vary_from_process_to_process_change_nothing() -> None:
    numbers = itertools.count(1000)
    varying = [
        one.model_copy(update={"throughput": elements(next(numbers) * 50)}) for one in measured(None, None)
    ]
    assert judged(varying).verdict is Verdict.REGRESSED


def test_two_rounds_are_enough_to_know() -> None:
    panel = Panel(10, 3)
    for one in measured(elements(1000), elements(2000), TWICE[:1]):
        panel.hear(one)
    assert panel.undecided() == {bench()}
    for one in measured(elements(1000), elements(2000), TWICE[:2])[2:]:
        panel.hear(one)
    assert panel.undecided() == frozenset()
    assert panel.decided() == {bench()}


def test_of_finished_trees_it_is_the_same() -> None:
    def reading(ns: float, count: int, fingerprint: int) -> Reading:
        one = Values(ns, ns, 0.0, 0.0, averaged=True)
        return Reading("f", "f", one, throughput=elements(count), fingerprint=fingerprint)

    def result(count: int) -> Result:
        comparison = compare_single([reading(1, 1000, 1)], [reading(100, count, 2)], Judging(10))
        return comparison.benchmarks[0]

    assert result(1000).verdict is Verdict.REGRESSED
    other = result(100_000)
    assert (other.verdict, other.throughput) == (Verdict.INCONCLUSIVE, None)
    assert other.reason.endswith(
        "an iteration processes 100,000 elements, 1,000 on baseline. Each element takes as long as before."
    )


def test_amounts_in_another_unit_are_not_compared() -> None:
    assert changed_between(elements(1), Throughput(unit="bits", per_iteration=2)) is None
    assert changed_between(elements(1), elements(2)) == (elements(1), elements(2))
