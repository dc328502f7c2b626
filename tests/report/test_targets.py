"""Targets against references in every rendering: on top what is not met, folded what is."""

import pytest

from benchmark_ci.action import changed, outputs
from benchmark_ci.model import FailOn, Overall, ReferenceTarget, Report, Standing, TargetVerdict, Verdict
from benchmark_ci.report import document, targets
from benchmark_ci.report.annotations import annotations
from benchmark_ci.report.comment import comment
from benchmark_ci.report.headline import headline
from benchmark_ci.report.page import page
from benchmark_ci.report.summary import summary
from benchmark_ci.report.terminal import text
from tests.report import samples
from tests.report.oracle import Seen
from tests.report.samples import against, many, report

MET, MISSED, UNCLEAR, NOT_MEASURED = TargetVerdict
EVIL = "</summary>@alice `x`\n| #1 http://evil.example/ <img src=x>\u202e"


def of(
    *verdicts: TargetVerdict,
    fails: bool = False,
    fail_on: FailOn = FailOn.REGRESSION,
    benchmarks: Verdict = Verdict.UNCHANGED,
    fails_job: bool = False,
) -> Report:
    told = tuple(against(f"b{index}", one, fails=fails) for index, one in enumerate(verdicts))
    return report(many(benchmarks, 2), targets=told, fail_on=fail_on, fails_job=fails_job)


def above(given: Report) -> str:
    return comment(given, samples.LINKS, samples.MARKER).split("<details>")[0]


def test_met_targets_are_folded_and_count() -> None:
    given = of(MET, MET, MET)
    drawn = comment(given, samples.LINKS, samples.MARKER)
    assert "arget" not in above(given)
    assert "<summary>3 of 3 targets met</summary>" in drawn
    assert "- `b0` is 41.2× faster [40.0, 42.8] than `reference/quantize.py` (target 5×)\n" in drawn


def test_one_that_is_missed_stands_on_top() -> None:
    given = of(MISSED, MET)
    line = "⚠️ Target missed: `b0` is 41.2× faster [40.0, 42.8] than `reference/quantize.py` (target 5×)"
    assert f"\n{line}\n" in above(given)
    assert "1 of 2 targets met" in comment(given, samples.LINKS, samples.MARKER)
    assert headline(given).marked == "✅ No benchmark is slower by more than 10 %", "a warning is no verdict"


@pytest.mark.parametrize("verdict", [UNCLEAR, NOT_MEASURED])
def test_what_is_not_known_is_said_with_its_reason(verdict: TargetVerdict) -> None:
    given = report(many(Verdict.UNCHANGED, 1), targets=(against("b", verdict, reason="It is why."),))
    assert f"⚠️ Target {verdict.value.replace('-', ' ')}: `b` " in above(given)
    assert "It is why." in above(given)


def test_without_targets_nothing_is_said() -> None:
    given = report(many(Verdict.UNCHANGED, 2))
    for drawn in (
        comment(given, samples.LINKS, samples.MARKER),
        summary(given, samples.LINKS),
        text(given, 110),
        page(given).partition("<body>")[2],
    ):
        assert "arget" not in drawn.replace("benchmarks of one target share this id", "")


@pytest.mark.parametrize("count", [1, 3])
def test_a_target_that_fails_the_job_is_in_the_headline(count: int) -> None:
    given = of(*[MISSED] * count, MET, fails=True, fails_job=True)
    said = "1 of 2 targets is" if count == 1 else "3 of 4 targets are"
    assert headline(given).marked == f"❌ {said} missed; no benchmark is slower by more than 10 %"
    assert "Target missed (fails the job)" in above(given)


def test_regressions_come_first_in_the_headline() -> None:
    given = of(MISSED, fails=True, fails_job=True, benchmarks=Verdict.REGRESSED)
    assert headline(given).marked == (
        "❌ 2 of 2 benchmarks are slower by more than 10 %, and 1 of 1 target is missed"
    )


def test_a_failed_run_has_no_say_about_targets_in_its_headline() -> None:
    given = of(MISSED, fails=True, fails_job=True).model_copy(update={"verdict": Overall.FAILED})
    assert headline(given).sentence == "No verdict, because the run failed"
    assert [one.level for one in annotations(given)].count("error") == 1


def test_a_few_doubtful_benchmarks_are_not_blamed_for_a_missed_target() -> None:
    results = [*many(Verdict.UNCHANGED, 9), *many(Verdict.INCONCLUSIVE, 1)]
    told = (against("b", MISSED, fails=True),)
    given = report(results, targets=told, fails_job=True)
    assert headline(given).marked == "❌ 1 of 1 target is missed; no benchmark is slower by more than 10 %"


def test_failing_on_doubt_includes_targets_that_say_fail() -> None:
    doubt = {"fail_on": FailOn.INCONCLUSIVE}
    given = of(UNCLEAR, NOT_MEASURED, fails=True, fails_job=True).model_copy(update=doubt)
    assert headline(given).sentence.startswith("2 of 2 targets are unclear or not measured; ")
    lenient = of(UNCLEAR, NOT_MEASURED).model_copy(update=doubt)
    assert headline(lenient).sentence == "No benchmark is slower by more than 10 %"


def test_never_failing_is_said() -> None:
    given = of(MISSED, fails=True, fail_on=FailOn.NEVER)
    assert headline(given).mark == "✅"
    assert "`fail_on` is `never`" in above(given)


@pytest.mark.parametrize(
    ("fails", "fail_on", "levels"),
    [
        (False, FailOn.REGRESSION, ["warning"] * 3),
        (True, FailOn.REGRESSION, ["error", "warning", "warning"]),
        (True, FailOn.INCONCLUSIVE, ["error"] * 3),
        (True, FailOn.NEVER, ["warning"] * 3),
    ],
)
def test_annotations_are_errors_for_what_fails_the_job(
    fails: bool, fail_on: FailOn, levels: list[str]
) -> None:
    found = annotations(of(MET, UNCLEAR, MISSED, NOT_MEASURED, fails=fails, fail_on=fail_on))
    assert [one.level for one in found] == levels
    assert found[0].title == "Target missed: b2"
    assert "b2 is 41.2× faster" in found[0].message


def test_every_target_has_a_row_in_summary_and_page() -> None:
    given = samples.rich()
    for drawn in (summary(given, samples.LINKS), page(given)):
        assert "Targets against references: 2 of 4 targets met" in drawn
        assert "reference/quantize.py quantize" in drawn
        assert "41.2× faster [40.0, 42.8]" in drawn.replace("\u00a0", " ")
        assert "No module named" in drawn


def test_the_terminal_tells_all() -> None:
    drawn = text(samples.rich(), 300)
    assert "Target met: dequantize/4096 is 1,234× faster" in drawn
    assert drawn.index("Target missed") < drawn.index("Target not measured") < drawn.index("Target met")


def test_slower_than_the_reference_is_told_the_other_way_round() -> None:
    assert targets.faster(Standing(measured=0.5, low=0.4, high=0.8)) == "2.00× slower [1.25, 2.50]"
    assert targets.faster(Standing(measured=1000)) == "1,000× faster"


def test_memory_alone() -> None:
    found = against("b", MET, 41.2, 38.1)
    only = found.target.model_copy(update={"times_faster": None})
    given = found.model_copy(update={"target": only})
    assert targets.sentence(given, str) == (
        "b takes 38.1 % [37.3, 38.9] of the memory of reference/quantize.py (target at most 50 %)"
    )
    assert targets.demanded(only) == "at most 50 % of its memory"


@pytest.mark.parametrize(
    ("command", "called"),
    [
        (("python3", "reference/quantize.py", "64"), "reference/quantize.py"),
        (("./reference", "x.txt"), "./reference"),
        (("node", "--flag=0.5", "slow.js"), "slow.js"),
        (("factor", "12"), "factor"),
    ],
)
def test_a_command_is_called_by_the_file_that_it_runs(command: tuple[str, ...], called: str) -> None:
    assert targets.reference(ReferenceTarget(benchmark="b", reference_command=command)) == called


def test_outputs_and_the_comment_of_changes() -> None:
    assert outputs(of(MISSED, UNCLEAR, MISSED))["targets_missed"] == "2"
    assert changed(of(UNCLEAR))
    assert not changed(of(MET))


def test_json_comes_back() -> None:
    given = samples.rich()
    assert document.from_json(document.to_json(given), "report.json") == given


def test_hostile_names_stay_text() -> None:
    told = (
        against(EVIL, MISSED, 2, reference=("sh", EVIL)),
        against(EVIL, MET, reference=EVIL),
        against(EVIL, NOT_MEASURED, reference=EVIL, reason=EVIL, last_lines=EVIL),
    )
    given = report(many(Verdict.UNCHANGED, 1), targets=told)
    for drawn in (comment(given, samples.LINKS, samples.MARKER), summary(given, samples.LINKS)):
        seen = Seen(drawn)
        assert "img" not in seen.tags
        assert "@alice" not in seen.outside
        assert not any("evil" in link for link in seen.links)
        assert seen.still_open == 0
        assert len(set(seen.rows)) <= 2 or all(seen.rows)
    assert "\u202e" not in text(given, 110)


def test_thousands_of_targets_fit() -> None:
    told = tuple(against(f"benchmark/{index}", MISSED, reference="naive/" + "x" * 90) for index in range(900))
    drawn = comment(report(many(Verdict.UNCHANGED, 1), targets=told), samples.LINKS, samples.MARKER)
    assert len(drawn.encode()) <= 65_000
    assert "more targets left out to fit" in drawn
