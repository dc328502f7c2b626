"""At most ten lines, worst first, one for each cause."""

import pytest

from benchmark_ci.model import FailOn, Overall, Report, Verdict
from benchmark_ci.report.annotations import annotations
from tests.report import samples
from tests.report.samples import many, report, unmeasured


def levels(given: Report) -> list[str]:
    return [one.level for one in annotations(given)]


def test_rich_report() -> None:
    found = annotations(samples.rich())
    assert [one.level for one in found] == ["error"] * 3 + ["warning"] * (len(found) - 3)
    assert found[0].title == "Stopped working: codec/roundtrip"
    assert found[1].message == "1.270 → 1.666 ms: +31.2 % [+29.1, +33.3], limit 10 %"


def test_a_reason_stands_below_the_numbers() -> None:
    slower = next(one for one in annotations(samples.rich()) if one.title.startswith("Slower: pack"))
    assert slower.message.splitlines()[1].startswith("Its place in memory is not the cause: +13.9 %")


def test_placement_warns() -> None:
    found = [one for one in annotations(samples.rich()) if "by its place" in one.title]
    assert [(one.level, one.title) for one in found] == [("warning", "Slower only by its place: lut/lookup")]
    assert "+12.6 %" in found[0].message and "the code only lies elsewhere" in found[0].message


def test_green_says_nothing() -> None:
    assert annotations(samples.green()) == ()


def test_at_most_ten_and_the_last_says_how_many_more() -> None:
    found = annotations(report(many(Verdict.REGRESSED, 25)))
    assert len(found) == 10
    assert found[-1].title == "16 more"
    assert {one.level for one in found} == {"error"}


def test_all_inconclusive_share_one_warning() -> None:
    (only,) = annotations(report(many(Verdict.INCONCLUSIVE, 14)))
    assert only.level == "warning"
    assert only.title == "14 of 14 benchmarks are inconclusive or not reached"
    assert only.message.endswith("and 9 more")


@pytest.mark.parametrize("verdict", [Overall.FAILED, Overall.NOTHING_COMPARED])
def test_without_a_verdict_there_is_exactly_one_error(verdict: Overall) -> None:
    results = [*many(Verdict.FAILED, 3), *many(Verdict.NEW, 2)]
    given = report(results, verdict, error="It broke.", remedy="Mend it.", fails_job=True)
    assert levels(given).count("error") == 1
    assert annotations(given)[0].message == "It broke.\nMend it."
    assert levels(given.model_copy(update={"error": ""})).count("error") == 1


def test_never_failing_warns() -> None:
    given = report(many(Verdict.REGRESSED, 2), fail_on=FailOn.NEVER, fails_job=False)
    assert levels(given) == ["warning", "warning"]


def test_failing_on_inconclusive_is_an_error() -> None:
    results = [*many(Verdict.UNCHANGED, 2), *many(Verdict.INCONCLUSIVE, 1)]
    assert levels(report(results, fail_on=FailOn.INCONCLUSIVE, fails_job=True)) == ["error"]


def test_one_broken_target_is_one_cause() -> None:
    results = [unmeasured(f"b{index}", Verdict.FAILED, "does not build", fails=True) for index in range(30)]
    (only,) = annotations(report(results))
    assert only.title == "Stopped working: 30 of quantizer/quantize"


def test_messages_are_short_and_clean() -> None:
    hostile = "\x1b[31m" + "x" * 9000 + "\u202e\r\n::error::y"
    results = [unmeasured(hostile, Verdict.FAILED, hostile, fails=True, last_lines=hostile * 40)]
    for one in annotations(report(results, cautions=(hostile,), error=hostile)):
        assert len(one.message) <= 4096
        assert len(one.title) <= 255
        assert not {"\x1b", "\u202e", "\r"} & set(one.title + one.message)
