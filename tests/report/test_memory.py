"""Peak memory as people and scripts read it: interval, the harness's share, warnings on top."""

from __future__ import annotations

import json

import pytest

from benchmark_ci.model import FailOn, Report, Result, TargetVerdict, Verdict
from benchmark_ci.report import facts
from benchmark_ci.report.annotations import annotations as annotations_of
from benchmark_ci.report.comment import comment
from benchmark_ci.report.headline import headline
from benchmark_ci.report.memory import memory_results
from benchmark_ci.report.page import page
from benchmark_ci.report.summary import summary
from tests.report import samples
from tests.report.samples import measured, report

GREW = "Peak memory grew by more than 10 %."
LINE = f"⚠️ {GREW} `parse/large`: 64.00 → 96.00 MB (+50.0 %), and 1 more"
OWN = "Of each peak memory, 4.100 MB to 4.250 MB are the harness's own"


def large(name: str = "parse/large", current: int = 96_000_000) -> Result:
    return measured(name, Verdict.UNCHANGED, 0.1, memory=(64_000_000, current), memory_warning=GREW)


def with_harness(result: Result, baseline: int | None, current: int | None) -> Result:
    assert result.baseline and result.current
    return result.model_copy(
        update={
            "baseline": result.baseline.model_copy(update={"harness_memory_bytes": baseline}),
            "current": result.current.model_copy(update={"harness_memory_bytes": current}),
        }
    )


def drawn(given: Report) -> tuple[str, str]:
    return comment(given, samples.LINKS, samples.MARKER), summary(given, samples.LINKS)


WARNED = report([large("parse/other", 80_000_000), large()])


def test_comment_and_summary_warn_on_top_in_the_same_words() -> None:
    for text in drawn(WARNED):
        assert LINE in text.split("####")[0].split("<details>")[0]
        assert text.count("⚠️") == 1


def test_the_page_warns_above_the_table() -> None:
    above, _, _ = page(WARNED).partition("<section")
    assert f"{GREW} <code>parse/large</code>: 64.00 → 96.00 MB (+50.0 %)</li>" in above
    above, _, _ = page(FAILING).partition("<section")
    assert f"{GREW} <code>a</code>: 10.00 → 20.00 MB (+100 %). It fails the job.</li>" in above


FAILING = report(
    [
        measured("fast", Verdict.IMPROVED, -40, memory=None),
        measured(
            "a", Verdict.UNCHANGED, 0, memory=(10**7, 2 * 10**7), memory_warning=GREW, memory_fails=True
        ),
        large("b"),
    ],
    fails_job=True,
)


def test_memory_that_fails_the_job_is_in_the_headline_and_an_error() -> None:
    assert str(headline(FAILING)) == (
        "❌ Peak memory of 1 benchmark is beyond its limit; 1 of 3 benchmarks is faster, none is slower by "
        "more than 10 % (3 timed)"
    )
    for text in drawn(FAILING):
        assert f"❌ {GREW} `a`: 10.00 → 20.00 MB (+100 %), and 1 more" in text
    told = [(one.level, one.message) for one in annotations_of(FAILING)]
    assert told == [("error", "a"), ("warning", "b")]


def test_beside_a_regression_and_a_target_it_is_told_last() -> None:
    slower = [measured("slow", Verdict.REGRESSED, 40.0), *FAILING.benchmarks[1:]]
    missed = samples.against("slow", TargetVerdict.MISSED, fails=True)
    told = headline(report(slower, fails_job=True, targets=(missed,))).sentence
    assert told == (
        "1 of 3 benchmarks is slower by more than 10 %, and 1 of 1 target is missed, and peak memory of "
        "1 benchmark is beyond its limit"
    )


def test_who_fails_on_nothing_is_warned_only() -> None:
    calm = FAILING.model_copy(update={"fail_on": FailOn.NEVER, "fails_job": False})
    assert headline(calm).mark == "✅"
    assert {one.level for one in annotations_of(calm)} == {"warning"}


def test_nothing_is_said_on_top_without_a_warning() -> None:
    for text in drawn(samples.small()):
        assert "eak memory" not in text.split("####")[0].split("<details>")[0]


def test_the_interval_stands_beside_the_change() -> None:
    for text in drawn(WARNED):
        assert "64.00 → 96.00 MB" in text.replace("\u00a0", " ")
        assert "+50.0 % [+49.7, +50.4]" in text.replace("\u00a0", " ")
    assert "[+49.7, +50.4]" in page(WARNED)


def test_too_few_rounds_have_no_interval() -> None:
    one = large()
    assert one.memory
    few = one.memory.model_copy(update={"low_percent": None, "high_percent": None, "rounds": 5})
    given = report([one.model_copy(update={"memory": few})])
    for text in (*drawn(given), page(given)):
        assert "+50.0" in text and "[+49.7" not in text


def test_the_harness_s_share_is_said_once() -> None:
    texts = [*drawn(WARNED), page(WARNED).replace("&#39;", "'")]
    assert [text.count(OWN) for text in texts] == [1, 1, 1]


@pytest.mark.parametrize(
    ("baseline", "current", "said"),
    [
        (4_100_000, 4_100_000, "Of each peak memory, 4.100 MB are the harness's own"),
        (None, 4_250_000, "Of each peak memory, 4.250 MB are the harness's own"),
        (900_000, 4_250_000, "Of each peak memory, 900.0 kB to 4.250 MB are the harness's own"),
        (None, None, ""),
    ],
)
def test_the_harness_s_share_in_words(baseline: int | None, current: int | None, said: str) -> None:
    given = report([with_harness(large(), baseline, current)])
    assert facts.harness_memory(given).partition(":")[0] == said
    assert ("harness" in comment(given, samples.LINKS, samples.MARKER)) is bool(said)


def test_the_file_tells_both_sides_and_what_the_work_itself_takes() -> None:
    (one,) = json.loads(memory_results(report([large()])))
    assert (one["baseline_peak_memory_bytes"], one["current_peak_memory_bytes"]) == (64_000_000, 96_000_000)
    assert one["peak_memory_mb"] == pytest.approx(96)
    assert one["baseline_memory_mb"] == pytest.approx(4.25), "of the executable, not of the other side"
    assert one["quantization_memory_mb"] == pytest.approx(91.75)
    assert (one["change_percent"], one["rounds"], one["warning"]) == (50.0, 12, GREW)


def test_without_measured_memory_there_is_no_file() -> None:
    assert memory_results(report([measured("a", Verdict.UNCHANGED, 0.1, memory=None)])) == ""
