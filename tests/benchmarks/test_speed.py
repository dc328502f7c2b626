"""When a speed is missed."""

from __future__ import annotations

import pytest

from benchmarks.speed.proofs import Proved
from benchmarks.speed.wall import CASES, Kind, Raced

BY_KIND = {case.kind: case for case in CASES}


@pytest.mark.parametrize(("benchmarks", "limit"), [(0, 2.0), (10, 3.4), (500, 72.0)])
def test_a_proof_may_take_two_seconds_and_seventy_milliseconds_a_benchmark_and_side(
    benchmarks: int, limit: float
) -> None:
    assert Proved(suite="a/b", benchmarks=benchmarks, identical=0, seconds=1).limit_seconds == limit


@pytest.mark.parametrize(
    ("kind", "ours", "timed", "build", "missed"),
    [
        ("every benchmark changed", 50.0, 9, 20.0, False),
        ("every benchmark changed", 51.0, 9, 20.0, True),
        ("an ordinary commit", 20.0, 3, 10.0, False),
        ("an ordinary commit", 21.0, 3, 10.0, True),
        ("nothing changed", 30.0, 0, 27.0, False),
        ("nothing changed", 30.0, 3, 27.0, True),  # nothing changed, and yet something was timed
        ("nothing changed", 30.0, 0, 20.0, True),  # neither building nor proving
    ],
)
def test_a_race_is_lost_by_its_ratio_and_where_nothing_changed_by_doing_more(
    kind: Kind, ours: float, timed: int, build: float, missed: bool
) -> None:
    raced = Raced(
        case=BY_KIND[kind],
        benchmarks=9,
        timed=timed,
        verdict="identical",
        load_average=0,
        classic=100 if BY_KIND[kind].most else None,
        ours=ours,
        build=build,
        proof=1,
        measuring=0,
    )
    assert raced.missed is missed
