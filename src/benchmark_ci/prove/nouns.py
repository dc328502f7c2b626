"""What proving found out, as the recording keeps it."""

from __future__ import annotations

from typing import Literal

from benchmark_ci.model import BenchmarkId, Noun, Target


class BenchmarkProof(Noun):
    """One benchmark of both sides: proven to run the same code, or why not.

    `differs` are the functions and constants whose code differs, as a Rust programmer writes them, at most
    a few. The instruction counts are of one iteration in test mode (with what `iter_batched` sets up).
    """

    id: BenchmarkId
    identical: bool
    reason: str = ""
    differs: tuple[str, ...] = ()
    baseline_instructions: int | None = None
    current_instructions: int | None = None


class Proof(Noun):
    """A line of the recording: what was proven about one bench target."""

    kind: Literal["proof"] = "proof"
    target: Target
    benchmarks: tuple[BenchmarkProof, ...]
    whole: bool = False  # the executables are equal
    reason: str = ""  # why nothing could be claimed for the whole target
    seconds: float = 0.0
