"""Targets against a reference implementation (`benchmark-ci.toml`)."""

from __future__ import annotations

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
