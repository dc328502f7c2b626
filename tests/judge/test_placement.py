"""What other arrangements do to verdicts: only a regression is ever taken back, and only when shown."""

from __future__ import annotations

import random

import pytest

from benchmark_ci.judge.arrangements import Suspect
from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.overall import fails_job
from benchmark_ci.judge.panel import Panel
from benchmark_ci.judge.placement import IMPROVED_REASON, suspects
from benchmark_ci.model import (
    Arrangement,
    BenchmarkId,
    BenchmarkProof,
    Endpoint,
    FailOn,
    Overall,
    Process,
    Proof,
    Recording,
    Result,
    Target,
    Verdict,
)
from benchmark_ci.report import document
from benchmark_ci.run import judge
from tests.engine import bench, in_other_places, processes, recording

SEED = 7
TARGET = Target(package="crate", name="bench")
SUSPECT = Suspect(limit_percent=10, endpoint=Endpoint.FLOOR)


def proof(
    benchmark: BenchmarkId,
    counts: tuple[int | None, int | None] = (1000, 1002),
    *,
    identical: bool = False,
    same: bool = False,
) -> BenchmarkProof:
    return BenchmarkProof(
        id=benchmark,
        identical=identical,
        reason="" if identical else "its code differs",
        baseline_instructions=counts[0],
        current_instructions=counts[1],
        same_instructions=same,
    )


def steady(benchmark: BenchmarkId, change_percent: float) -> list[Process]:
    return processes(
        benchmark, [(100 + i / 1000, (100 + i / 1000) * (1 + change_percent / 100)) for i in range(9)]
    )


def recorded(
    benchmark: BenchmarkId,
    known: BenchmarkProof,
    percents: list[float],
    change_percent: float = 12,
    arrangements: tuple[Arrangement, ...] = (),
) -> Recording:
    return recording(steady(benchmark, change_percent)).model_copy(
        update={
            "proofs": (Proof(target=TARGET, benchmarks=(known,)),),
            "arranged": tuple(in_other_places(benchmark, percents)),
            "arrangements": arrangements,
        }
    )


def judged(content: Recording) -> Result:
    (result,) = compare(content).benchmarks
    return result


WITHIN = [0.4, 0.1, 0.6, 0.2, 0.5, 0.3, 0.7]
BEYOND = [15.1, 15.4, 14.8, 15.0, 15.3, 14.9, 15.2]


def test_averaged_out_it_is_placement_and_fails_nothing() -> None:
    content = recorded(bench(), proof(bench()), WITHIN)
    comparison = compare(content)
    result = judged(content)
    assert result.verdict is Verdict.PLACEMENT
    assert (comparison.verdict, fails_job(comparison, FailOn.REGRESSION)) == (Overall.UNCHANGED, False)
    assert result.reason == (
        "Beyond the limit only as linked: +12.0 %, but +0.4 % (+0.2 to +0.6) averaged over 7 arrangements "
        "of the code."
    )
    assert result.change_percent == pytest.approx(12, abs=0.01), "the change is the one of the executables"
    assert result.averaged
    assert (result.averaged.arrangements, result.averaged.within) == (7, True)


def test_slower_in_every_place_it_stays_a_regression_and_says_so() -> None:
    content = recorded(bench(), proof(bench()), BEYOND)
    result = judged(content)
    assert result.verdict is Verdict.REGRESSED
    assert result.reason.startswith("Its place in memory is not the cause: +15.1 % (")
    assert fails_job(compare(content), FailOn.REGRESSION)


@pytest.mark.parametrize("percents", [WITHIN[:6], [0.0, 40.0] * 6], ids=["too few", "too different"])
def test_what_is_not_shown_stays_a_regression(percents: list[float]) -> None:
    result = judged(recorded(bench(), proof(bench()), percents))
    assert result.verdict is Verdict.REGRESSED
    assert result.reason.startswith("Its place in memory may be the cause, which is not shown: +")
    assert f"averaged over {len(percents)} arrangements of the code" in result.reason


def test_what_seems_to_be_within_and_is_not_shown_is_inconclusive() -> None:
    content = recorded(bench(), proof(bench()), [-30.0, 45.0, -25.0, 40.0, -28.0, 42.0, -26.0, 38.0, -10.0])
    result = judged(content)
    assert result.averaged
    assert (result.averaged.arrangements, result.averaged.within) == (9, None)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason.startswith("Beyond the limit as linked: +12.0 %, but ")
    assert result.reason.endswith(" averaged over 9 arrangements of the code, which differ too much.")
    assert not fails_job(compare(content), FailOn.REGRESSION)


def test_one_arrangement_has_no_interval() -> None:
    result = judged(recorded(bench(), proof(bench()), [3.0]))
    assert result.averaged
    assert result.averaged.low_percent is None
    assert "+3.0 % averaged over 1 arrangement of the code." in result.reason


@pytest.mark.parametrize(
    "known",
    [
        proof(bench(), (1000, 1006)),
        proof(bench(), (1006, 1000)),
        proof(bench(), (None, 1000)),
        proof(bench(), (1000, 0)),
    ],
    ids=["more", "fewer", "uncounted", "none"],
)
def test_with_other_instructions_place_is_no_excuse(known: BenchmarkProof) -> None:
    result = judged(recorded(bench(), known, WITHIN))
    assert (result.verdict, result.reason, result.averaged) == (Verdict.REGRESSED, "", None)


@pytest.mark.parametrize("change", [0.0, 9.0, -30.0])
def test_nothing_but_a_regression_is_touched(change: float) -> None:
    """Arrangements that would be called slower never make an innocent one red."""
    for percents in (WITHIN, BEYOND, [300.0] * 12):
        content = recorded(bench(), proof(bench()), percents, change)
        alone = content.model_copy(update={"arranged": ()})
        assert compare(content) == compare(alone)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (proof(bench()), IMPROVED_REASON),
        (proof(bench(), (1000, 900)), ""),
        (proof(bench(), (None, None)), ""),
        (proof(bench(), same=True), IMPROVED_REASON),
    ],
    ids=["as many", "fewer", "uncounted", "the same ones"],
)
def test_an_improvement_with_as_many_instructions_says_so(known: BenchmarkProof, told: str) -> None:
    result = judged(recorded(bench(), known, [], -30))
    assert (result.verdict, result.reason) == (Verdict.IMPROVED, told)


def test_the_same_instructions_and_identical_code_need_no_arrangement() -> None:
    for known in (proof(bench(), same=True), proof(bench(), identical=True)):
        content = recorded(bench(), known, BEYOND)
        assert judged(content) == judged(content.model_copy(update={"arranged": ()}))
        assert judged(content).verdict in (Verdict.PLACEMENT, Verdict.IDENTICAL)


def not_made(number: int = 1, target: str = "bench") -> Arrangement:
    return Arrangement(
        number=number,
        seed=5,
        targets=(Target(package="crate", name=target),),
        reason="the linker shuffles no sections, which only LLD does",
    )


def test_why_it_was_not_tried_is_one_clause() -> None:
    result = judged(recorded(bench(), proof(bench()), [], arrangements=(not_made(),)))
    assert result.verdict is Verdict.REGRESSED
    assert result.reason == (
        "Whether only its place in memory is slower was not tried: the linker shuffles no sections, which "
        "only LLD does."
    )
    other = judged(recorded(bench(), proof(bench()), [], arrangements=(not_made(target="other"),)))
    assert other.reason == ""
    few = judged(recorded(bench(), proof(bench()), WITHIN[:3], arrangements=(not_made(4),)))
    assert few.reason.endswith("of the code (the linker shuffles no sections, which only LLD does).")


def test_what_if_another_threshold_asks_the_arrangements_too() -> None:
    content = recorded(bench(), proof(bench()), [5.0 + i / 10 for i in range(7)], 20)
    assert compare(content).benchmarks[0].verdict is Verdict.PLACEMENT
    assert compare(content, 4.0).benchmarks[0].verdict is Verdict.REGRESSED
    assert compare(content, 25.0).benchmarks[0].verdict is Verdict.UNCHANGED


def test_the_report_does_not_depend_on_the_order_of_recording() -> None:
    content = recorded(bench(), proof(bench()), [1.0, 30.0, 2.0, 4.0, 3.0, 5.0, 6.0, 0.0, 2.0])
    shuffled = random.Random(2).sample(content.arranged, len(content.arranged))
    expected = document.to_json(judge(content)[0])
    assert document.to_json(judge(content.model_copy(update={"arranged": tuple(shuffled)}))[0]) == expected


def test_suspects_are_the_regressions_with_about_as_many_instructions() -> None:
    panel = Panel(10, SEED, controls=frozenset({bench("control")}))
    table = {"placed": 12, "work": 40, "same": 30, "control": 50, "fine": 2, "unknown": 30}
    for name, change in table.items():
        for one in steady(bench(name), change):
            panel.hear(one)
    known = {
        bench("placed"): proof(bench("placed")),
        bench("work"): proof(bench("work"), (1000, 1400)),
        bench("same"): proof(bench("same"), same=True),
        bench("control"): proof(bench("control"), identical=True),
        bench("fine"): proof(bench("fine")),
    }
    assert suspects(panel.judged(), panel.limits(), known) == {bench("placed"): SUSPECT}
    assert suspects(panel.judged(), panel.limits(), {}) == {}
