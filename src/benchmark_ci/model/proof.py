"""Which benchmarks run the same machine code on both sides, and how that is known."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from benchmark_ci.model.base import Noun
from benchmark_ci.model.build import BenchmarkId, Target


class BenchmarkProof(Noun):
    """One benchmark of both sides: proven to run the same code, or why not.

    The instruction counts are of one iteration in test mode (with what `iter_batched` sets up).
    """

    id: BenchmarkId
    identical: bool
    reason: str = ""  # why it is not proven
    differs: tuple[str, ...] = ()  # what differs, as a Rust programmer writes it; at most a few
    baseline_instructions: int | None = Field(default=None, ge=0)
    current_instructions: int | None = Field(default=None, ge=0)
    same_instructions: bool = False  # both sides execute the same instructions the same number of times
    unoptimised: bool = False  # identical, and what prepares it where nothing is optimised


class Proof(Noun):
    """A line of the recording: what was proven about one bench target."""

    kind: Literal["proof"] = "proof"
    target: Target
    benchmarks: tuple[BenchmarkProof, ...]
    whole: bool = False  # the executables are equal
    reason: str = ""  # why nothing could be claimed for the whole target
    unoptimised: str = ""  # why code without optimisation, where it was asked, did not show (all) the rest
    seconds: float = Field(default=0.0, ge=0)
