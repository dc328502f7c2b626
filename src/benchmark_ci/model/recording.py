"""Everything that was measured, line by line."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from benchmark_ci.model.base import Noun, Side
from benchmark_ci.model.build import BenchmarkId, Discovered, Environment, Target, TargetFailure, Throughput
from benchmark_ci.model.plan import Commit
from benchmark_ci.model.request import FailOn


class SamplingMode(StrEnum):
    """Criterion's sampling mode; releases before 0.3.3 do not say (then linear)."""

    LINEAR = "Linear"
    FLAT = "Flat"


class Process(Noun):
    """One benchmark process of one side: the unit of analysis.

    `times[i]` is the total time in ns of the sample that ran `iters[i]` iterations.
    Round 0 is calibration and is not judged.
    """

    kind: Literal["process"] = "process"
    id: BenchmarkId
    side: Side
    round: int = Field(ge=0)
    first: bool  # whether this side ran first in its round
    wall_seconds: float = Field(ge=0)
    cpu_seconds: float = Field(default=0.0, ge=0)
    sampling_mode: SamplingMode
    iters: tuple[float, ...] = Field(min_length=1)
    times: tuple[float, ...] = Field(min_length=1)
    throughput: Throughput | None = None


class Failure(Noun):
    """A benchmark process that gave no result (in a judged round: after one retry of the pair)."""

    kind: Literal["failure"] = "failure"
    id: BenchmarkId
    side: Side
    round: int
    reason: str  # "exit code 101", "no answer within 300 s", "took 0 ns"
    last_lines: str = ""


class Header(Noun):
    """First line of a recording: everything that a verdict depends on besides the measurements."""

    kind: Literal["header"] = "header"
    format_version: Literal[1] = 1
    tool_version: str
    started: str  # RFC 3339, UTC
    seed: int
    threshold_percent: float
    fail_on: FailOn
    time_budget_minutes: float
    baseline: Commit
    current: Commit
    baseline_reason: str
    cautions: tuple[str, ...] = ()  # of the plan
    flags: tuple[str, ...] = ()  # of `benchmark-ci run`, for what was asked for besides the sides
    name: str = ""  # the input `name`


class Preparation(Noun):
    """Second line of a recording: what the build found."""

    kind: Literal["preparation"] = "preparation"
    environment: Environment
    benchmarks: tuple[Discovered, ...]
    targets: tuple[Target, ...] = ()  # every bench target that was asked for, on either side
    listed: int = 0  # benchmarks before the inputs `filter` and `skip` chose
    target_failures: tuple[TargetFailure, ...] = ()
    cautions: tuple[str, ...] = ()


class End(Noun):
    """Last line of a recording that came to its end."""

    kind: Literal["end"] = "end"
    reason: Literal["decided", "time budget", "interrupted", "failed"]
    measuring_seconds: float
    total_seconds: float
    title: str = ""  # of the error that stopped the run, when one did
    error: str = ""
    remedy: str = ""
    exit_code: int = 0


class Recording(Noun):
    """Everything that was measured; a report can be recomputed from it, bit for bit."""

    header: Header
    preparation: Preparation | None = None
    processes: tuple[Process, ...] = ()
    failures: tuple[Failure, ...] = ()
    end: End | None = None  # None: the run was killed
