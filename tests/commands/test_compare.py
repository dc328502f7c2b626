"""`benchmark-ci compare` on trees, as a person types it: what is chosen, written, said and answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.cli import main
from benchmark_ci.report import document
from tests.trees import put, samples, suite

Out = pytest.CaptureFixture[str]
SAME, SLOWER, FASTER = 200.0, 1000.0, 20.0


def trees(folder: Path) -> tuple[Path, Path]:
    """A slower, a faster and two unchanged benchmarks; one is new, one removed."""
    old = suite(folder / "old", slow=SAME, fast=SAME, same=SAME, other=SAME, gone=SAME)
    new = suite(folder / "new", slow=SLOWER, fast=FASTER, same=SAME * 1.02, other=SAME * 1.2, added=SAME)
    return old, new


def compare(*arguments: str | Path) -> int:
    return main(["compare", *map(str, arguments)])


def sides(old: Path, new: Path, *more: str | Path) -> int:
    return compare("--baseline", old, "--current", new, *more)


def told(old: Path, new: Path, out: Out, *more: str | Path) -> tuple[int, dict[str, Any]]:
    code = sides(old, new, "--format", "json", *more)
    return code, json.loads(out.readouterr().out)


# --- verdicts and codes


def test_the_old_command_line(tmp_path: Path, capsys: Out) -> None:
    old, new = trees(tmp_path)
    file = tmp_path / "results" / "comparison.json"
    code = compare(
        "--current", new, "--baseline", old, "--threshold", "10", "--output", file, "--format", "json"
    )
    assert code == 1
    report = document.from_json(file.read_text(), str(file))
    assert {one.id: one.verdict.value for one in report.benchmarks} == {
        "slow": "regressed",
        "fast": "improved",
        "same": "inconclusive",
        "other": "inconclusive",
        "gone": "removed",
        "added": "new",
    }
    assert (report.verdict.value, report.counts["compared"], report.fails_job) == ("regressed", 4, True)
    assert report.baseline.what == str(old) and set(report.baseline.sha) == {"0"}
    said = capsys.readouterr()
    assert "1 of 4 benchmarks is slower by more than 10 %" in said.out
    assert said.err == ""


def test_json_has_the_schema_of_report_json(tmp_path: Path, capsys: Out) -> None:
    _, report = told(*trees(tmp_path), capsys)
    schema = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())
    jsonschema.validate(report, schema)


@pytest.mark.parametrize(
    ("fail_on", "faster_only", "expected"),
    [
        ("regression", False, 1),
        ("never", False, 0),
        ("regression", True, 0),
        ("inconclusive", True, 1),
    ],
)
def test_fail_on(tmp_path: Path, fail_on: str, faster_only: bool, expected: int) -> None:
    old, new = trees(tmp_path)
    if faster_only:
        suite(new, slow=SAME)
    assert sides(old, new, "--fail-on", fail_on) == expected


def test_the_same_code_measured_twice_is_not_red(tmp_path: Path, capsys: Out) -> None:
    """Half a run's worth of noise on one side, as noisy machines have it."""
    old = suite(tmp_path / "old", **{f"b{number}": SAME for number in range(20)})
    new = suite(tmp_path / "new", **{f"b{number}": SAME * (1 + 0.025 * number) for number in range(20)})
    code, report = told(old, new, capsys)
    assert (code, report["verdict"], report["counts"]["inconclusive"]) == (0, "inconclusive", 20)


def test_the_report_says_what_one_process_is_worth(tmp_path: Path, capsys: Out) -> None:
    old, new = trees(tmp_path)
    for form in ("text", "markdown", "html"):
        sides(old, new, *(() if form == "text" else ("--format", form)))
        said = capsys.readouterr().out.replace("\n  ", " ")
        assert "One process per side was measured" in " ".join(said.split())
        assert "70 %" in said and "87" in said, form


def test_an_allowance_of_one_s_own_is_taken_and_told(tmp_path: Path, capsys: Out) -> None:
    old, new = trees(tmp_path)
    _, report = told(old, new, capsys, "--allowance", "3%")
    verdicts = {one["id"]: one["verdict"] for one in report["benchmarks"]}
    assert (verdicts["other"], verdicts["same"]) == ("regressed", "unchanged")
    assert "3 % that --allowance states" in report["cautions"][0]


def test_the_threshold_may_come_from_the_environment(
    tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = trees(tmp_path)
    monkeypatch.setenv("REGRESSION_THRESHOLD", "500")
    assert told(old, new, capsys)[1]["threshold_percent"] == 500
    assert told(old, new, capsys, "--threshold", "7.5")[1]["threshold_percent"] == 7.5


# --- one tree


def one_tree(folder: Path, *names: str) -> Path:
    """Current's run as `new`, and other runs saved under these names."""
    tree = suite(folder / "tree", slow=SLOWER, same=SAME * 1.02)
    for number, name in enumerate(names):
        put(tree, "slow", samples(SAME + number), names=(name,))
        put(tree, "same", samples(SAME + number), names=(name,))
    return tree


def test_one_tree_is_compared_with_the_baseline_saved_in_it(tmp_path: Path, capsys: Out) -> None:
    tree = one_tree(tmp_path, "main")
    (tmp_path / "link").symlink_to(tree)
    for same in (tree, tmp_path / "link", tree / ".." / "tree"):
        code, report = told(same, tree, capsys)
        assert (code, report["verdict"]) == (1, "regressed")
        assert "`main` saved in" in report["baseline"]["what"]


def test_several_baselines_want_a_choice(tmp_path: Path, capsys: Out) -> None:
    tree = one_tree(tmp_path, "main", "v1")
    assert sides(tree, tree) == 2
    assert "`main`, `v1`" in capsys.readouterr().err
    code, report = told(tree, tree, capsys, "--baseline-name", "v1")
    assert code == 1 and "`v1` saved in" in report["baseline"]["what"]


def test_criterion_s_own_base_counts_where_nothing_else_is_saved(tmp_path: Path, capsys: Out) -> None:
    tree = one_tree(tmp_path, "base")
    assert "`base` saved in" in told(tree, tree, capsys)[1]["baseline"]["what"]
    tree = one_tree(tmp_path, "base", "main")
    assert "`main` saved in" in told(tree, tree, capsys)[1]["baseline"]["what"]


def test_what_the_last_run_saved_itself_is_no_baseline(tmp_path: Path, capsys: Out) -> None:
    tree = one_tree(tmp_path, "main")
    for name, time_ns in (("slow", SLOWER), ("same", SAME * 1.02)):
        put(tree, name, samples(time_ns), names=("base", "feature"))
    assert "`main` saved in" in told(tree, tree, capsys)[1]["baseline"]["what"]
    assert sides(tree, tree, "--baseline-name", "feature") == 3
    assert "is the last run itself" in capsys.readouterr().err


def test_a_tree_without_a_baseline_or_with_copies_only_says_nothing(tmp_path: Path, capsys: Out) -> None:
    tree = one_tree(tmp_path)
    assert sides(tree, tree) == 3
    assert "--save-baseline main" in capsys.readouterr().err
    put(tree, "slow", samples(SLOWER), names=("base",))
    put(tree, "same", samples(SAME * 1.02), names=("base",))
    assert sides(tree, tree) == 3
    assert "`base` is the last run itself" in capsys.readouterr().err


def test_what_did_not_run_again_is_not_reached(tmp_path: Path, capsys: Out) -> None:
    tree = one_tree(tmp_path, "main")
    put(tree, "filtered", names=("new", "main"))
    _, report = told(tree, tree, capsys)
    assert {one["id"]: one["verdict"] for one in report["benchmarks"]}["filtered"] == "not-reached"


def test_a_baseline_by_name_in_another_tree(tmp_path: Path, capsys: Out) -> None:
    tree = one_tree(tmp_path, "main")
    other = suite(tmp_path / "other", slow=SLOWER, same=SAME)
    code, report = told(tree, other, capsys, "--baseline-name", "main")
    assert (code, report["counts"]["compared"]) == (1, 2)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "unknown", "new"])
def test_a_baseline_that_is_not_there(tmp_path: Path, capsys: Out, name: str) -> None:
    tree = one_tree(tmp_path, "main")
    assert sides(tree, tree, "--baseline-name", name) == 2
    assert "--baseline-name" in capsys.readouterr().err


def test_copies_on_both_sides_are_told(tmp_path: Path, capsys: Out) -> None:
    old, new = suite(tmp_path / "a", x=SAME), suite(tmp_path / "b", x=SAME)
    code, report = told(old, new, capsys)
    assert code == 0
    assert "one measurement, copied" in report["benchmarks"][0]["reason"]


# --- nothing, and nonsense


def test_nothing_found_says_what_to_check(tmp_path: Path, capsys: Out) -> None:
    (tmp_path / "empty").mkdir()
    full = suite(tmp_path / "full", a=SAME)
    assert sides(tmp_path / "empty", full, "--output", tmp_path / "report.json") == 3
    said = capsys.readouterr()
    assert "`--baseline`" in said.err and "`--current`" not in said.err
    assert "cargo bench" in said.err and "target/criterion" in said.err
    assert said.out == "" and not (tmp_path / "report.json").exists()


def test_nothing_in_common_says_what_was_found(tmp_path: Path, capsys: Out) -> None:
    assert sides(suite(tmp_path / "a", x=1, y=1), suite(tmp_path / "b", z=1)) == 3
    said = capsys.readouterr().err
    assert "1 only on current, 2 only on baseline" in said and "`x`" in said


def test_all_bad_usage_is_told_together(tmp_path: Path, capsys: Out) -> None:
    code = compare("--current", tmp_path, "--threshold", "ten", "--fail-on", "always", "--allowance", "-1")
    assert code == 2
    said = capsys.readouterr().err
    assert all(word in said for word in ("--baseline", "--threshold", "--fail-on", "--allowance"))
    assert sides(tmp_path / "no", tmp_path / "way") == 2
    said = capsys.readouterr().err
    assert "`--baseline`" in said and "`--current`" in said


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--baseline", "x"),
        ("a.json",),
        ("a.json", "b.json", "c.json"),
        ("a.json", "b.json", "--current", "x"),
        ("a.json", "b.json", "--baseline-name", "x"),
        ("a.json", "b.json", "--format", "html"),
        ("a.json", "b.json", "--allowance", "5"),
    ],
)
def test_other_bad_usage(arguments: tuple[str, ...], capsys: Out) -> None:
    assert compare(*arguments) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_nothing_is_overwritten_when_failing(tmp_path: Path) -> None:
    output = tmp_path / "report.json"
    output.write_text("precious")
    old, new = trees(tmp_path)
    assert sides(old, tmp_path / "missing", "--output", output) == 2
    assert sides(old, new, "--threshold", "0", "--output", output) == 2
    assert output.read_text() == "precious"
    assert sides(old, new, "--output", output) == 1
    assert output.read_text().startswith("{")
    assert [path.name for path in tmp_path.iterdir() if ".tmp" in path.name] == []


def test_an_output_that_cannot_be_written(tmp_path: Path, capsys: Out) -> None:
    old, new = trees(tmp_path)
    (tmp_path / "file").touch()
    assert sides(old, new, "--output", tmp_path / "file" / "report.json") in (2, 4)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.md", "### "), ("a.html", "<!doctype html>"), ("a.json", "{"), ("a.txt", "{"), ("a", "{")],
)
def test_the_format_goes_by_the_name_of_the_output(tmp_path: Path, name: str, start: str) -> None:
    old, new = trees(tmp_path)
    sides(old, new, "--output", tmp_path / "out" / name)
    assert (tmp_path / "out" / name).read_text().strip().startswith(start)


# --- damaged and hostile


def test_a_damaged_file_fails_its_row_and_the_others_are_judged(tmp_path: Path, capsys: Out) -> None:
    old, new = trees(tmp_path)
    file = new / "same" / "new" / "sample.json"
    file.write_bytes(file.read_bytes()[:100])
    (old / "other" / "new" / "sample.json").write_text('{"iters": [1.0], "times": [NaN]}')
    code, report = told(old, new, capsys)
    rows = {one["id"]: one for one in report["benchmarks"]}
    assert (rows["same"]["verdict"], rows["same"]["fails"]) == ("failed", True)
    assert "same/new/sample.json" in rows["same"]["reason"]
    assert (rows["other"]["verdict"], rows["other"]["fails"]) == ("failed", False)
    assert (rows["slow"]["verdict"], rows["fast"]["verdict"], code) == ("regressed", "improved", 1)


def test_two_targets_with_one_id_are_ambiguous(tmp_path: Path, capsys: Out) -> None:
    old, new = trees(tmp_path)
    put(new, "same", folder="crate/bench/same")
    _, report = told(old, new, capsys)
    (row,) = [one for one in report["benchmarks"] if one["id"] == "same"]
    assert row["verdict"] == "ambiguous"
    assert "`crate/bench/same`" in row["reason"] and "`same`" in row["reason"]


def test_results_of_an_earlier_run_are_pointed_out(tmp_path: Path, capsys: Out) -> None:
    old, new = trees(tmp_path)
    os.utime(new / "same" / "new" / "sample.json", (1e9, 1e9))
    _, report = told(old, new, capsys)
    assert any("1 of 5 results on current are more than a day older" in one for one in report["cautions"])


HOSTILE = "<script>alert(1)</script> | `x` @everyone \x1b[31m\u202e ::error::x\n# title"


def test_hostile_names_stay_text(tmp_path: Path, capsys: Out) -> None:
    old = put(tmp_path / "old", HOSTILE, samples(SAME), folder="x").parent
    new = put(tmp_path / "new", HOSTILE, samples(SLOWER), folder="x").parent
    for form in ("markdown", "html", "text"):
        assert sides(old, new, *(() if form == "text" else ("--format", form))) == 1
        said = capsys.readouterr().out
        assert "\x1b" not in said and "\u202e" not in said and "\n# title" not in said
        assert not any(line.startswith("::error") for line in said.splitlines())
        assert form == "text" or "<script>alert" not in said.replace("`<script>alert", "")


NAMES = st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable())


@given(
    st.dictionaries(NAMES, st.tuples(st.floats(1, 1e6), st.floats(1, 1e6)), min_size=1, max_size=6),
    st.sampled_from(["json", "markdown", "html"]),
)
def test_any_names_and_times_are_reported(
    tmp_path_factory: pytest.TempPathFactory, suite_of: dict[str, tuple[float, float]], form: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for number, (name, times) in enumerate(suite_of.items()):
        for side, time_ns in zip(("old", "new"), times, strict=True):
            put(folder / side, name, samples(time_ns), folder=str(number))
    output = folder / "report"
    code = sides(folder / "old", folder / "new", "--format", form, "--output", output)
    assert code in (0, 1) and output.stat().st_size > 0
    if form == "json":
        report = document.from_json(output.read_text(encoding="utf-8"), "it")
        assert {one.id for one in report.benchmarks} == set(suite_of)


def test_as_a_process(tmp_path: Path) -> None:
    old, new = trees(tmp_path)
    command = [sys.executable, "-m", "benchmark_ci", "compare", "--baseline", str(old), "--current", str(new)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONUTF8": "0"})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and "regressed" in done.stdout
