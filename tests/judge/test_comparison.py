"""From a recording to a comparison: every verdict path, counts, order, and the same bytes for ever."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmark_ci.errors import ExitCode
from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.overall import WORST_FIRST, counts, fails_job, overall
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.model import (
    COMPARED,
    BenchmarkId,
    Comparison,
    End,
    Endpoint,
    FailOn,
    Failure,
    Header,
    Overall,
    Preparation,
    Process,
    Recording,
    Result,
    Side,
    Target,
    TargetFailure,
    Throughput,
    Verdict,
)
from benchmark_ci.report import document
from benchmark_ci.run import judge
from tests.engine import (
    BOTH,
    ROOT,
    bench,
    discovered,
    header,
    noisy_pairs,
    process,
    processes,
    recording,
)

ONLY_BASELINE = (Side.BASELINE,)
ONLY_CURRENT = (Side.CURRENT,)


def steady(benchmark: BenchmarkId, change_percent: float, count: int = 13) -> list[Process]:
    pairs = [(100 + i / 1000, (100 + i / 1000) * (1 + change_percent / 100)) for i in range(count)]
    return processes(benchmark, pairs)


def failure(benchmark: BenchmarkId, side: Side, reason: str = "It ended with exit code 101") -> Failure:
    return Failure(id=benchmark, side=side, round=0, reason=reason, last_lines=f"panicked on {side}")


def only(comparison: Comparison) -> Result:
    assert len(comparison.benchmarks) == 1
    return comparison.benchmarks[0]


# --- what was measured


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(0, Verdict.UNCHANGED), (30, Verdict.REGRESSED), (-30, Verdict.IMPROVED)],
)
def test_a_measured_benchmark_carries_all_that_a_report_shows(change: float, verdict: Verdict) -> None:
    result = only(compare(recording(steady(bench(), change))))
    assert (result.verdict, result.rounds, result.endpoint) == (verdict, 13, Endpoint.FLOOR)
    assert result.change_percent == pytest.approx(change, abs=0.01)
    assert result.change_low_percent is not None
    assert result.change_high_percent is not None
    assert result.change_low_percent <= change + 0.02
    assert result.change_high_percent >= change - 0.02
    assert result.baseline is not None
    assert result.current is not None
    assert result.baseline.time_ns == result.baseline.floor_ns == pytest.approx(100, rel=1e-3)
    assert result.current.time_ns == pytest.approx(100 + change, rel=1e-3)
    assert (result.limit_percent, result.reason, result.fails) == (10.0, "", False)
    assert result.p_value == (pytest.approx(2**-13, rel=1e-4) if verdict is Verdict.REGRESSED else None)
    assert result.minutes_to_decide is None


def test_noise_is_what_two_processes_of_one_side_differ_by() -> None:
    pairs = [(100.0, 103.0), (102.0, 105.06)] * 5
    result = only(compare(recording(processes(bench(), pairs))))
    assert result.noise_percent == pytest.approx(2.0, abs=1e-6)


def test_throughput_comes_along() -> None:
    amount = Throughput(unit="bytes", per_iteration=64)
    measured = [one.model_copy(update={"throughput": amount}) for one in steady(bench(), 0)]
    assert only(compare(recording(measured))).throughput == amount


def test_too_few_rounds_are_inconclusive_and_say_how_long_more_takes() -> None:
    result = only(compare(recording(steady(bench(), 50, count=4))))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "4 of at least 7 rounds" in result.reason
    # Three more rounds of two processes of 0.75 s each.
    assert result.minutes_to_decide == pytest.approx(3 * 1.5 / 60, rel=1e-3)


def test_a_change_near_the_limit_takes_longer_than_one_far_from_it() -> None:
    source = random.Random(4)

    def minutes(change: float) -> float | None:
        return only(compare(recording(processes(bench(), noisy_pairs(source, 6, change))))).minutes_to_decide

    far, near = minutes(60), minutes(12)
    assert far is not None
    assert near is None or near > far
    assert far < 5


def test_a_change_at_the_limit_promises_nothing() -> None:
    pairs = [(100 + 7 * (i % 4), 1.1 * (100 + 7 * ((i + 1) % 4))) for i in range(20)]
    result = only(compare(recording(processes(bench(), pairs))))
    assert (result.verdict, result.minutes_to_decide) == (Verdict.INCONCLUSIVE, None)
    assert "Too noisy, or too close to the limit" in result.reason


def test_an_unconfirmed_regression_is_inconclusive_and_says_why() -> None:
    measured = steady(bench("slow"), 50, count=7)
    for i in range(30):
        measured += steady(bench(f"same/{i}"), 0, count=7)
    found = {one.id: one for one in compare(recording(measured)).benchmarks}
    assert found["slow"].verdict is Verdict.INCONCLUSIVE
    assert "among so many benchmarks" in found["slow"].reason


def test_contradiction_is_inconclusive_and_says_why() -> None:
    opposite = [
        process(bench(), side, number, floor + number / 1000, typical + number / 1000)
        for number in range(1, 21)
        for side, floor, typical in zip(BOTH, (100, 150), (300, 150), strict=True)
    ]
    result = only(compare(recording(opposite)))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "opposite" in result.reason


def test_calibration_alone_is_not_reached() -> None:
    calibrated = [process(bench(), side, 0, 100) for side in BOTH]
    result = only(compare(recording(calibrated)))
    assert (result.verdict, result.rounds, result.change_percent) == (Verdict.NOT_REACHED, 0, None)


# --- what was not


@pytest.mark.parametrize(
    ("sides", "failed", "verdict", "fails", "words"),
    [
        (ONLY_CURRENT, (), Verdict.NEW, False, ""),
        (ONLY_BASELINE, (), Verdict.REMOVED, False, ""),
        (BOTH, (), Verdict.NOT_REACHED, False, "ended before"),
        (BOTH, ONLY_CURRENT, Verdict.FAILED, True, "works on baseline"),
        (BOTH, ONLY_BASELINE, Verdict.NEW, False, "fails on baseline"),
        (BOTH, BOTH, Verdict.FAILED, False, "both sides"),
    ],
)
def test_what_was_not_measured_says_why(
    sides: tuple[Side, ...], failed: tuple[Side, ...], verdict: Verdict, fails: bool, words: str
) -> None:
    comparison = compare(
        recording(failures=[failure(bench(), side) for side in failed], found=[discovered(bench(), sides)])
    )
    result = only(comparison)
    assert (result.verdict, result.fails) == (verdict, fails)
    assert words in result.reason
    assert (result.change_percent, result.baseline, result.rounds) == (None, None, 0)
    assert result.last_lines == ("panicked on current" if verdict is Verdict.FAILED else "")
    assert comparison.verdict is (Overall.REGRESSED if fails else Overall.NOTHING_COMPARED)


def test_what_fails_after_some_rounds_has_failed() -> None:
    measured = steady(bench(), 0, count=9)
    result = only(compare(recording(measured, [failure(bench(), Side.CURRENT)])))
    assert (result.verdict, result.fails) == (Verdict.FAILED, True)


def test_ambiguous_ids_are_told_and_not_judged() -> None:
    result = only(compare(recording(found=[discovered(bench(), ambiguous=True)])))
    assert result.verdict is Verdict.AMBIGUOUS
    assert "share this id" in result.reason


@pytest.mark.parametrize(
    ("broken", "exists", "verdict", "fails"),
    [
        (Side.CURRENT, ONLY_BASELINE, Verdict.FAILED, True),
        (Side.BASELINE, ONLY_CURRENT, Verdict.NEW, False),
        (Side.BASELINE, ONLY_BASELINE, Verdict.REMOVED, False),
    ],
)
def test_a_target_that_fails_on_one_side(
    broken: Side, exists: tuple[Side, ...], verdict: Verdict, fails: bool
) -> None:
    trouble = TargetFailure(
        target=Target(package="crate", name="bench"),
        side=broken,
        kind="build",
        reason="error[E0425]: cannot find\n --> src/lib.rs",
    )
    elsewhere = trouble.model_copy(update={"target": Target(package="crate", name="other")})
    found = [discovered(bench(), exists)]
    result = only(compare(recording(found=found, target_failures=(trouble,))))
    assert (result.verdict, result.fails) == (verdict, fails)
    assert ("error[E0425]: cannot find" in result.reason) == (verdict is not Verdict.REMOVED)
    assert "src/lib.rs" not in result.reason
    unrelated = only(compare(recording(found=found, target_failures=(elsewhere,))))
    assert unrelated.verdict in (Verdict.NEW, Verdict.REMOVED)
    assert not unrelated.reason


def test_one_identity_is_package_target_and_id() -> None:
    ids = [bench(package=package, target=target) for package in "ab" for target in "xy"]
    measured = [one for i, key in enumerate(ids) for one in steady(key, 30.0 * i)]
    found = {(one.package, one.target): one.verdict for one in compare(recording(measured)).benchmarks}
    assert found.pop(("a", "x")) is Verdict.UNCHANGED
    assert set(found.values()) == {Verdict.REGRESSED}
    assert len(found) == 3


# --- the whole


def result_of(verdict: Verdict, name: str = "x", change: float | None = None, fails: bool = False) -> Result:
    return Result(
        id=name,
        package="p",
        target="t",
        verdict=verdict,
        limit_percent=10,
        change_percent=change,
        fails=fails,
    )


OVERALL = [
    ([Verdict.REGRESSED, Verdict.IMPROVED, Verdict.UNCHANGED], Overall.REGRESSED),
    ([Verdict.IMPROVED, Verdict.UNCHANGED, Verdict.INCONCLUSIVE], Overall.IMPROVED),
    ([Verdict.UNCHANGED, Verdict.INCONCLUSIVE, Verdict.IDENTICAL], Overall.UNCHANGED),
    ([Verdict.PLACEMENT, Verdict.INCONCLUSIVE], Overall.UNCHANGED),
    ([Verdict.INCONCLUSIVE, Verdict.IDENTICAL], Overall.INCONCLUSIVE),
    ([Verdict.IDENTICAL, Verdict.NEW], Overall.IDENTICAL),
    ([Verdict.NEW, Verdict.REMOVED, Verdict.AMBIGUOUS, Verdict.NOT_REACHED], Overall.NOTHING_COMPARED),
    ([Verdict.FAILED], Overall.NOTHING_COMPARED),
    ([], Overall.NOTHING_COMPARED),
]


@pytest.mark.parametrize(("verdicts", "expected"), OVERALL)
def test_the_overall_verdict_is_the_first_that_applies(verdicts: list[Verdict], expected: Overall) -> None:
    for order in itertools.permutations(verdicts):
        assert overall(map(result_of, order)) is expected


@given(st.lists(st.sampled_from(list(Verdict)), max_size=8))
def test_what_stopped_working_makes_any_run_red(verdicts: list[Verdict]) -> None:
    results = [result_of(verdict) for verdict in verdicts]
    assert overall([*results, result_of(Verdict.FAILED, fails=True)]) is Overall.REGRESSED


@given(st.lists(st.sampled_from(list(Verdict)), max_size=30))
def test_counts_has_every_verdict_and_what_was_compared(verdicts: list[Verdict]) -> None:
    tally = counts(map(result_of, verdicts))
    assert set(tally) == {*Verdict, "compared"}
    assert sum(number for name, number in tally.items() if name != "compared") == len(verdicts)
    assert tally["compared"] == sum(tally[name] for name in COMPARED)


RED = {
    (Overall.REGRESSED, 0): (True, True, False),
    (Overall.REGRESSED, 1): (True, True, False),
    (Overall.UNCHANGED, 0): (False, False, False),
    (Overall.UNCHANGED, 1): (False, True, False),
    (Overall.INCONCLUSIVE, 1): (False, True, False),
    (Overall.IMPROVED, 0): (False, False, False),
    (Overall.IDENTICAL, 0): (False, False, False),
}


@pytest.mark.parametrize("doubt", [Verdict.INCONCLUSIVE, Verdict.NOT_REACHED])
@pytest.mark.parametrize(("case", "red"), RED.items())
def test_what_fails_the_job(case: tuple[Overall, int], red: tuple[bool, bool, bool], doubt: Verdict) -> None:
    verdict, doubtful = case
    comparison = Comparison(verdict=verdict, counts=dict(counts(())) | {doubt.value: doubtful}, benchmarks=())
    asked = (FailOn.REGRESSION, FailOn.INCONCLUSIVE, FailOn.NEVER)
    assert tuple(fails_job(comparison, fail_on) for fail_on in asked) == red


def everything() -> tuple[list[Process], list[Failure], list[BenchmarkId]]:
    changes = {"slow/b": 30, "slow/a": 30, "slower": 60, "fast": -30, "faster": -60, "same": 0}
    measured = [one for name, change in changes.items() for one in steady(bench(name), change, 9)]
    measured += steady(bench("few"), 3, count=2)
    failures = [
        failure(bench("stopped"), Side.CURRENT),
        failure(bench("broken"), Side.CURRENT),
        failure(bench("broken"), Side.BASELINE),
    ]
    return measured, failures, [bench("waiting")]


def all_found(measured: Iterable[Process], failures: Iterable[Failure]) -> list[BenchmarkId]:
    return list(dict.fromkeys([one.id for one in measured] + [one.id for one in failures]))


def test_the_worst_stands_first() -> None:
    measured, failures, waiting = everything()
    found = [discovered(one) for one in (*all_found(measured, failures), *waiting)]
    found += [discovered(bench("gone"), ONLY_BASELINE), discovered(bench("fresh"), ONLY_CURRENT)]
    found += [discovered(bench("twice"), ambiguous=True)]
    comparison = compare(recording(measured, failures, found))
    assert [one.id for one in comparison.benchmarks] == [
        "stopped",
        "broken",
        "slower",
        "slow/a",
        "slow/b",
        "few",
        "faster",
        "fast",
        "waiting",
        "twice",
        "gone",
        "fresh",
        "same",
    ]
    assert comparison.verdict is Overall.REGRESSED
    assert comparison.counts["regressed"] == 3


def test_every_verdict_has_a_place_in_the_order() -> None:
    assert sorted(WORST_FIRST) == sorted(Verdict)


@given(st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=5)
def test_the_order_of_recording_and_of_discovery_does_not_matter(source: random.Random) -> None:
    measured, failures, waiting = everything()
    measured += processes(bench("noisy"), noisy_pairs(random.Random(8), 12, 8))
    found = [discovered(one) for one in (*all_found(measured, failures), *waiting)]
    expected = compare(recording(measured, failures, found))
    shuffled = recording(
        source.sample(measured, len(measured)),
        source.sample(failures, len(failures)),
        source.sample(found, len(found)),
    )
    assert compare(shuffled) == expected


def test_a_what_if_threshold_judges_the_same_data_anew() -> None:
    measured = recording(steady(bench(), 30))
    assert only(compare(measured)).verdict is Verdict.REGRESSED
    assert compare(measured, 10.0) == compare(measured)
    lenient = compare(measured, 50.0)
    assert only(lenient).verdict is Verdict.UNCHANGED
    assert only(lenient).limit_percent == 50.0
    report, code = judge(measured, 50.0)
    assert (report.threshold_percent, report.fails_job, report.verdict) == (50.0, False, "unchanged")
    assert code is ExitCode.OK


def noisy_recording(head_seed: int = 7) -> Recording:
    source = random.Random(5)
    measured = [
        one
        for i, change in enumerate([0, 0, 12, 25, -20, 9, 0])
        for one in processes(bench(f"größe/{i}"), noisy_pairs(source, 20, change, 33.3 * 7**i))
    ]
    return recording(measured, head=header(seed=head_seed))


def write(file: Path, content: Recording) -> Path:
    recorder = Recorder(file)
    assert content.preparation
    assert content.end
    lines: list[Header | Preparation | Process | Failure | End] = [content.header, content.preparation]
    for line in [*lines, *content.processes, *content.failures, content.end]:
        recorder.add(line)
    recorder.close()
    return file


def test_a_report_is_the_same_byte_for_byte_in_this_process_and_in_others(tmp_path: Path) -> None:
    content = noisy_recording()
    expected = document.to_json(judge(content)[0])
    assert document.to_json(judge(content)[0]) == expected
    file = write(tmp_path / "recording.jsonl.gz", content)
    for hash_seed in ("1", "2"):
        again = subprocess.run(
            [sys.executable, "-m", "benchmark_ci", "judge", str(file)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            check=False,
        )
        assert again.returncode == 1, again.stderr
        assert again.stdout == expected.encode()


def test_a_recording_without_its_end_is_judged_as_far_as_it_goes() -> None:
    content = noisy_recording().model_copy(update={"end": None})
    report, code = judge(content)
    assert report.partial
    assert report.error
    assert report.benchmarks == judge(noisy_recording())[0].benchmarks
    assert code is ExitCode.NO_VERDICT


def test_a_recording_that_ends_before_the_build_compared_nothing() -> None:
    bare = Recording(header=header())
    comparison = compare(bare)
    assert (comparison.verdict, comparison.benchmarks) == (Overall.NOTHING_COMPARED, ())


def test_one_commit_on_both_sides_is_identical_and_green() -> None:
    end = End(reason="decided", measuring_seconds=0, total_seconds=1)
    report, code = judge(Recording(header=header(same=True), end=end))
    assert code is ExitCode.OK
    assert (report.verdict, report.fails_job, report.error) == (Overall.IDENTICAL, False, "")


def test_a_preparation_without_benchmarks_is_an_error() -> None:
    report, code = judge(recording(found=[]))
    assert code is ExitCode.NOTHING_COMPARED
    assert (report.verdict, report.fails_job) == (Overall.NOTHING_COMPARED, True)
    assert report.error
    assert report.remedy
