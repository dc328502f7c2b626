"""The nouns: what flows through the pipeline, in the order in which it appears.

Settings → Plan → Build → Recording → Comparison → Report. Everything is frozen; nothing here imports ours.
Times are nanoseconds per iteration unless a name says otherwise; changes are percent, + is slower.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Noun(BaseModel):
    """Base of all nouns: frozen, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]


class Side(StrEnum):
    """The two sides of every comparison."""

    BASELINE = "baseline"
    CURRENT = "current"


# --- settings


class FailOn(StrEnum):
    """What makes the job fail."""

    REGRESSION = "regression"
    INCONCLUSIVE = "inconclusive"
    NEVER = "never"


class CommentWhen(StrEnum):
    """When the pull request gets a comment."""

    ALWAYS = "always"
    CHANGES = "changes"
    NEVER = "never"


class Settings(Noun):
    """What the user asked for; `settings.py` reads it, docs/configuration.md has the words."""

    threshold_percent: float = Field(default=10.0, gt=0, le=1000, allow_inf_nan=False)
    baseline_ref: str = ""
    current_ref: str = ""
    github_token: SecretStr = SecretStr("")
    working_directory: PurePosixPath = PurePosixPath(".")
    packages: tuple[str, ...] = ()
    benches: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    all_features: bool = False
    no_default_features: bool = False
    filter: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    toolchain: str = ""
    system_packages: tuple[str, ...] = ()
    setup: str = ""
    environment: tuple[str, ...] = ()
    time_budget_minutes: float = Field(default=20.0, gt=0, allow_inf_nan=False)
    fail_on: FailOn = FailOn.REGRESSION
    comment: CommentWhen = CommentWhen.ALWAYS


class Job(Noun):
    """The GitHub job that we run in: what the runner tells in `GITHUB_*`, `RUNNER_*` and `ACTIONS_*`."""

    event_name: str
    event_path: Path | None = None
    repository: str = ""  # owner/name
    sha: str = ""
    ref: str = ""
    workspace: Path
    server_url: str = "https://github.com"
    api_url: str = "https://api.github.com"
    workflow: str = ""
    job: str = ""
    run_id: int | None = None
    run_attempt: int = 1
    retention_days: int | None = None  # what the repository allows
    output_file: Path | None = None
    summary_file: Path | None = None
    results_url: str = ""
    runtime_token: SecretStr = SecretStr("")
    debug: bool = False


class PullRequest(Noun):
    """The pull request of an event."""

    number: int
    head_sha: Sha
    head_repository: str | None  # None: the fork was deleted
    base_repository: str
    base_ref: str

    @property
    def from_fork(self) -> bool:
        """Whether a stranger's repository holds the head; a deleted one counts as a stranger's."""
        return self.head_repository != self.base_repository


class Event(Noun):
    """What happened, read once from the event file."""

    name: str
    default_branch: str = ""
    pull_request: PullRequest | None = None
    before: Sha | None = None  # push: the commit before; None when all zeros
    tag: str | None = None  # release: its tag


# --- plan


class Commit(Noun):
    """One side's commit: resolved once, only the SHA is used afterwards."""

    sha: Sha
    what: str  # what a person calls it: "main", "v1.2.0", "merge of pull request #12"
    head_sha: Sha | None = None  # on a pull request: its head, which is what people know
    uncommitted: bool = False  # the working tree with changes that no commit of the user's holds


class Plan(Noun):
    """Which two commits are compared, and why these."""

    baseline: Commit
    current: Commit
    reason: str
    cautions: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both sides are one commit."""
        return self.baseline.sha == self.current.sha


# --- build


class Harness(StrEnum):
    """What answers when a bench executable is asked who it is."""

    CRITERION = "criterion"
    LIBTEST = "libtest"
    CUSTOM = "custom"


class Target(Noun):
    """A `[[bench]]` target of a package."""

    package: str
    name: str

    def __str__(self) -> str:
        """`package/target`."""
        return f"{self.package}/{self.name}"


class TargetFailure(Noun):
    """A bench target that gives no benchmarks on one side, and why."""

    target: Target
    side: Side
    kind: Literal["build", "not-criterion", "no-harness-false", "features", "list"]
    reason: str  # one or a few lines; for a build, the compiler's first error
    remedy: str = ""


class BenchmarkId(Noun):
    """Identity of a benchmark: Criterion's full id within its package and bench target."""

    package: str
    target: str
    full_id: str

    def __str__(self) -> str:
        """`package/target: full_id`."""
        return f"{self.package}/{self.target}: {self.full_id}"


class Throughput(Noun):
    """Criterion's throughput: how much one iteration processes."""

    unit: Literal["bytes", "elements", "bits"]
    per_iteration: int


class Discovered(Noun):
    """What discovery found out about a benchmark before anything was timed."""

    id: BenchmarkId
    sides: tuple[Side, ...]  # where it exists
    ambiguous: bool = False  # listed more than once under one id on a side


class Environment(Noun):
    """The machine and toolchain of a run."""

    rustc: str
    cpu: str
    cores: int
    os: str
    walled: bool  # builds and benchmarks ran as an unprivileged user of their own


# --- recording


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
    sampling_mode: SamplingMode
    iters: tuple[float, ...] = Field(min_length=1)
    times: tuple[float, ...] = Field(min_length=1)
    throughput: Throughput | None = None


class Failure(Noun):
    """A benchmark process that gave no result (after one retry of its pair)."""

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


class Recording(Noun):
    """Everything that was measured; a report can be recomputed from it, bit for bit."""

    header: Header
    preparation: Preparation | None = None
    processes: tuple[Process, ...] = ()
    failures: tuple[Failure, ...] = ()
    end: End | None = None  # None: the run was killed


# --- comparison


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
    peak_memory_bytes: int | None = None


class Result(Noun):
    """The judgement of one benchmark. The fields after `limit_percent` stand where it was measured."""

    id: str  # Criterion's full id
    package: str
    target: str
    verdict: Verdict
    reason: str = ""  # one sentence where the verdict alone is not enough
    last_lines: str = ""  # of what failed
    fails: bool = False  # a FAILED benchmark that works on baseline counts as a regression
    limit_percent: float
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


class Comparison(Noun):
    """The judged recording: every benchmark that either side has, none dropped."""

    verdict: Overall
    counts: Mapping[str, int]  # of each verdict, and `compared`
    benchmarks: tuple[Result, ...]  # worst first
    noise_percent: float | None = None  # median over the measured benchmarks
    smallest_visible_percent: float | None = None  # median over the measured benchmarks


# --- report


class Report(Noun):
    """What every rendering is made of, and what `report.json` holds."""

    schema_version: Literal[1] = 1
    tool_version: str
    verdict: Overall
    fails_job: bool
    fail_on: FailOn
    threshold_percent: float
    started: str
    baseline: Commit
    current: Commit
    baseline_reason: str
    environment: Environment | None
    counts: Mapping[str, int]  # of each verdict, and `compared`
    benchmarks: tuple[Result, ...]  # worst first
    noise_percent: float | None = None
    smallest_visible_percent: float | None = None
    target_failures: tuple[TargetFailure, ...] = ()
    cautions: tuple[str, ...] = ()  # one sentence each
    error: str = ""  # what stopped the run, when something did
    remedy: str = ""
    partial: bool = False  # the run was interrupted or ran out of time budget
    rounds: int = 0  # the most rounds that a benchmark got
    measuring_seconds: float = 0
    total_seconds: float = 0
    time_budget_minutes: float = 20


class Links(Noun):
    """Where a rendering may point to; empty where there is no such place."""

    repository_url: str = ""  # https://github.com/owner/name
    run_url: str = ""
    artifact_url: str = ""  # of `benchmark-report`


class Annotation(Noun):
    """A line on GitHub's checks page."""

    level: Literal["error", "warning", "notice"]
    title: str
    message: str
