"""Targets against a reference implementation (`benchmark-ci.toml`)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from benchmark_ci.model.base import Noun


class ReferenceTarget(Noun):
    """How a benchmark of current must stand against a reference that is measured beside it.

    Exactly one of `reference_benchmark` and `reference_command` is set, and at least one demand.
    """

    benchmark: str  # Criterion's full id
    reference_benchmark: str = ""  # full id of another benchmark of the suite
    reference_command: tuple[str, ...] = ()  # program and arguments, started in the working directory
    times_faster: float | None = Field(default=None, gt=0)  # at least: reference's time / benchmark's time
    memory_percent: float | None = Field(default=None, gt=0)  # at most: of the reference's peak memory
    fails: bool = False  # whether missing it fails the job; else it warns
    line: int = 0  # in benchmark-ci.toml


class TargetVerdict(StrEnum):
    """What is said of a target."""

    MET = "met"
    MISSED = "missed"
    UNCLEAR = "unclear"
    NOT_MEASURED = "not-measured"


class Standing(Noun):
    """How the benchmark stands against the reference in one respect, beside what is demanded."""

    verdict: TargetVerdict | None = None  # None: nothing is demanded, it is only told
    demanded: float | None = None
    measured: float
    low: float | None = None  # 95 % confidence interval
    high: float | None = None


class TargetResult(Noun):
    """The judgement of one target. The fields after `rounds` stand where it was measured."""

    target: ReferenceTarget
    verdict: TargetVerdict
    reason: str = ""  # one sentence where the verdict alone is not enough
    last_lines: str = ""  # of a process that gave no result
    rounds: int = 0
    times_faster: Standing | None = None  # the reference's time per iteration / the benchmark's
    memory_percent: Standing | None = None  # the benchmark's peak memory, of the reference's
    benchmark_time_ns: float | None = None
    reference_time_ns: float | None = None
    benchmark_peak_memory_bytes: int | None = None
    reference_peak_memory_bytes: int | None = None
