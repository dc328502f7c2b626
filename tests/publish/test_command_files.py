from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.publish.files import SUMMARY_BYTES, write_outputs, write_summary
from tests.doubles.runner_grammar import read_key_values

NASTY = {
    "verdict": "regressed",
    "a": "line\nEOF\nghadelimiter_x\n",
    "b": "k=v<<EOF\n%0A::error::",
    "c": "carriage\rreturn\r\n",
    "d": "",
    "e": "\n",
    "f": "𝕌nicode  ",
}


def test_values_arrive_exactly(tmp_path: Path) -> None:
    file = tmp_path / "output"
    file.write_text("earlier=1")  # without a line feed at its end
    assert write_outputs(file, NASTY) is None
    assert write_outputs(file, {"later": "2"}) is None
    assert read_key_values(file.read_bytes().decode()) == {"earlier": "1", **NASTY, "later": "2"}


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z0-9_-]+", fullmatch=True), st.text(st.characters(exclude_categories=["Cs"]))
    )
)
def test_any_value_arrives_exactly(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]) -> None:
    file = tmp_path_factory.mktemp("outputs") / "output"
    file.touch()
    assert write_outputs(file, values) is None
    assert read_key_values(file.read_bytes().decode()) == values


@pytest.mark.parametrize("name", ["a=b", "a<<b", "a\nb", "", "ä"])
def test_a_bad_name_is_left_out_and_said(tmp_path: Path, name: str) -> None:
    file = tmp_path / "output"
    file.touch()
    refusal = write_outputs(file, {name: "x", "good": "y"})
    assert refusal is not None
    assert read_key_values(file.read_text()) == {"good": "y"}


def test_what_cannot_be_written_is_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "target").touch()
    os.mkfifo(tmp_path / "pipe")
    for path in (None, tmp_path / "missing", tmp_path / "link", tmp_path / "pipe", tmp_path):
        assert write_outputs(path, {"a": "b"}) is not None, path
        assert write_summary(path, "text") is not None or path == tmp_path / "never", path
    assert (tmp_path / "target").read_bytes() == b""


def test_a_summary_is_cut_to_bytes_and_closed(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    file.write_text("from before\n")
    text = (
        "# Verdict\n<details><summary>all</summary>\n\n```\n" + "zwölf ▲ 𝕌\n" * 200_000 + "```\n</details>\n"
    )
    assert write_summary(file, text) is None
    written = file.read_bytes()
    assert SUMMARY_BYTES - 1000 < len(written) <= SUMMARY_BYTES
    end = written.decode()[-300:]
    assert "```\n\n</details>" in end
    assert "did not fit" in end


def test_a_summary_that_fits_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    file.touch()
    assert write_summary(file, "| a |\n") is None
    assert file.read_text() == "| a |\n"
