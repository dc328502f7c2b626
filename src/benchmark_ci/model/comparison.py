"""What the measurements mean."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from benchmark_ci.model.base import Noun
from benchmark_ci.model.build import Throughput


class Verdict(StrEnum):
    """What is said of one benchmark."""

    REGRESSED = "regressed"
    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    INCONCLUSIVE = "inconclusive"
    IDENTICAL = "identical"
    PLACEMENT = "placement"
    NEW = "new"
    REMOVED = "removed"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"
    NOT_REACHED = "not-reached"


COMPARED = (
    Verdict.REGRESSED,
    Verdict.IMPROVED,
    Verdict.UNCHANGED,
    Verdict.INCONCLUSIVE,
    Verdict.IDENTICAL,
    Verdict.PLACEMENT,
)


class Overall(StrEnum):
    """What is said of the whole run."""

    FAILED = "failed"
    NOTHING_COMPARED = "nothing-compared"
    REGRESSED = "regressed"
    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    INCONCLUSIVE = "inconclusive"
    IDENTICAL = "identical"


class Endpoint(StrEnum):
    """Which per-process value decides: the floor (minimum) or the typical (median) time per iteration."""

    FLOOR = "floor"
    TYPICAL = "typical"


class SideTime(Noun):
    """One side of a measured benchmark, ns per iteration."""

    time_ns: float  # of the deciding endpoint
    floor_ns: float
    typical_ns: float
    peak_memory_bytes: int | None = None  # current: median over the rounds; baseline: as the change implies
    harness_memory_bytes: int | None = None  # of it: what the executable takes without any benchmark


class MemoryChange(Noun):
    """How peak memory changed, judged over several processes; it warns, and fails a job only if asked."""

    change_percent: float  # median over the rounds
    low_percent: float | None = None  # 95 % confidence interval; None with too few rounds
    high_percent: float | None = None
    rounds: int
    threshold_percent: float
    limit_bytes: int
    warning: str = ""  # one or two sentences, where there is something to warn of
    fails: bool = False  # benchmark-ci.toml makes this warning fail the job


class Averaged(Noun):
    """A change averaged over arrangements: both sides linked anew, their code in another order each time."""

    arrangements: int
    change_percent: float
    low_percent: float | None = None  # 95 % confidence interval; None with too few arrangements
    high_percent: float | None = None
    within: bool | None = None  # shown to be within the limit, or to be beyond it; None: neither


class Result(Noun):
    """The judgement of one benchmark. The fields after `limit_rule` stand where it was measured."""

    id: str  # Criterion's full id
    package: str
    target: str
    verdict: Verdict
    reason: str = ""  # one sentence where the verdict alone is not enough
    last_lines: str = ""  # of what failed
    fails: bool = False  # a FAILED benchmark that works on baseline counts as a regression
    timed_because: str = ""  # why it was not proven to run the same code, where that was tried
    differs: tuple[str, ...] = ()  # functions and constants whose code differs, at most a few
    baseline_instructions: int | None = None  # of one iteration, where they were counted
    current_instructions: int | None = None
    control: Verdict | None = None  # an IDENTICAL one that was timed along: what timing says of it
    limit_percent: float
    limit_rule: str = ""  # of `benchmark-ci.toml`, pattern and line; empty: the run's threshold
    rounds: int = 0
    endpoint: Endpoint | None = None
    change_percent: float | None = None
    change_low_percent: float | None = None  # 95 % confidence interval
    change_high_percent: float | None = None
    p_value: float | None = None  # that the change is within the limit
    noise_percent: float | None = None  # what two runs of the same side differ by, median
    smallest_visible_percent: float | None = None  # smallest slowdown that would have been called
    minutes_to_decide: float | None = None  # for an inconclusive one: a rough forecast
    baseline: SideTime | None = None
    current: SideTime | None = None
    throughput: Throughput | None = None
    memory: MemoryChange | None = None
    averaged: Averaged | None = None  # of one that is beyond the limit with about as many instructions


class Controls(Noun):
    """Benchmarks proven to run the same code that were timed all the same: they state this run's noise."""

    timed: int  # how many were judged
    called_changed: int = 0  # of these, regressed or improved: wrongly
    low_percent: float | None = None  # their smallest and largest estimated change
    high_percent: float | None = None


class Comparison(Noun):
    """The judged recording: every benchmark that either side has, none dropped."""

    verdict: Overall
    counts: Mapping[str, int]  # of each verdict, and `compared`
    benchmarks: tuple[Result, ...]  # worst first
    noise_percent: float | None = None  # median over the measured benchmarks
    smallest_visible_percent: float | None = None  # median over the measured benchmarks
    controls: Controls | None = None
