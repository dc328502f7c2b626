"""What was asked for, and the GitHub job that asked."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path, PurePosixPath

from pydantic import Field, SecretStr

from benchmark_ci.model.base import Noun, Sha


class Mode(StrEnum):
    """Whether a job measures, or publishes what the run that started it has measured."""

    BENCHMARK = "benchmark"
    PUBLISH = "publish"


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
    mode: Mode = Mode.BENCHMARK
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
    prove: bool = True
    fail_on: FailOn = FailOn.REGRESSION
    comment: CommentWhen = CommentWhen.ALWAYS
    memory: bool = True
    history: bool = True
    name: str = ""
    config: PurePosixPath = PurePosixPath("benchmark-ci.toml")


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


class MergeGroup(Noun):
    """What a merge queue has grouped to be merged, on top of the branch and of what is queued before."""

    base_sha: Sha
    base_ref: str


class Event(Noun):
    """What happened, read once from the event file."""

    name: str
    default_branch: str = ""
    pull_request: PullRequest | None = None
    merge_group: MergeGroup | None = None
    before: Sha | None = None  # push: the commit before; None when all zeros
    tag: str | None = None  # release: its tag
    workflow_run: int | None = None  # workflow_run: the run that started this one
