"""docs/history.md says what the format is."""

from __future__ import annotations

import pytest

from benchmark_ci.history import lines
from benchmark_ci.history.file import append
from benchmark_ci.model import Noun
from tests.history.samples import point
from tests.test_docs import DOCS, fenced, offered, rows, section, unquoted

HISTORY = DOCS / "history.md"
KINDS: dict[str, type[Noun]] = {
    "history": lines.HeaderLine,
    "benchmarks": lines.BenchmarksLine,
    "machine": lines.MachineLine,
    "point": lines.PointLine,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_line_is_documented(kind: str) -> None:
    documented = [unquoted(row[0]) for row in rows(section(HISTORY, f"`{kind}`"))]
    assert documented == list(KINDS[kind].model_fields)


def test_the_file_that_is_shown_is_one() -> None:
    (shown,) = fenced(HISTORY, "json")
    assert shown == append(b"", point(1), "shown").decode()


def test_every_flag_of_the_command_is_documented() -> None:
    documented = {unquoted(row[0]).removeprefix("--") for row in rows(section(HISTORY, "Reading it"))}
    assert documented == offered("history")
