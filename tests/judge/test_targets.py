"""Targets against references: met, missed or unclear by the test, and never by luck."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmark_ci.errors import ExitCode
from benchmark_ci.judge.targets import (
    MOST_TARGET_ROUNDS,
    TARGET_LOOKS,
    judge_targets,
    settled,
    targets_fail,
)
from benchmark_ci.measure.recording import AnyLine, Recorder
from benchmark_ci.model import (
    Contender,
    FailOn,
    Overall,
    Recording,
    ReferenceProcess,
    ReferenceTarget,
    Standing,
    TargetResult,
    TargetVerdict,
    Unmeasured,
)
from benchmark_ci.report import document
from benchmark_ci.run import judge
from tests.engine import bench, header, noisy_pairs, processes, recording

MET, MISSED, UNCLEAR, NOT_MEASURED = TargetVerdict
MB = 1_000_000
Pair = tuple[float, float]


def target(times: float | None = 5, memory: float | None = None, *, fails: bool = False) -> ReferenceTarget:
    return ReferenceTarget(
        benchmark="fast",
        reference_benchmark="naive",
        times_faster=times,
        memory_percent=memory,
        fails=fails,
    )


def of_reference(
    pairs: Iterable[Pair], sizes: Sequence[tuple[int, int]] = (), position: int = 0, samples: int = 12
) -> tuple[ReferenceProcess, ...]:
    """Rounds 1… of (reference ns, benchmark ns) per iteration, with peak memory where it is given."""
    return tuple(
        ReferenceProcess(
            target=position,
            contender=contender,
            round=number,
            first=contender is Contender.REFERENCE,
            wall_seconds=0.4,
            iters=(1000.0,) * samples,
            times=(value * 1000,) * samples,
            peak_memory_bytes=sizes[number - 1][index] if sizes else None,
        )
        for number, pair in enumerate(pairs, start=1)
        for index, (contender, value) in enumerate(
            zip((Contender.REFERENCE, Contender.BENCHMARK), pair, strict=True)
        )
    )


def recorded(
    targets: Sequence[ReferenceTarget],
    references: tuple[ReferenceProcess, ...],
    unmeasured: tuple[Unmeasured, ...] = (),
    fail_on: FailOn = FailOn.REGRESSION,
) -> Recording:
    benchmark = bench()
    pairs = [(100 + i / 1000, 100 + i / 1000) for i in range(9)]
    found = recording(processes(benchmark, pairs), head=header(fail_on=fail_on))
    head = found.header.model_copy(update={"targets": tuple(targets)})
    more = {"header": head, "references": references, "unmeasured": unmeasured}
    return found.model_copy(update=more)


def only(found: Recording) -> TargetResult:
    (result,) = judge_targets(found)
    return result


def steady(ratio: float, count: int = 7) -> list[Pair]:
    return [(100 * ratio + i / 100, 100 + i / 1000) for i in range(count)]


def standing(one: Standing | None) -> Standing:
    assert one is not None
    return one


# --- time


@pytest.mark.parametrize(("ratio", "verdict"), [(41, MET), (5.2, MET), (4.8, MISSED), (0.5, MISSED)])
def test_a_clear_ratio_is_met_or_missed_after_the_first_look(ratio: float, verdict: TargetVerdict) -> None:
    result = only(recorded([target(5)], of_reference(steady(ratio))))
    assert result.verdict is verdict
    assert result.rounds == 7
    faster = standing(result.times_faster)
    assert (faster.verdict, faster.demanded) == (verdict, 5)
    assert faster.measured == pytest.approx(ratio, rel=0.01)
    assert faster.low is not None and faster.high is not None
    assert faster.low <= faster.measured <= faster.high
    assert result.benchmark_time_ns == pytest.approx(100, rel=0.01)
    assert result.reference_time_ns == pytest.approx(100 * ratio, rel=0.01)
    assert result.memory_percent is None
    assert result.reason == ""


def test_what_lies_at_the_target_is_unclear_and_says_so() -> None:
    around = [
        (500 * factor, 100) for factor in (0.9, 1.1, 0.95, 1.05, 0.97, 1.03, 1.0, 0.98, 1.02, 1.1, 0.9, 1)
    ]
    result = only(recorded([target(5)], of_reference(around)))
    assert result.verdict is UNCLEAR
    assert result.reason == "Too noisy, or too close to the target, to be told in 12 rounds."
    faster = standing(result.times_faster)
    assert faster.low is not None and faster.high is not None
    assert faster.low < 5 < faster.high


@pytest.mark.parametrize("count", [1, 5, 6])
def test_too_few_rounds_are_unclear_with_the_reason_why_there_are_no_more(count: int) -> None:
    why = Unmeasured(target=0, reason="The time budget ended.", last_lines="said last")
    result = only(recorded([target(5)], of_reference(steady(41, count)), (why,)))
    assert (result.verdict, result.reason) == (UNCLEAR, "The time budget ended.")
    assert result.last_lines == "said last"
    assert (standing(result.times_faster).low is None) == (count < 6)


def test_the_first_verdict_stands_whatever_follows() -> None:
    later = [*steady(41, 7), *[(100.0, 100.0)] * 5]
    assert only(recorded([target(5)], of_reference(later))).verdict is MET


def test_a_command_s_single_sample_decides_by_itself() -> None:
    result = only(recorded([target(5)], of_reference(steady(41), samples=1)))
    assert result.verdict is MET


def test_calibration_and_half_rounds_are_left_out() -> None:
    whole = of_reference(steady(41, 9))
    calibration = whole[0].model_copy(update={"round": 0, "times": (1.0,) * 12})
    half = whole[2].model_copy(update={"round": 77, "times": (1.0,) * 12})
    found = judge_targets(recorded([target()], (calibration, *whole, half)))
    assert found == judge_targets(recorded([target()], whole))
    assert found[0].rounds == 9


@given(st.integers(0, 2**32), st.floats(1.05, 50), st.sampled_from([0.5, 0.9, 1.12, 2.0]))
@hypothesis_settings(max_examples=40, deadline=None)
def test_under_noise_no_target_is_decided_wrongly_by_much(seed: int, times: float, how: float) -> None:
    """Noise as on a busy machine; what is off by more than a tenth may be unclear, but never wrong."""
    source = random.Random(seed)
    true = times * how
    pairs = [(true * one, other) for one, other in noisy_pairs(source, 12)]
    verdict = only(recorded([target(times)], of_reference(pairs))).verdict
    assert verdict in ({MET, UNCLEAR} if how > 1 else {MISSED, UNCLEAR})


def test_errors_at_the_target_are_as_rare_as_the_levels_say() -> None:
    source = random.Random(20)
    results = [
        only(recorded([target(5)], of_reference([(5 * a, b) for a, b in noisy_pairs(source, 12)]))).verdict
        for _ in range(400)
    ]
    level = sum(level for _, level in TARGET_LOOKS)
    for verdict in (MET, MISSED):
        assert results.count(verdict) <= 400 * level + 3 * (400 * level) ** 0.5


@given(
    st.lists(st.tuples(st.floats(1e-6, 1e12), st.floats(1e-6, 1e12)), min_size=1, max_size=12),
    st.none() | st.floats(5e-324, 1.7e308),
    st.none() | st.floats(5e-324, 1.7e308),
    st.integers(1, 2**63 - 1),
)
@hypothesis_settings(max_examples=60, deadline=None)
def test_whatever_stands_in_a_recording_there_is_a_judgement(
    pairs: list[Pair], times: float | None, memory: float | None, size: int
) -> None:
    found = recorded([target(times, memory)], of_reference(pairs, [(size, 1)] * len(pairs)))
    result = only(found)
    assert TargetResult.model_validate_json(result.model_dump_json()) == result
    assert judge_targets(found) == (result,)


# --- memory


@pytest.mark.parametrize(("benchmark", "verdict"), [(4 * MB, MET), (6 * MB, MISSED), (5 * MB, UNCLEAR)])
def test_memory_is_judged_by_the_same_test(benchmark: int, verdict: TargetVerdict) -> None:
    sizes = [(10 * MB, benchmark)] * 12
    result = only(recorded([target(None, 50)], of_reference(steady(41, 12), sizes)))
    assert result.verdict is verdict
    share = standing(result.memory_percent)
    assert (share.verdict, share.demanded) == (verdict, 50)
    assert share.measured == pytest.approx(benchmark / MB * 10)
    assert result.reference_peak_memory_bytes == 10 * MB
    assert result.benchmark_peak_memory_bytes == benchmark
    assert standing(result.times_faster).verdict is None, "told, but nothing is demanded"


@pytest.mark.parametrize(
    ("times", "benchmark", "verdict"),
    [(41, 4, MET), (41, 6, MISSED), (3, 4, MISSED), (3, 6, MISSED), (41, 5, UNCLEAR), (3, 5, MISSED)],
)
def test_every_demand_must_hold(times: float, benchmark: int, verdict: TargetVerdict) -> None:
    sizes = [(10 * MB, benchmark * MB)] * 12
    assert only(recorded([target(5, 50)], of_reference(steady(times, 12), sizes))).verdict is verdict


def test_unknown_memory_is_said() -> None:
    result = only(recorded([target(None, 50)], of_reference(steady(41))))
    assert (result.verdict, result.reason) == (NOT_MEASURED, "Peak memory could not be measured.")
    result = only(recorded([target(5, 50)], of_reference(steady(41))))
    assert (result.verdict, result.reason) == (UNCLEAR, "Peak memory could not be measured.")
    assert only(recorded([target(5, 50)], of_reference(steady(3)))).verdict is MISSED


# --- not measured


def test_a_target_that_was_not_reached_is_never_dropped() -> None:
    first, second = judge_targets(recorded([target(), target(7)], of_reference(steady(41), position=1)))
    assert (first.verdict, first.reason) == (NOT_MEASURED, "The run ended before its turn.")
    assert second.verdict is MET


def test_one_commit_on_both_sides_is_no_failure() -> None:
    found = recorded([target(fails=True)], (), fail_on=FailOn.INCONCLUSIVE)
    same = found.header.model_copy(update={"current": found.header.baseline})
    assert judge_targets(found.model_copy(update={"header": same})) == ()


def test_more_rounds_than_are_measured_change_nothing() -> None:
    whole = of_reference([*steady(41, 12), *[(1.0, 1.0)] * 400])
    assert only(recorded([target()], whole)).rounds == MOST_TARGET_ROUNDS


def test_lines_of_targets_that_there_are_not_change_nothing() -> None:
    stray = of_reference(steady(2), position=9)
    assert only(recorded([target()], (*of_reference(steady(41)), *stray))).verdict is MET


# --- when measuring may end


@pytest.mark.parametrize(
    ("ratio", "count", "done"), [(41, 6, False), (41, 7, True), (5, 7, False), (5, 11, False), (5, 12, True)]
)
def test_measuring_ends_when_it_is_decided(ratio: float, count: int, done: bool) -> None:
    pairs = [(500 * factor, 100) for factor in (0.9, 1.1, 0.95, 1.05, 0.97, 1.03, 1, 0.98, 1.02, 1.1, 0.9, 1)]
    measured = of_reference(steady(41, count) if ratio == 41 else pairs[:count])
    assert settled(target(5), measured, 7) is done


def test_measuring_waits_for_every_demand_and_not_for_what_cannot_be_known() -> None:
    times = steady(41, MOST_TARGET_ROUNDS)
    close = of_reference(times[:7], [(10 * MB, 5 * MB)] * 7)
    assert not settled(target(5, 50), close, 7)
    assert settled(target(5, 50), of_reference(times[:7]), 7)
    assert not settled(target(5, 50), (), 7)


# --- the job


def told(verdict: TargetVerdict, *, fails: bool = True) -> TargetResult:
    return TargetResult(target=target(fails=fails), verdict=verdict)


@pytest.mark.parametrize(
    ("fail_on", "red"),
    [
        (FailOn.REGRESSION, {MISSED}),
        (FailOn.INCONCLUSIVE, {MISSED, UNCLEAR, NOT_MEASURED}),
        (FailOn.NEVER, set()),
    ],
)
def test_what_fails_the_job(fail_on: FailOn, red: set[TargetVerdict]) -> None:
    assert {one for one in TargetVerdict if targets_fail([told(MET), told(one)], fail_on)} == red
    assert not any(targets_fail([told(one, fails=False)], fail_on) for one in TargetVerdict)


def test_a_missed_target_warns_unless_it_says_that_it_fails() -> None:
    slow = of_reference(steady(3))
    report, code = judge(recorded([target()], slow))
    assert (code, report.fails_job, report.verdict) == (ExitCode.OK, False, Overall.UNCHANGED)
    report, code = judge(recorded([target(fails=True)], slow))
    assert (code, report.fails_job, report.verdict) == (ExitCode.REGRESSION, True, Overall.UNCHANGED)
    report, code = judge(recorded([target(fails=True)], slow, fail_on=FailOn.NEVER))
    assert (code, report.fails_job) == (ExitCode.OK, False)
    assert report.targets[0].verdict is MISSED


def test_a_target_does_not_ask_what_the_threshold_is() -> None:
    found = recorded([target()], of_reference(steady(41)))
    assert judge(found)[0].targets == judge(found, 1)[0].targets


def test_a_recording_gives_the_same_bytes_again(tmp_path: Path) -> None:
    why = Unmeasured(target=1, reason="The reference ended with exit code 1.", last_lines="no data")
    sizes = [(10 * MB, 4 * MB)] * 7
    found = recorded([target(5, 50, fails=True), target()], of_reference(steady(3), sizes), (why,))
    report, code = judge(found)
    file = tmp_path / "recording.jsonl.gz"
    recorder = Recorder(file)
    assert found.preparation and found.end
    lines: list[AnyLine] = [found.header, found.preparation, *found.processes]
    lines += [*found.references, *found.unmeasured, found.end]
    for line in lines:
        recorder.add(line)
    recorder.close()
    command = [sys.executable, "-m", "benchmark_ci", "judge", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == code == ExitCode.REGRESSION
    assert answer.stdout == document.to_json(report)
