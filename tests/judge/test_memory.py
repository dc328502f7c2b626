"""Peak memory is judged over rounds: an interval, a threshold, a limit, and no verdict."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.judge.memory import LIMIT_BYTES, memory_change, shown_peaks
from benchmark_ci.model import Config, FailOn, Overall, Side
from benchmark_ci.run import judge
from tests.engine import bench, header, processes, recording

MB = 1_000_000
SIZES = st.integers(min_value=MB, max_value=2000 * MB)
PEAKS = st.lists(st.tuples(SIZES, SIZES), min_size=1, max_size=20).map(tuple)


@given(PEAKS)
def test_the_estimate_lies_in_its_interval_and_few_rounds_have_none(
    peaks: tuple[tuple[int, int], ...],
) -> None:
    found = memory_change(peaks)
    assert found
    assert (found.low_percent is None) == (len(peaks) < 6)
    if found.low_percent is not None and found.high_percent is not None:
        assert found.low_percent <= found.change_percent <= found.high_percent


@given(st.lists(st.tuples(SIZES, SIZES), min_size=1, max_size=5).map(tuple))
def test_growth_is_not_claimed_from_few_rounds(peaks: tuple[tuple[int, int], ...]) -> None:
    found = memory_change(peaks)
    assert found and "grew" not in found.warning


def test_growth_beyond_doubt_warns() -> None:
    found = memory_change(((12 * MB, 14 * MB),) * 7)
    assert found and found.warning == "Peak memory grew by more than 10 %."
    assert found.change_percent == found.low_percent == found.high_percent


def test_only_what_warns_can_fail_the_job() -> None:
    grown, same = ((12 * MB, 14 * MB),) * 7, ((12 * MB, 12 * MB),) * 7
    found = [memory_change(peaks, fails=fails) for peaks in (grown, same) for fails in (True, False)]
    assert [one.fails for one in found if one] == [True, False, False, False]


def test_growth_within_the_threshold_or_below_the_floor_does_not() -> None:
    for current in (13 * MB, 12 * MB, 9 * MB):
        found = memory_change(((12 * MB, current),) * 9)
        assert found and not found.warning
    small = memory_change(((2 * MB, 2 * MB + 900_000),) * 9)
    assert small and not small.warning


def test_one_large_process_is_no_growth() -> None:
    found = memory_change((*((12 * MB, 12 * MB),) * 6, (12 * MB, 60 * MB)))
    assert found and not found.warning


def test_more_than_the_limit_warns_whatever_changed() -> None:
    found = memory_change(((600 * MB, 600 * MB),) * 7)
    assert found and found.warning == "Peak memory is above 500 MB."
    own = memory_change(((600 * MB, 600 * MB),) * 7, limit_bytes=700 * MB)
    assert own and not own.warning and LIMIT_BYTES == 500 * MB


def test_a_threshold_of_its_own() -> None:
    found = memory_change(((12 * MB, 14 * MB),) * 7, threshold_percent=20)
    assert found and not found.warning


def test_nothing_measured_is_no_judgement() -> None:
    assert memory_change(()) is None


@given(PEAKS)
def test_what_is_shown_agrees_with_what_is_judged(peaks: tuple[tuple[int, int], ...]) -> None:
    found, shown = memory_change(peaks), shown_peaks(peaks)
    assert found
    baseline, current = shown[Side.BASELINE], shown[Side.CURRENT]
    assert (current / baseline - 1) * 100 == pytest.approx(found.change_percent, rel=1e-4, abs=1e-3)
    assert (current - baseline) * found.change_percent >= 0
    if "above" in found.warning:
        assert current > LIMIT_BYTES


def test_the_medians_of_both_sides_can_say_the_opposite() -> None:
    """Most rounds grew, and yet current's median is the smaller one."""
    peaks = ((10 * MB, 11 * MB), (12 * MB, 13 * MB), (20 * MB, 9 * MB))
    assert [statistics.median(side) for side in zip(*peaks, strict=True)] == [12 * MB, 11 * MB]
    found = memory_change(peaks)
    assert found and found.change_percent == pytest.approx(100 / 12, rel=1e-4)
    assert shown_peaks(peaks) == {Side.BASELINE: round(11 * MB * 12 / 13), Side.CURRENT: 11 * MB}


@pytest.mark.parametrize(
    ("fails", "fail_on", "code"),
    [(None, FailOn.REGRESSION, 0), (True, FailOn.REGRESSION, 1), (True, FailOn.NEVER, 0)],
)
def test_growth_fails_the_job_where_the_file_asks(fails: bool | None, fail_on: FailOn, code: int) -> None:
    """The verdict is about times, and stays."""
    same = [(100.0, 100.0 + 0.1 * number) for number in range(9)]
    measured = [
        one.model_copy(update={"peak_memory_bytes": 20 * MB if one.side is Side.CURRENT else 10 * MB})
        for one in processes(bench(), same)
    ]
    config = Config(path="benchmark-ci.toml", side=Side.BASELINE, memory_fails=fails)
    head = header(fail_on=fail_on).model_copy(update={"config": config})
    report, answer = judge(recording(measured, head=head))
    assert (report.verdict, answer, report.fails_job) == (Overall.UNCHANGED, code, bool(code))
