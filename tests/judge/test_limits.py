"""Limits by rule: which holds, what it does to a verdict, and that the recording alone says so."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.limits import Limit, MemoryLimits, limit_of, memory_limits_of
from benchmark_ci.judge.panel import Panel
from benchmark_ci.measure import recording as recordings
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.model import Config, LimitRule, Recording, Result, Side, Verdict
from benchmark_ci.report import document
from benchmark_ci.run import judge
from tests.engine import bench, discovered, header, noisy_pairs, processes, recording

CONFIG = Config(
    path="benchmark-ci.toml",
    side=Side.CURRENT,
    threshold_percent=8,
    memory_threshold_percent=15,
    limits=(
        LimitRule(pattern="io/*", line=3, threshold_percent=40, memory_limit_mb=200),
        LimitRule(pattern="io/disk", line=4, memory_threshold_percent=30),
        LimitRule(pattern="parse/*", line=5, threshold_percent=2),
    ),
)


def test_a_rule_s_limit_or_the_threshold() -> None:
    assert limit_of(bench("io/net"), 10, CONFIG) == Limit(percent=40, rule="io/* (line 3)")
    assert limit_of(bench("io/disk"), 10, CONFIG) == Limit(percent=40, rule="io/* (line 3)")
    assert limit_of(bench("sum"), 10, CONFIG) == Limit(percent=10), "the run knows which threshold holds"
    assert limit_of(bench("sum"), 10, None) == Limit(percent=10)


def test_memory_limits_of_each_benchmark() -> None:
    assert memory_limits_of(bench("io/net"), CONFIG) == MemoryLimits(
        threshold_percent=15, limit_bytes=200_000_000
    )
    assert memory_limits_of(bench("io/disk"), CONFIG) == MemoryLimits(
        threshold_percent=30, limit_bytes=200_000_000
    )
    assert memory_limits_of(bench("sum"), CONFIG) == MemoryLimits(threshold_percent=15)
    assert memory_limits_of(bench("sum"), None) == MemoryLimits()


def test_whose_memory_fails_the_job() -> None:
    rules = (
        LimitRule(pattern="io/*", line=3, memory_fails=True),
        LimitRule(pattern="io/disk", line=4, memory_fails=False),
    )
    config = Config(path="x", side=Side.CURRENT, limits=rules)
    assert [memory_limits_of(bench(one), config).fails for one in ("io/net", "io/disk", "sum")] == [
        True,
        False,
        False,
    ]
    everybody = config.model_copy(update={"memory_fails": True})
    assert [memory_limits_of(bench(one), everybody).fails for one in ("io/disk", "sum")] == [False, True]


@given(st.permutations([7.0, 3.0, 9.0]))
def test_of_equally_specific_rules_the_lowest_limit_holds(limits: list[float]) -> None:
    rules = tuple(
        LimitRule(pattern=one, line=line, threshold_percent=limit)
        for line, (one, limit) in enumerate(zip(("a*?c?", "a*c??", "a*??c"), limits, strict=True), start=1)
    )
    config = Config(path="x", side=Side.CURRENT, limits=rules)
    limit = limit_of(bench("accccc"), 10, config)
    assert limit.percent == 3
    assert limit.rule.endswith(f"(line {limits.index(3.0) + 1})")


def measured(config: Config | None, change_percent: float = 20) -> Recording:
    source = random.Random(5)
    names = ("io/net", "parse/x", "sum")
    head = header().model_copy(update={"config": config})
    return recording(
        [one for name in names for one in processes(bench(name), noisy_pairs(source, 16, change_percent))],
        head=head,
    )


def results(config: Config | None, threshold: float | None = None, change: float = 20) -> dict[str, Result]:
    return {one.id: one for one in compare(measured(config, change), threshold).benchmarks}


def test_a_limit_turns_a_red_benchmark_into_an_unchanged_one_and_back() -> None:
    without, judged = results(None), results(CONFIG)
    assert {one.verdict for one in without.values()} == {Verdict.REGRESSED}
    assert judged["io/net"].verdict is Verdict.UNCHANGED
    assert (judged["io/net"].limit_percent, judged["io/net"].limit_rule) == (40, "io/* (line 3)")
    assert judged["parse/x"].verdict is Verdict.REGRESSED
    assert judged["sum"].verdict is Verdict.REGRESSED
    assert (judged["sum"].limit_percent, judged["sum"].limit_rule) == (10, "")
    assert results(CONFIG, change=5)["parse/x"].verdict is Verdict.REGRESSED
    assert results(CONFIG, change=5)["sum"].verdict is Verdict.UNCHANGED


def test_another_threshold_leaves_rules_as_they_are() -> None:
    judged = results(CONFIG, threshold=30)
    assert judged["sum"].verdict is Verdict.UNCHANGED
    assert judged["parse/x"].verdict is Verdict.REGRESSED
    assert [judged[name].limit_percent for name in ("io/net", "parse/x", "sum")] == [40, 2, 30]


def test_what_was_not_measured_has_its_limit_too() -> None:
    alone = recording([], found=[discovered(bench(name)) for name in ("io/net", "parse/x", "sum")])
    head = header().model_copy(update={"config": CONFIG})
    judged = compare(alone.model_copy(update={"header": head})).benchmarks
    assert {one.id: one.limit_percent for one in judged} == {"io/net": 40, "parse/x": 2, "sum": 10}


def test_while_measuring_the_same_limits_hold() -> None:
    panel = Panel(10, header().seed, CONFIG)
    threshold_only = Panel(10, header().seed)
    for one in sorted(measured(CONFIG, 2.0).processes, key=lambda one: (one.round, one.id.full_id)):
        panel.hear(one)
        threshold_only.hear(one)
    open_ones = {one.full_id for one in panel.undecided()}
    assert open_ones <= {"parse/x"}, "only there the limit lies at the change"
    assert not threshold_only.undecided()


def test_the_recording_alone_gives_the_report_again(tmp_path: Path) -> None:
    whole = measured(CONFIG)
    recorder = Recorder(tmp_path / "recording.jsonl.gz")
    assert whole.preparation and whole.end
    recorder.add(whole.header)
    recorder.add(whole.preparation)
    for line in whole.processes:
        recorder.add(line)
    recorder.add(whole.end)
    recorder.close()
    again = recordings.read(recorder.path)
    assert again == whole
    assert document.to_json(judge(again)[0]) == document.to_json(judge(whole)[0])


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf"), 1001])
def test_a_recording_cannot_smuggle_in_a_limit_that_no_file_may_have(limit: float) -> None:
    with pytest.raises(ValueError):
        LimitRule(pattern="*", line=1, threshold_percent=limit)
