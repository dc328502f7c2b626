"""What stands where in the comment, and that it always fits."""

import shlex

import pytest

from benchmark_ci.model import Commit, FailOn, Links, Overall, Report, Verdict
from benchmark_ci.report import facts
from benchmark_ci.report.comment import comment
from benchmark_ci.report.summary import summary
from tests.report import samples
from tests.report.oracle import Seen
from tests.report.samples import many, measured, report, unmeasured

BULKY = (Verdict.REGRESSED, Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.REMOVED, Verdict.IDENTICAL)


def drawn(given: Report) -> str:
    return comment(given, samples.LINKS, samples.MARKER)


def test_order() -> None:
    text = drawn(samples.rich())
    parts = (
        samples.MARKER,
        "❌ 2 of 84",
        "(72 run the same code",
        "Baseline [`1a2b3c4`]",
        "| `codec/roundtrip`",
        "| `quantize/int4/1048576`",
        "| `dequantize/4096`",
        "| `lut/lookup`",
        "| `parse/huge`",
        "Removed: `old/removed`",
        "Noise of this run",
        "benchmark-ci run --baseline",
        "<details>",
        "[Full report and raw data]",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert text.startswith(samples.MARKER + "\n")


def test_people_see_the_head_and_not_the_merge() -> None:
    text = drawn(samples.small())
    assert f"https://github.com/acme/quantizer/commit/{samples.HEAD}" in text
    assert samples.MERGE[:7] not in text


def test_the_name_of_a_leg_stands_in_the_headline_and_does_nothing_there() -> None:
    named = samples.small().model_copy(update={"name": "@octo/team"})
    assert comment(named, Links(), "<!-- m -->").splitlines()[2].startswith("### ❌ `@octo/team`: ")


def test_unchanged_and_identical_are_folded() -> None:
    above = drawn(samples.small()).split("<details>")[0]
    assert "quantize/1048576" in above
    assert "dequantize" not in above
    assert "parse/header" not in above


def test_green_has_no_table_above_the_fold() -> None:
    assert "|" not in drawn(samples.green()).split("<details>")[0]


def test_only_ten_inconclusive_stand_open() -> None:
    text = drawn(report(many(Verdict.INCONCLUSIVE, 14)))
    assert text.split("<details>")[0].count("\n| `") == 10
    assert "4 more that matter" in text
    assert text.count("\n| `inconclusive/") == 14 + 14  # and once more in the table of peak memory


def test_many_that_fail_alike_share_a_row_and_keep_their_names() -> None:
    given = report(
        [unmeasured(f"b{index}", Verdict.FAILED, "does not build", fails=True) for index in range(30)]
    )
    text = drawn(given)
    assert text.count("does not build") == 1
    assert "30 benchmarks of `quantizer/quantize`" in text
    assert all(f"`b{index}`" in text for index in range(30))


def test_equal_ids_are_told_apart() -> None:
    given = report([measured("same", Verdict.REGRESSED, 20.0, target=target) for target in ("one", "two")])
    assert "in `quantizer/one`" in drawn(given)
    assert "in `quantizer/two`" in drawn(given)


def test_failed_run_says_why_and_what_to_do() -> None:
    given = report(verdict=Overall.FAILED, error="No branch feature/x@1 here.", remedy="Set `baseline_ref`.")
    text = drawn(given)
    assert "No branch `feature/x@1` here." in text
    assert "**What to do:** Set `baseline_ref`." in text


def test_never_failing_is_said() -> None:
    assert "`fail_on` is `never`" in drawn(
        report(many(Verdict.REGRESSED, 1), fail_on=FailOn.NEVER, fails_job=False)
    )


def test_files_without_commits_have_no_sha_and_no_reproduce_line() -> None:
    nowhere = Commit(sha="0" * 40, what="target/criterion")
    given = samples.small().model_copy(update={"baseline": nowhere, "current": nowhere, "environment": None})
    text = drawn(given)
    assert "0000000" not in text
    assert "benchmark-ci run" not in text
    assert "Baseline `target/criterion`" in text


def test_working_tree_is_not_named_by_a_sha_that_nobody_has() -> None:
    tree = Commit(sha=samples.MERGE, what="working tree", uncommitted=True)
    text = drawn(samples.small().model_copy(update={"current": tree}))
    assert samples.MERGE[:7] not in text
    assert "--current" not in text


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("parse/large", "^parse/large$"),
        ("a.b+c(d)|e", r"^a\.b\+c\(d\)\|e$"),
        ("two words, and more", r"^two\swords.\sand\smore$"),
        ("it's\n$(id)\u202e", r"^it's.\$\(id\).$"),
        ("x" * 150, "^" + "x" * 100),
    ],
)
def test_filter_of_the_reproduce_line(name: str, wanted: str) -> None:
    given = report([measured(name, Verdict.REGRESSED, 20.0)])
    words = shlex.split(facts.reproduce(given))
    assert words[:3] == ["benchmark-ci", "run", "--baseline"]
    assert words[-2:] == ["--filter", wanted]


def test_more_than_three_regressed_need_no_filters() -> None:
    assert "--filter" not in drawn(report(many(Verdict.REGRESSED, 4)))


@pytest.mark.parametrize("letter", ["x", "𝔘", "|"])
@pytest.mark.parametrize("verdict", BULKY)
def test_five_thousand_long_names_fit(verdict: Verdict, letter: str) -> None:
    given = report(
        [
            *(
                one.model_copy(update={"id": f"{index}" + letter * 300})
                for index, one in enumerate(many(verdict, 5000))
            ),
            *many(Verdict.REGRESSED, 2),
        ]
    )
    text = drawn(given)
    assert len(text.encode()) <= 65_000
    assert len(text.encode("utf-16-le")) // 2 <= 65_000
    assert "`regressed/0`" in text or verdict in (Verdict.REGRESSED, Verdict.FAILED)
    assert "left out to fit" in text
    assert_well_formed(text)


def test_what_matters_least_goes_first() -> None:
    text = drawn(
        report([*many(Verdict.REGRESSED, 30), *many(Verdict.UNCHANGED, 300), *many(Verdict.IDENTICAL, 5000)])
    )
    assert all(f"`regressed/{index}`" in text for index in range(30))
    assert all(f"`unchanged/{index}`" in text for index in range(300))
    assert "more benchmarks left out" in text


def test_summary_of_five_thousand_fits() -> None:
    given = report(
        one.model_copy(update={"id": f"{index}" + "漢" * 300, "reason": "because " * 40})
        for index, one in enumerate(many(Verdict.UNCHANGED, 5000))
    )
    text = summary(given, samples.LINKS)
    assert len(text.encode()) <= 1_000_000
    assert "left out to fit" in text
    assert_well_formed(text)


def test_summary_has_every_benchmark() -> None:
    rich = samples.rich()
    codes = Seen(summary(rich, Links())).codes
    assert {one.id for one in rich.benchmarks} <= set(codes)


def assert_well_formed(text: str) -> None:
    seen = Seen(text)
    assert seen.still_open == 0
    assert all(cells in (3, 5) for cells in seen.rows)
