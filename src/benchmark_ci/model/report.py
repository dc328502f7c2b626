"""What is shown to people and programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from benchmark_ci.model.base import Noun
from benchmark_ci.model.build import Environment, TargetFailure
from benchmark_ci.model.comparison import Controls, Overall, Result
from benchmark_ci.model.history import Course
from benchmark_ci.model.plan import Commit
from benchmark_ci.model.reference import TargetResult
from benchmark_ci.model.request import FailOn


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
    controls: Controls | None = None
    proof_seconds: float = 0  # how long proving took
    targets: tuple[TargetResult, ...] = ()  # against references, in the configuration's order
    target_failures: tuple[TargetFailure, ...] = ()
    courses: tuple[Course, ...] = ()  # of benchmarks that the history knows, before this run
    cautions: tuple[str, ...] = ()  # one sentence each
    error: str = ""  # what stopped the run, when something did
    remedy: str = ""
    partial: bool = False  # the run was interrupted or ran out of time budget
    rounds: int = 0  # the most rounds that a benchmark got
    measuring_seconds: float = 0
    total_seconds: float = 0
    time_budget_minutes: float = 20
    flags: tuple[str, ...] = ()  # with which `benchmark-ci run` measures the same again
    name: str = ""  # tells several jobs or matrix legs of a workflow apart


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
