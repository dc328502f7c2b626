"""What a run needs from the place where it was started: a GitHub job or a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from benchmark_ci.errors import BenchmarkCIError
from benchmark_ci.model import BenchmarkId, History, Plan, Report, Settings, Side
from benchmark_ci.wall.site import Site

RECORDING = "recording.jsonl.gz"
Trees = Mapping[Side, Mapping[str, Path]]
"""Of each side one Criterion tree: path in the tree → file."""


class Door(Protocol):
    """Where a run comes from and where its answer goes."""

    @property
    def settings(self) -> Settings:
        """What was asked for; final once `plan` has answered."""

    @property
    def output(self) -> Path:
        """Folder of the report's files; made by `plan`."""

    @property
    def rustup_environment(self) -> Mapping[str, str]:
        """The environment in which a toolchain is looked for, before any stranger's code runs."""

    def plan(self) -> Plan:
        """Which two commits are compared; nothing of theirs has run yet."""

    def site(self) -> Site:
        """New private folders for both sides."""

    def checkout(self, plan: Plan, side: Side, folder: Path) -> tuple[str, ...]:
        """Put a side's sources into a folder; returns cautions."""

    def child_environment(self, here: Path, toolchain_bin: Path) -> dict[str, str]:
        """The environment of builds and benchmarks."""

    def history(self, benchmarks: Sequence[BenchmarkId]) -> History | None:
        """How these went lately; None where nobody asks. Trouble with that is the noun's caution."""

    def publish(self, report: Report, trees: Trees) -> None:
        """Tell everybody; trouble with that is a warning."""

    def refuse(self, error: BenchmarkCIError) -> None:
        """Tell that the run could not begin."""
