"""What building and asking the executables found."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from benchmark_ci.model.base import Noun, Side


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


class HarnessMemory(Noun):
    """What an executable takes while none of its benchmarks runs: program, harness, early set-up."""

    target: Target
    side: Side
    peak_memory_bytes: int


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
