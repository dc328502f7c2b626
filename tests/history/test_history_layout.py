from __future__ import annotations

import pytest

from benchmark_ci.history.course import MOST_POINTS, courses
from benchmark_ci.history.file import append
from benchmark_ci.history.layout import HistoryFile, newest_first, path, place
from benchmark_ci.model import HistoryPoint
from tests.history.samples import PARSE, RENDER, point, sha


def history_file(name: str, content: bytes) -> HistoryFile:
    def lines() -> list[bytes]:
        return content.splitlines(keepends=True)

    return HistoryFile(name, lines)


def branch(*points: HistoryPoint) -> list[HistoryFile]:
    files: dict[str, bytes] = {}
    for one in points:
        name = path(one, 1)
        files[name] = append(files.get(name, b""), one, name)
    return [history_file(name, held) for name, held in files.items()]


def shas(points: list[HistoryPoint]) -> list[int]:
    return [int(one.sha, 16) for one in points]


def test_where_a_point_stands() -> None:
    assert path(point(1), 1) == "points/2026-03/02.jsonl"
    assert path(point(1), 3) == "points/2026-03/02.3.jsonl"
    assert path(point(1, event="release", tag="v1"), 1) == "releases/2026.jsonl"
    for name in ("points/2026-03/02.jsonl", "points/2026-03/02.3.jsonl", "releases/2026.12.jsonl"):
        assert place(name)
    for name in ("README.md", "points/2026-03/02.0.jsonl", "points/../x.jsonl", "x/points/2026-03/02.jsonl"):
        assert place(name) is None


def test_the_newest_come_first_releases_among_them() -> None:
    days = [point(n, time=f"2026-03-{n:02}T00:00:00Z") for n in (1, 2, 3)]
    release = point(9, event="release", tag="v1.0.0", time="2026-03-02T12:00:00Z")
    assert shas(list(newest_first(branch(*days, release)))) == [3, 9, 2, 1]
    assert shas(list(newest_first(branch(*days, release), since="2026-03-02T06"))) == [3, 9]
    assert shas(list(newest_first(branch(*days, release), since="2026"))) == [3, 9, 2, 1]


def test_the_number_of_a_file_is_a_number() -> None:
    files = [
        history_file(f"points/2026-03/02{number}.jsonl", append(b"", point(index), "x"))
        for index, number in enumerate(["", ".2", ".9", ".10"], start=1)
    ]
    assert shas(list(newest_first(files))) == [4, 3, 2, 1]


def test_a_later_attempt_takes_an_earlier_ones_place() -> None:
    again = point(1, run="1001.2", times_ns=(200.0, None))
    first, second = newest_first(branch(point(1), again, point(2)))
    assert shas([first, second]) == [2, 1] and second.times_ns[0] == 200.0
    other_series = point(1, series="CI / other")
    assert len(list(newest_first(branch(point(1), other_series)))) == 2


def course_of(*points: HistoryPoint, series: str = "CI / benchmark") -> dict[str, tuple[float, ...]]:
    found = courses(list(newest_first(branch(*points))), (PARSE, RENDER), series)
    return {one.id: one.levels_percent for one in found}


def test_a_course_multiplies_changes_and_identical_ones_carry_on() -> None:
    changes = [(5.0, 0.0), (10.0, 0.0), (0.0, 0.0), (-50.0, 0.0)]
    found = course_of(*(point(n, changes_percent=change) for n, change in enumerate(changes, start=1)))
    assert found["parse/64"] == pytest.approx((0, 10, 10, -45))
    assert found["render"] == (0, 0, 0, 0)


def test_a_course_follows_baselines_not_times() -> None:
    """Two pushes that were both measured against the first one."""
    points = [
        point(1, changes_percent=(0.0, None)),
        point(2, changes_percent=(10.0, None)),
        point(3, baseline=sha(1), changes_percent=(20.0, None)),
    ]
    (found,) = courses(list(newest_first(branch(*points))), (PARSE, RENDER), "CI / benchmark")
    assert found.levels_percent == pytest.approx((0, 10, 20)) and found.gaps == ()
    assert (found.since, found.until) == ("2026-03-02T00:01:00Z", "2026-03-02T00:03:00Z")


def test_what_is_missing_between_two_points_is_a_gap() -> None:
    points = [point(1), point(2, changes_percent=(10.0, 0.0)), point(9, changes_percent=(10.0, 0.0))]
    (found, _) = courses(list(newest_first(branch(*points))), (PARSE, RENDER), "CI / benchmark")
    assert found.gaps == (2,) and found.levels_percent == pytest.approx((0, 10, 21))


def test_a_course_is_of_one_series_and_of_pushes() -> None:
    here, there = point(1, changes_percent=(1.0, None)), point(2, series="other", changes_percent=(2.0, None))
    release = point(5, event="release", tag="v1", changes_percent=(70.0, None))
    assert course_of(here, there, release) == {"parse/64": (0.0,)}
    assert course_of(there, release, series="new") == {"parse/64": (0.0,)}
    assert course_of(release, point(6, event="release", baseline=sha(5), changes_percent=(50.0, None))) == {
        "parse/64": (0.0, 50.0)
    }


def test_a_course_has_an_end() -> None:
    found = course_of(*(point(number) for number in range(1, 3 * MOST_POINTS)))
    assert {len(levels) for levels in found.values()} == {MOST_POINTS}
