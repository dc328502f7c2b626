"""The inputs: one table of their names, defaults and words. Action and command line share it.

`parsers.py` reads their texts; `settings.py` reads either place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmark_ci.model import CommentWhen, FailOn, Mode
from benchmark_ci.parsers import (
    BENCH,
    DEBIAN,
    FEATURE,
    PACKAGE,
    boolean,
    command,
    expressions,
    name,
    number,
    one_of,
    percent,
    ref,
    token,
    toolchain,
    variables,
    words,
)


@dataclass(frozen=True)
class Input:
    """An input of the action, and a flag of the command line."""

    name: str
    default: str  # as shown to people
    description: str
    parse: Callable[[str], object]
    field: str = ""  # of Settings, where it is called otherwise
    flag: str = ""  # of the command line, where it is called otherwise
    secret: bool = False  # its value is never shown
    verbatim: bool = False  # its value is not trimmed
    switched_off: str = ""  # description of the flag that switches off what is on by default

    @property
    def words(self) -> str:
        """The description with its default, as `action.yml` shows it."""
        return f"{self.description} Default: {self.default}."

    @property
    def switch(self) -> str:
        """What a flag without a value stands for; empty where the flag takes a value."""
        if self.parse is not boolean:
            return ""
        return "false" if self.default == "true" else "true"

    @property
    def flag_name(self) -> str:
        """The flag, without its two dashes: `no-` where it switches off."""
        name = self.flag or self.name.replace("_", "-")
        return f"no-{name}" if self.switch == "false" else name

    def argument(self, text: str) -> str:
        """The flag as it is given on a command line."""
        return f"--{self.flag_name}" if self.switch else f"--{self.flag_name}={text}"


INPUTS: tuple[Input, ...] = (
    Input(
        "threshold",
        "the environment variable REGRESSION_THRESHOLD, else 10",
        "Percent slower that counts as a regression, such as 10, 7.5 or 10%.",
        percent,
        field="threshold_percent",
    ),
    Input(
        "baseline_ref",
        "chosen by the event",
        "Branch, tag or SHA to compare with, or latest-release for the newest stable version tag.",
        ref,
        flag="baseline",
    ),
    Input(
        "mode",
        "benchmark",
        "What the job does: benchmark, or publish what the pull request's own run has measured.",
        one_of(Mode),
    ),
    Input(
        "github_token",
        "the job's own token",
        "Token that posts the comment and fetches the baseline; builds and benchmarks never see it.",
        token,
        secret=True,
    ),
    Input(
        "working_directory",
        "the repository's root",
        "Where the Cargo workspace or package lies, relative to the repository's root.",
        command,  # settings.py makes it a path: it knows the workspace
    ),
    Input(
        "packages",
        "all",
        "Packages whose benchmarks are compared, as cargo's -p; a list.",
        words(PACKAGE, "names of packages"),
    ),
    Input(
        "benches",
        "all",
        "Bench targets that are compared, as cargo's --bench; a list.",
        words(BENCH, "names of bench targets"),
    ),
    Input(
        "features",
        "the packages' default features",
        "Features to build with, as cargo's --features; a list.",
        words(FEATURE, "names of features"),
    ),
    Input("all_features", "false", "Build with all features, as cargo's --all-features.", boolean),
    Input(
        "no_default_features",
        "false",
        "Build without default features, as cargo's --no-default-features.",
        boolean,
    ),
    Input(
        "filter",
        "all benchmarks",
        "Regular expressions (Python's), one per line; only benchmarks whose full id matches are compared.",
        expressions,
    ),
    Input(
        "skip",
        "none",
        "Regular expressions (Python's), one per line; benchmarks whose full id matches are left out.",
        expressions,
    ),
    Input(
        "toolchain",
        "the repository's rust-toolchain file, else the image's",
        "Rust channel or version for both sides, such as stable or 1.85.0.",
        toolchain,
    ),
    Input(
        "system_packages",
        "none",
        "Debian packages that the build needs, each with =version where one is wanted; a list.",
        words(DEBIAN, "names of Debian packages, each with =version where one is wanted"),
    ),
    Input(
        "setup",
        "none",
        "Shell command that is run in each side's clone before its build, without any secret.",
        command,
        verbatim=True,
    ),
    Input(
        "environment",
        "none",
        "Names of environment variables that builds and benchmarks may see; a list.",
        variables,
    ),
    Input(
        "time_budget",
        "20",
        "Minutes for measuring, builds not counted; fractions are allowed.",
        number(100_000),
        field="time_budget_minutes",
    ),
    Input(
        "prove",
        "true",
        "Do not time benchmarks whose machine code is proven the same on both sides.",
        boolean,
        switched_off="Time every benchmark, also those whose machine code is the same on both sides.",
    ),
    Input(
        "fail_on",
        "regression",
        "What fails the job: regression, inconclusive (that too) or never.",
        one_of(FailOn),
    ),
    Input(
        "comment",
        "always",
        "When the pull request gets a comment: always, changes (only when something changed) or never.",
        one_of(CommentWhen),
    ),
    Input(
        "memory",
        "true",
        "Report each benchmark's peak memory.",
        boolean,
        switched_off="Do not report peak memory.",
    ),
    Input(
        "history",
        "true",
        "Record a history point on pushes to the default branch and on releases, and show recent courses.",
        boolean,
    ),
    Input(
        "name",
        "none",
        "Tells several jobs or matrix legs of a workflow apart: in artifact names, comments and headlines.",
        name,
    ),
    Input(
        "config",
        "benchmark-ci.toml",
        "File with limits per benchmark and all that does not fit inputs, relative to the repository's root.",
        command,  # settings.py makes it a path, as above
    ),
)
"""Every input of the action, in the order of `action.yml`. Lists take commas, spaces or new lines."""

CURRENT_FLAG = Input(
    "current_ref",
    "the working tree as it is, uncommitted changes included",
    "Branch, tag or SHA to measure as current.",
    ref,
    flag="current",
)
"""The command line's own flag: in a job the event says what is current."""
