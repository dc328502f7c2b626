"""One riddle each: a run that compared nothing says what was looked for, where, and what to do."""

from __future__ import annotations

from typing import Literal

from benchmark_ci.errors import BenchmarkCIError, ExitCode
from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.nothing import nothing_compared
from benchmark_ci.model import Failure, Preparation, Recording, Side, Target, TargetFailure
from tests.engine import BOTH, bench, discovered, header, preparation, process, processes

TARGETS = (Target(package="crate", name="bench"), Target(package="crate", name="other"))


def riddle(
    found: Preparation,
    failures: tuple[Failure, ...] = (),
    code: ExitCode = ExitCode.NOTHING_COMPARED,
) -> BenchmarkCIError:
    recording = Recording(header=header(), preparation=found, failures=failures)
    error = nothing_compared(recording, compare(recording))
    assert error is not None
    assert error.exit_code is code
    assert error.remedy
    return error


def trouble(
    name: str, side: Side, reason: str, remedy: str = "", kind: Literal["build", "list"] = "list"
) -> TargetFailure:
    return TargetFailure(
        target=Target(package="crate", name=name), side=side, kind=kind, reason=reason, remedy=remedy
    )


def test_no_bench_target() -> None:
    error = riddle(preparation([], targets=()))
    assert "No bench target" in error.message
    for word in ("working_directory", "packages", "benches", "harness = false"):
        assert word in error.remedy


def test_targets_without_benchmarks_are_named_with_their_reasons() -> None:
    failures = (
        trouble("bench", Side.BASELINE, "error: no\nmore lines"),
        trouble("other", Side.CURRENT, "It is not a Criterion benchmark.", "Add `harness = false`."),
    )
    error = riddle(preparation([], failures, TARGETS))
    assert "crate/bench, crate/other" in error.message
    assert "crate/bench on baseline: error: no" in error.message
    assert "more lines" not in error.message
    assert "crate/other on current: It is not a Criterion benchmark" in error.message
    assert "Add `harness = false`" in error.message


def test_a_build_that_gives_no_target_at_all_is_a_build_failure() -> None:
    failures = tuple(trouble("bench", side, "error[E0425]", "Try it.", kind="build") for side in Side)
    error = riddle(preparation([], failures, TARGETS), code=ExitCode.NO_VERDICT)
    assert "No bench target could be built" in error.message
    assert "crate/bench on baseline: error[E0425]" in error.message


def test_many_broken_targets_are_counted() -> None:
    failures = tuple(trouble(f"b{i}", Side.CURRENT, "error") for i in range(9))
    message = riddle(preparation([], failures, TARGETS)).message
    assert "crate/b5" in message
    assert "crate/b6" not in message
    assert "and 3 more" in message


def test_a_filter_that_leaves_nothing_says_how_many_there_were() -> None:
    error = riddle(preparation([], listed=84))
    assert "none of the 84 benchmarks" in error.message
    assert "`filter` and `skip`" in error.message
    assert "regular expressions" in error.remedy


def test_no_benchmark_on_both_sides_counts_what_there_is() -> None:
    found = [
        discovered(bench("gone"), (Side.BASELINE,)),
        discovered(bench("new/1"), (Side.CURRENT,)),
        discovered(bench("new/2"), (Side.CURRENT,)),
        discovered(bench("twice"), ambiguous=True),
    ]
    message = riddle(preparation(found)).message
    assert "None of the 4 benchmarks" in message
    for words in ("2 only on current", "1 only on baseline", "1 under an id that several share"):
        assert words in message


def test_benchmarks_that_fail_on_both_sides() -> None:
    failures = tuple(Failure(id=bench(), side=side, round=0, reason="exit code 101") for side in BOTH)
    assert "1 failed on both sides" in riddle(preparation([discovered(bench())]), failures=failures).message


def test_a_budget_that_reached_nothing_says_to_raise_it() -> None:
    error = riddle(preparation([discovered(bench())]))
    assert "1 not reached within the time budget" in error.message
    assert "time_budget" in error.remedy


def test_something_compared_is_no_riddle() -> None:
    for measured in (processes(bench(), [(100, 101)] * 7), [process(bench(), side, 1, 100) for side in BOTH]):
        recording = Recording(
            header=header(), preparation=preparation([discovered(bench())]), processes=tuple(measured)
        )
        assert nothing_compared(recording, compare(recording)) is None


def test_what_stopped_working_is_a_regression_and_no_riddle() -> None:
    failed = Failure(id=bench(), side=Side.CURRENT, round=0, reason="exit code 101")
    recording = Recording(header=header(), preparation=preparation([discovered(bench())]), failures=(failed,))
    assert nothing_compared(recording, compare(recording)) is None
