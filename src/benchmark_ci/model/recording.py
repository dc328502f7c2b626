"""Everything that was measured, line by line."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from benchmark_ci.model.base import Noun, Side
from benchmark_ci.model.build import (
    BenchmarkId,
    Discovered,
    Environment,
    HarnessMemory,
    Target,
    TargetFailure,
    Throughput,
)
from benchmark_ci.model.config import Config
from benchmark_ci.model.history import History
from benchmark_ci.model.plan import Commit
from benchmark_ci.model.proof import Proof
from benchmark_ci.model.reference import ReferenceTarget
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
    peak_memory_bytes: int | None = Field(default=None, gt=0)  # None: not known to be this benchmark's alone


class Failure(Noun):
    """A benchmark process that gave no result (in a judged round: after one retry of the pair)."""

    kind: Literal["failure"] = "failure"
    id: BenchmarkId
    side: Side
    round: int
    reason: str  # "exit code 101", "no answer within 300 s", "took 0 ns"
    last_lines: str = ""


class Arrangement(Noun):
    """Both sides' executables of some bench targets, linked anew with their sections in another order."""

    kind: Literal["arrangement"] = "arrangement"
    number: int = Field(ge=1)
    seed: int = Field(ge=0)  # of the linker's `--shuffle-sections`, on both sides
    targets: tuple[Target, ...]
    seconds: float = Field(default=0.0, ge=0)  # that linking took
    reason: str = ""  # why there is none, as a clause; empty when it was made


class ArrangedProcess(Noun):
    """One process of a benchmark in another arrangement of the code. As `Process`."""

    kind: Literal["arranged"] = "arranged"
    arrangement: int = Field(ge=1)  # its `number`
    id: BenchmarkId
    side: Side
    round: int = Field(ge=0)  # within the arrangement
    first: bool
    wall_seconds: float = Field(ge=0)
    cpu_seconds: float = Field(default=0.0, ge=0)
    iters: tuple[float, ...] = Field(min_length=1)
    times: tuple[float, ...] = Field(min_length=1)


class Contender(StrEnum):
    """The two that a target sets against each other."""

    BENCHMARK = "benchmark"
    REFERENCE = "reference"


class ReferenceProcess(Noun):
    """One process that was run for a target, on current: of the benchmark, or of its reference.

    As `Process`; a reference command gives one sample. Round 0 is calibration and is not judged.
    """

    kind: Literal["reference"] = "reference"
    target: int = Field(ge=0)  # position in the header's `targets`
    contender: Contender
    round: int = Field(ge=0)
    first: bool  # whether it ran first in its round
    wall_seconds: float = Field(ge=0)
    cpu_seconds: float = Field(default=0.0, ge=0)
    iters: tuple[float, ...] = Field(min_length=1)
    times: tuple[float, ...] = Field(min_length=1)
    peak_memory_bytes: int | None = Field(default=None, gt=0, lt=2**63)


class Unmeasured(Noun):
    """A target that was not measured, or not to its end, and why."""

    kind: Literal["unmeasured"] = "unmeasured"
    target: int = Field(ge=0)  # position in the header's `targets`
    reason: str  # one sentence
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
    config: Config | None = None  # the rules of `benchmark-ci.toml`
    targets: tuple[ReferenceTarget, ...] = ()  # of the configuration: those that this run measures
    name: str = ""  # the input `name`


class Preparation(Noun):
    """Second line of a recording: what the build found."""

    kind: Literal["preparation"] = "preparation"
    environment: Environment
    benchmarks: tuple[Discovered, ...]
    targets: tuple[Target, ...] = ()  # every bench target that was asked for, on either side
    listed: int = 0  # benchmarks before the inputs `filter` and `skip` and the file's `skip` chose
    target_failures: tuple[TargetFailure, ...] = ()
    harness_memory: tuple[HarnessMemory, ...] = ()
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
    history: History | None = None  # None: it was not asked for
    proofs: tuple[Proof, ...] = ()
    processes: tuple[Process, ...] = ()
    failures: tuple[Failure, ...] = ()
    arrangements: tuple[Arrangement, ...] = ()
    arranged: tuple[ArrangedProcess, ...] = ()
    references: tuple[ReferenceProcess, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()
    end: End | None = None  # None: the run was killed
