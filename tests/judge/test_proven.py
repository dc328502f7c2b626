"""What a proof does to verdicts: identical stays identical, placement is no regression."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.overall import fails_job
from benchmark_ci.judge.panel import Panel
from benchmark_ci.judge.suite import CONTROL_ROUNDS
from benchmark_ci.model import (
    BenchmarkId,
    BenchmarkProof,
    Comparison,
    FailOn,
    Failure,
    Overall,
    Process,
    Proof,
    Recording,
    Result,
    Side,
    Target,
    Verdict,
)
from benchmark_ci.report import proof as words
from benchmark_ci.run import judge
from tests.engine import bench, discovered, processes, recording

TARGET = Target(package="crate", name="bench")
SAME, CHANGED = bench("same"), bench("changed")


def steady(benchmark: BenchmarkId, change_percent: float) -> list[Process]:
    return processes(
        benchmark, [(100 + i / 1000, (100 + i / 1000) * (1 + change_percent / 100)) for i in range(13)]
    )


def proof(*found: BenchmarkProof) -> Proof:
    return Proof(target=TARGET, benchmarks=found, seconds=1.5)


def identical(benchmark: BenchmarkId) -> BenchmarkProof:
    return BenchmarkProof(id=benchmark, identical=True, baseline_instructions=90, current_instructions=90)


def proven(measured: list[Process], *found: BenchmarkProof, failures: tuple[Failure, ...] = ()) -> Recording:
    ids = dict.fromkeys([*(one.id for one in found), *(one.id for one in measured)])
    known = recording(measured, failures, found=map(discovered, ids))
    return known.model_copy(update={"proofs": (proof(*found),)})


def of(comparison: Comparison, benchmark: BenchmarkId) -> Result:
    return next(one for one in comparison.benchmarks if one.id == benchmark.full_id)


def test_an_identical_benchmark_needs_no_timing() -> None:
    comparison = compare(proven([], identical(SAME)))
    assert of(comparison, SAME).verdict is Verdict.IDENTICAL
    assert comparison.verdict is Overall.IDENTICAL
    assert comparison.counts["compared"] == 1
    assert comparison.controls is None


def test_all_identical_is_exit_code_0() -> None:
    report, code = judge(proven([], identical(SAME), identical(CHANGED)))
    assert (report.verdict, code) == (Overall.IDENTICAL, 0)
    assert report.proof_seconds == 1.5


@pytest.mark.parametrize(("change", "called"), [(0, 0), (40, 1), (-40, 1)])
def test_a_control_is_never_red_and_counted_when_called_changed(change: float, called: int) -> None:
    comparison = compare(proven(steady(SAME, change), identical(SAME)))
    result = of(comparison, SAME)
    assert result.verdict is Verdict.IDENTICAL
    assert result.change_percent == pytest.approx(change, abs=0.01)
    assert not fails_job(comparison, FailOn.REGRESSION)
    assert comparison.controls
    assert (comparison.controls.timed, comparison.controls.called_changed) == (1, called)
    assert bool(words.misled(comparison.controls)) is bool(called)
    assert bool(words.controls(comparison.controls)) is not bool(called)
    report, _ = judge(proven(steady(SAME, change), identical(SAME)))
    said = [one for one in report.cautions if "control is called changed" in one]
    assert len(said) == called
    assert all(f"{change:+}".replace("-", "−") in one and "another place in memory" in one for one in said)


@pytest.mark.parametrize("side", Side)
def test_a_control_that_fails_is_identical_and_says_so(side: Side) -> None:
    failed = Failure(id=SAME, side=side, round=1, reason="It ended with exit code 101")
    comparison = compare(proven([], identical(SAME), failures=(failed,)))
    result = of(comparison, SAME)
    assert (result.verdict, result.fails) == (Verdict.IDENTICAL, False)
    assert "exit code 101" in result.reason


def test_controls_do_not_take_part_in_the_correction_of_the_others() -> None:
    alone = compare(recording(steady(CHANGED, 11.0)))
    many = [bench(f"control/{number}") for number in range(40)]
    measured = [*steady(CHANGED, 11.0), *(one for control in many for one in steady(control, 0))]
    beside = compare(proven(measured, *map(identical, many)))
    assert of(beside, CHANGED) == of(alone, CHANGED)


def test_a_regression_with_the_same_instructions_is_placement() -> None:
    found = BenchmarkProof(
        id=CHANGED,
        identical=False,
        reason="its code differs",
        differs=("parse::number",),
        baseline_instructions=90,
        current_instructions=90,
        same_instructions=True,
    )
    comparison = compare(proven(steady(CHANGED, 30), found))
    result = of(comparison, CHANGED)
    assert result.verdict is Verdict.PLACEMENT
    assert (comparison.verdict, fails_job(comparison, FailOn.REGRESSION)) == (Overall.UNCHANGED, False)
    assert (result.differs, result.timed_because) == (("parse::number",), "its code differs")


def test_as_many_instructions_are_not_the_same_instructions() -> None:
    found = BenchmarkProof(
        id=CHANGED,
        identical=False,
        reason="its code differs",
        baseline_instructions=90,
        current_instructions=90,
    )
    comparison = compare(proven(steady(CHANGED, 30), found))
    assert of(comparison, CHANGED).verdict is Verdict.REGRESSED


@pytest.mark.parametrize("sides", [(Side.BASELINE,), (Side.CURRENT,)])
def test_a_proof_of_what_one_side_has_proves_nothing(sides: tuple[Side, ...]) -> None:
    known = recording(found=[discovered(SAME, sides)]).model_copy(
        update={"proofs": (proof(identical(SAME)),)}
    )
    assert of(compare(known), SAME).verdict in (Verdict.NEW, Verdict.REMOVED)


@given(st.lists(st.sampled_from([-40.0, 0.0, 25.0]), min_size=1, max_size=4))
def test_no_identical_benchmark_is_ever_anything_else(changes: list[float]) -> None:
    ids = [bench(f"same/{number}") for number in range(len(changes))]
    measured = [one for key, change in zip(ids, changes, strict=True) for one in steady(key, change)]
    comparison = compare(proven(measured, *map(identical, ids)))
    assert {one.verdict for one in comparison.benchmarks} == {Verdict.IDENTICAL}
    assert comparison.verdict is Overall.IDENTICAL


def test_a_control_that_stays_open_ends_with_the_second_look() -> None:
    panel = Panel(10, 7, controls=frozenset({SAME}))
    for heard, both in enumerate(zip(steady(SAME, 10), steady(CHANGED, 10), strict=True), start=1):
        for one in both:
            panel.hear(one)
        assert CHANGED not in panel.decided()  # as far as the limit: nobody can say
        assert (SAME in panel.decided()) is (heard >= 2 * CONTROL_ROUNDS)


def test_the_panel_decides_as_the_comparison_does() -> None:
    panel = Panel(10, 7, controls=frozenset({SAME}))
    for one in [*steady(SAME, 0), *steady(CHANGED, 30)]:
        panel.hear(one)
    assert panel.decided() == {SAME, CHANGED}
