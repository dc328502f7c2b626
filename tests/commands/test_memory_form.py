"""`benchmark-ci compare BASELINE.json CURRENT.json`: the older form, for memory results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.cli import main
from benchmark_ci.report import document

Out = pytest.CaptureFixture[str]
ENTRY = {
    "implementation": "rust",
    "model_size": "large",
    "bit_width": 4,
    "peak_memory_mb": 200.0,
    "baseline_memory_mb": 50.0,
    "quantization_memory_mb": 150.0,
    "quantization_time_s": 2.0,
    "timestamp": "2026-01-05T09:30:00",
}


def lists(folder: Path, baseline: Any, current: Any) -> tuple[str, str]:
    for name, content in (("old.json", baseline), ("new.json", current)):
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / name).write_bytes(raw)
    return str(folder / "old.json"), str(folder / "new.json")


def compare(files: tuple[str, str], *more: str) -> int:
    return main(["compare", *files, *more])


@pytest.mark.parametrize("column", ["peak_memory_mb", "quantization_memory_mb", "quantization_time_s"])
def test_growth_in_any_column_warns_and_fails_only_where_asked(
    tmp_path: Path, capsys: Out, column: str
) -> None:
    files = lists(tmp_path, [ENTRY], [ENTRY | {column: ENTRY[column] * 1.5}])  # type: ignore[operator]
    assert compare(files) == 0
    said = capsys.readouterr().out
    assert "1 of 3 numbers is larger by more than 10 %" in said and "+50.0 %" in said and column in said
    assert compare(files, "--fail-on", "regression") == 1
    assert compare(files, "--fail-on", "never") == 0
    assert compare(files, "--fail-on", "regression", "--threshold", "60") == 0


def test_what_the_process_held_before_is_not_judged(tmp_path: Path) -> None:
    files = lists(tmp_path, [ENTRY], [ENTRY | {"baseline_memory_mb": 500.0}])
    assert compare(files, "--fail-on", "regression") == 0


def test_json_has_the_schema_of_report_json(tmp_path: Path, capsys: Out) -> None:
    grown = ENTRY | {"peak_memory_mb": 400.0}
    files = lists(tmp_path, [ENTRY, ENTRY | {"bit_width": 8}], [grown, ENTRY | {"bit_width": 2}])
    output = tmp_path / "out" / "memory.json"
    assert compare(files, "--output", str(output)) == 0
    report = document.from_json(output.read_text(), "it")
    told = {(one.id, one.target): one.verdict.value for one in report.benchmarks}
    assert told == {
        ("rust/large/4", "peak_memory_mb"): "regressed",
        ("rust/large/4", "quantization_memory_mb"): "unchanged",
        ("rust/large/4", "quantization_time_s"): "unchanged",
        ("rust/large/8", ""): "removed",
        ("rust/large/2", ""): "new",
    }
    assert "1 of 3 numbers" in capsys.readouterr().out


def test_markdown_keeps_names_as_text(tmp_path: Path, capsys: Out) -> None:
    odd = ENTRY | {"implementation": "<b>`|@x\u202e\x1b[31m"}
    assert compare(lists(tmp_path, [odd], [odd | {"peak_memory_mb": 1000.0}]), "--format", "markdown") == 0
    said = capsys.readouterr().out
    assert "\u202e" not in said and "\x1b" not in said and r"\|@x" in said
    assert "| grew |" in said


def test_no_numbers_are_lost_when_a_column_is_missing_or_zero(tmp_path: Path, capsys: Out) -> None:
    less = {name: value for name, value in ENTRY.items() if name != "quantization_time_s"}
    zero = ENTRY | {"quantization_memory_mb": 0}
    assert compare(lists(tmp_path, [zero], [less]), "--format", "json") == 0
    rows = {one["target"]: one for one in json.loads(capsys.readouterr().out)["benchmarks"]}
    assert rows["quantization_time_s"]["verdict"] == "removed"
    assert (rows["quantization_memory_mb"]["verdict"], rows["quantization_memory_mb"]["reason"]) == (
        "regressed",
        "0 → 150 MB",
    )


def test_entries_that_cannot_be_told_apart_are_ambiguous(tmp_path: Path, capsys: Out) -> None:
    other = ENTRY | {"implementation": "python"}
    assert compare(lists(tmp_path, [ENTRY, ENTRY, other], [ENTRY, other]), "--format", "json") == 0
    rows = {one["id"]: one["verdict"] for one in json.loads(capsys.readouterr().out)["benchmarks"]}
    assert rows == {"rust/large/4": "ambiguous", "python/large/4": "unchanged"}


@pytest.mark.parametrize(("old", "new"), [([], []), ([ENTRY], []), ([ENTRY], [ENTRY | {"bit_width": 8}])])
def test_nothing_in_common(tmp_path: Path, capsys: Out, old: Any, new: Any) -> None:
    assert compare(lists(tmp_path, old, new)) == 3
    assert "bit_width" in capsys.readouterr().err


BAD = {
    "nothing": b"",
    "cut off": json.dumps([ENTRY]).encode()[:-9],
    "no list": {"a": 1},
    "a list of numbers": [1, 2],
    "words": [ENTRY | {"peak_memory_mb": "much"}],
    "a number in quotes": [ENTRY | {"peak_memory_mb": "12"}],
    "true": [ENTRY | {"peak_memory_mb": True}],
    "NaN": b'[{"implementation": "x", "peak_memory_mb": NaN}]',
    "Infinity": b'[{"implementation": "x", "peak_memory_mb": 1e999}]',
    "negative": [ENTRY | {"quantization_time_s": -1}],
    "not UTF-8": b'[{"implementation": "\xff"}]',
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_bad_lists_are_named_and_nothing_is_written(tmp_path: Path, capsys: Out, content: Any) -> None:
    files = lists(tmp_path, content, content)
    output = tmp_path / "out.json"
    assert compare(files, "--output", str(output)) == 2
    said = capsys.readouterr().err
    assert files[0] in said and files[1] in said and "Traceback" not in said
    assert not output.exists()


def test_missing_files_and_folders_are_named(tmp_path: Path, capsys: Out) -> None:
    assert compare((str(tmp_path / "no.json"), str(tmp_path))) == 2
    said = capsys.readouterr().err
    assert "no.json" in said and "--baseline" in said


@given(st.binary(max_size=100))
def test_any_bytes_are_refused_or_compared(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    assert compare(lists(tmp_path_factory.mktemp("any"), content, [ENTRY])) in (2, 3)


NUMBERS = st.floats(0, 1e12)


@given(NUMBERS, NUMBERS, st.floats(0.1, 1000))
def test_any_numbers_are_judged_by_the_threshold(
    tmp_path_factory: pytest.TempPathFactory, old: float, new: float, threshold: float
) -> None:
    row = {"implementation": "x"}
    files = lists(
        tmp_path_factory.mktemp("any"), [row | {"peak_memory_mb": old}], [row | {"peak_memory_mb": new}]
    )
    code = compare(files, "--fail-on", "regression", f"--threshold={threshold:.3f}")
    limit = old * (1 + round(threshold, 3) / 100)
    assert code in (0, 1)
    if old > 1e-9 and abs(new - limit) > 1e-6 * limit:
        assert code == int(new > limit)


def test_a_list_is_not_compared_with_itself(tmp_path: Path, capsys: Out) -> None:
    old, _ = lists(tmp_path, [ENTRY], [ENTRY])
    link = tmp_path / "link.json"
    link.symlink_to(old)
    for other in (old, str(link)):
        assert compare((old, other)) == 3
        said = capsys.readouterr()
        assert said.out == "" and "comparing a list with itself says nothing" in said.err
    assert compare(lists(tmp_path, [ENTRY], [ENTRY])) == 0, "equal numbers of two runs are an answer"


def test_entries_without_a_figure_are_no_empty_lists(tmp_path: Path, capsys: Out) -> None:
    assert compare(lists(tmp_path, [{"implementation": "rust"}], [{"implementation": "rust"}])) == 3
    assert "neither has a figure" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_a_bad_input(tmp_path: Path, capsys: Out) -> None:
    assert compare(lists(tmp_path, [ENTRY], [ENTRY]), "--output", str(tmp_path)) == 2
    said = capsys.readouterr()
    assert said.out == "" and f"Flag `--output`: `{tmp_path}` cannot be written" in said.err
    assert len(said.err.splitlines()) == 2
