"""docs/compare.md says what the command does."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark_ci.judge.single import ALLOWANCE_PERCENT
from benchmark_ci.model import Endpoint
from benchmarks.single import apart_percent, processes
from tests.engine import shared_folder
from tests.test_docs import offered, rows, section, unquoted

DOCUMENT = Path(__file__).parents[2] / "docs" / "compare.md"


def test_every_flag_is_documented() -> None:
    documented = [unquoted(row[0]).removeprefix("--") for row in rows(section(DOCUMENT, "Flags of compare"))]
    assert len(documented) == len(set(documented))
    assert set(documented) == offered("compare")


def test_the_allowance_is_the_code_s() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    floor, typical = (ALLOWANCE_PERCENT[one] for one in Endpoint)
    assert f"**{floor:g} %** in the floor, **{typical:g} %** in the typical time" in text
    assert f"{floor:g}, or {typical:g} where samples" in text


def test_the_allowance_is_what_was_measured() -> None:
    folder = shared_folder()
    if folder is None or not (folder / "data" / "noise" / "noise1.jsonl.xz").exists():
        pytest.skip("the measured processes are not on this machine")
    ran = processes(folder / "data" / "noise" / "noise1.jsonl.xz")
    text = DOCUMENT.read_text(encoding="utf-8")
    for endpoint in Endpoint:
        apart = apart_percent(ran, endpoint)
        assert 0.97 * ALLOWANCE_PERCENT[endpoint] <= apart[0.99] <= ALLOWANCE_PERCENT[endpoint]
        assert all(f"{value:.1f} %" in text for value in apart.values())
