"""The report on a terminal."""

import pytest

from benchmark_ci.model import Overall, Verdict
from benchmark_ci.report.terminal import text
from tests.report import samples
from tests.report.samples import measured, report, unmeasured


def test_verdict_comes_first() -> None:
    assert text(samples.small(), 100).startswith("❌ 1 of 5 benchmarks is slower by more than 10 %")


@pytest.mark.parametrize("width", [0, 40, 80, 200])
def test_table_keeps_to_its_width(width: int) -> None:
    given = report([measured("x" * 300, Verdict.REGRESSED, 20.0)])
    row = next(line for line in text(given, width).splitlines() if line.startswith("regressed"))
    assert len(row) <= max(width, 56 + 24 + 8)


def test_strangers_cannot_control_the_terminal() -> None:
    evil = "\x1b[2J\u202e\rname"
    given = report([unmeasured(evil, Verdict.FAILED, evil, last_lines=evil)], cautions=(evil,), error=evil)
    assert not {"\x1b", "\r", "\u202e"} & set(text(given, 80))


def test_failed_run() -> None:
    said = text(report(verdict=Overall.FAILED, error="It broke.", remedy="Mend it."), 80)
    assert said.startswith("❌ No verdict, because the run failed\n")
    assert "It broke.\nMend it.\n" in said
