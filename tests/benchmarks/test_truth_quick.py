"""The study's quick form, live: it demands only what cannot be noise."""

from __future__ import annotations

import pytest

from benchmarks.truth import quick, study


@pytest.mark.cargo
@pytest.mark.slow
def test_no_red_among_equal_benchmarks_and_a_large_slowdown_is_found() -> None:
    answer = quick.quick(study.WORK)

    assert len(answer.verdicts) == quick.REPETITIONS
    assert answer.sound, str(answer)
