"""Times of slow benchmarks: from a rule of benchmark-ci.toml to the flags and the limit of a process."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.build.executable import Executable
from benchmark_ci.judge.panel import Panel
from benchmark_ci.measure.timing import FEWEST_SAMPLES, LONG, MOST_SAMPLES, SHORT, timing_for
from benchmark_ci.measure.unit import FIRST_LIMIT_SECONDS, LONGEST_LIMIT_SECONDS, units_of
from benchmark_ci.model import Config, LimitRule, Side, TimesRule
from tests.engine import bench, discovered, stand_in
from tests.measure.test_rounds import Bench


def config(**patterns: dict[str, float]) -> Config:
    rules = tuple(
        TimesRule.model_validate({"pattern": one, "line": line, **times})
        for line, (one, times) in enumerate(patterns.items(), start=1)
    )
    return Config(path="benchmark-ci.toml", side=Side.CURRENT, times=rules)


@pytest.mark.parametrize(
    ("iteration_ns", "seconds", "samples"),
    [(100, 2.0, 100), (2_000_000, 2.0, 100), (10_000_000, 2.0, 40), (100_000_000, 2.0, 20), (5e9, 2.0, 10)],
)
def test_a_process_measures_as_long_as_it_is_told(iteration_ns: float, seconds: float, samples: int) -> None:
    for number in (1, 20):
        timing = timing_for(iteration_ns, number, seconds)
        assert (timing.warm_up_seconds, timing.measurement_seconds) == (1.0, 2.0)
        assert timing.samples == samples


@given(st.floats(1, 1e12), st.integers(1, 60), st.floats(0.01, 60))
def test_criterion_takes_whatever_comes_out(iteration_ns: float, number: int, seconds: float) -> None:
    assert FEWEST_SAMPLES <= timing_for(iteration_ns, number, seconds).samples <= MOST_SAMPLES


def test_without_a_rule_times_are_short() -> None:
    assert timing_for(100, 1).measurement_seconds == SHORT.measurement_seconds
    assert timing_for(100, 20).measurement_seconds == LONG.measurement_seconds


def executables(folder: Path, setup_seconds: float = 0.0) -> tuple[Executable, ...]:
    return tuple(
        stand_in(folder, side, {"a": 1, "b": 1, "c": 1}).model_copy(update={"setup_seconds": setup_seconds})
        for side in Side
    )


def test_a_process_may_take_as_long_as_the_file_says(tmp_path: Path) -> None:
    found = tuple(discovered(bench(name)) for name in "abc")
    rules = config(b={"limit_seconds": 3600})
    units = {unit.benchmarks[0].full_id: unit for unit in units_of(executables(tmp_path), found, 300, rules)}
    assert [units[name].limit_seconds for name in "abc"] == [FIRST_LIMIT_SECONDS, 3600, FIRST_LIMIT_SECONDS]


def test_only_benchmarks_of_like_times_share_a_process(tmp_path: Path) -> None:
    found = tuple(discovered(bench(name)) for name in "abc")
    dear = executables(tmp_path, setup_seconds=5)
    together = [{one.full_id for one in unit.benchmarks} for unit in units_of(dear, found, 300)]
    assert together == [{"a", "b", "c"}]
    rules = config(b={"measurement_seconds": 2})
    apart = [{one.full_id for one in unit.benchmarks} for unit in units_of(dear, found, 300, rules)]
    assert apart == [{"a", "c"}, {"b"}]


def test_measured_processes_have_the_times_and_keep_the_limit(tmp_path: Path) -> None:
    here = Bench(tmp_path)
    rules = config(slow={"measurement_seconds": 3, "limit_seconds": 700})
    found = here.run({"slow": 100, "quick": 100}, {"slow": 100, "quick": 100}, config=rules)
    judged = [one for one in here.calls(Side.CURRENT) if "--warm-up-time=0.05" not in one]
    slow = [one for one in judged if "slow" in one]
    assert slow and all("--warm-up-time=1.5 --measurement-time=3 " in one for one in slow)
    assert not any("--measurement-time=3 " in one for one in judged if "quick" in one)
    assert found.failures == ()
    assert LONGEST_LIMIT_SECONDS < 700


def test_a_hanging_benchmark_is_ended_at_the_file_s_limit(tmp_path: Path) -> None:
    rules = config(hangs={"limit_seconds": 1.5})
    found = Bench(tmp_path).run({"hangs": 100}, {"hangs": "hang"}, config=rules)
    assert "within 2 s" in found.failures[0].reason


def test_measuring_goes_on_until_the_rule_s_limit_is_decided(tmp_path: Path) -> None:
    """A change of 20 % is decided at once against 10 %, and against the rule's 40 % too."""
    limits = Config(
        path="benchmark-ci.toml",
        side=Side.CURRENT,
        limits=(LimitRule(pattern="*", line=1, threshold_percent=40),),
    )
    here = Bench(tmp_path)
    found = here.run({"a": 100}, {"a": 120}, question=Panel(10, 12, limits), config=limits)
    assert found.end and found.end.reason == "decided"
