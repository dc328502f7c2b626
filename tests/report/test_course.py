"""The small line of a benchmark's recent course in the page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from benchmark_ci.model import Course, History, Report, Verdict
from benchmark_ci.report.course import HEIGHT, WIDTH, sparklines
from benchmark_ci.report.page import page
from benchmark_ci.run import judge
from tests.engine import bench, processes, recording
from tests.report.samples import measured, report


def course(*levels: float, **more: Any) -> Course:
    fields = {
        "id": "one",
        "package": "quantizer",
        "target": "quantize",
        "since": "2026-02-01T00:00:00Z",
        "until": "2026-03-02T00:00:00Z",
        "levels_percent": levels,
    }
    return Course.model_validate(fields | more)


def with_courses(*courses: Course) -> Report:
    benchmarks = [measured("one", Verdict.UNCHANGED, 0.5), measured("two", Verdict.UNCHANGED, 0.5)]
    return report(benchmarks).model_copy(update={"courses": courses})


def test_without_a_history_the_page_has_no_such_column() -> None:
    drawn = page(with_courses())
    assert ">Course<" not in drawn and "polyline points" not in drawn


def test_each_benchmark_that_has_one_is_drawn() -> None:
    drawn = page(with_courses(course(0, 3, -1.25)))
    assert ">Course</th>" in drawn and drawn.count("<svg class=") == 1
    assert "−1.2 % over 3 points, 2026-02-01 to 2026-03-02" in drawn
    (points,) = re.findall(r'<polyline points="([^"]+)"', drawn)
    assert len(points.split()) == 3


def test_a_course_of_a_benchmark_that_is_not_shown_makes_no_column() -> None:
    assert ">Course</th>" not in page(with_courses(course(0, 1, id="elsewhere")))


@pytest.mark.parametrize(
    "levels", [(0.0,), (0.0, 0.0), (0.0, 900.0, -99.0), tuple(float(n) for n in range(30))]
)
def test_everything_lies_in_the_drawing(levels: tuple[float, ...]) -> None:
    (line,) = sparklines(with_courses(course(*levels))).values()
    points = [tuple(map(float, pair.split(","))) for one in line.lines for pair in one.split()]
    for x, y in [*points, (line.last_x, line.last_y)]:
        assert 0 <= x <= WIDTH and 0 <= y <= HEIGHT


def test_slower_goes_up_and_a_gap_breaks_the_line() -> None:
    (line,) = sparklines(with_courses(course(0, 50, 60, 70, gaps=(2,)))).values()
    assert [len(one.split()) for one in line.lines] == [2, 2]
    first, second = (float(pair.split(",")[1]) for pair in line.lines[0].split())
    assert second < first


def test_what_a_recording_holds_of_the_history_is_told_and_judges_nothing() -> None:
    measured_once = recording(processes(bench("one"), [(100.0, 101.0)] * 9))
    said = History(courses=(course(0, 900),), caution="The history was not read: x.")
    plain, _ = judge(measured_once)
    told, _ = judge(measured_once.model_copy(update={"history": said}))
    assert told.courses == said.courses and said.caution in told.cautions
    assert told.model_copy(update={"courses": (), "cautions": plain.cautions}) == plain
