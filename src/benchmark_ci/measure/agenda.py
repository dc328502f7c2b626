"""What is timed, in which order: all that is not proven identical, and a few identical ones as controls."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

from benchmark_ci.model import BenchmarkId, BenchmarkProof, Discovered, Noun, Proof

MOST_CONTROLS = 3
NOTICEABLE = 0.001
"""Relative change of the instruction count from which a benchmark is more likely slower (or faster)."""


class Agenda(Noun):
    """Benchmarks in the order in which measuring begins them; the controls come last."""

    benchmarks: tuple[Discovered, ...]
    controls: frozenset[BenchmarkId]


def agenda(benchmarks: Iterable[Discovered], proofs: Iterable[Proof], seed: int) -> Agenda:
    """The likely regressions first, so that a short time budget decides these.

    Ties are in random order. Where nothing is left to time, there is nothing for controls to state.
    """
    known = {one.id: one for proof in proofs for one in proof.benchmarks}
    drawn = random.Random(seed)  # noqa: S311 - order, not secrets
    every = list(benchmarks)
    drawn.shuffle(every)
    identical = [one for one in every if one.id in known and known[one.id].identical]
    timed = sorted((one for one in every if one not in identical), key=lambda one: _rank(known.get(one.id)))
    controls = identical[: min(MOST_CONTROLS, max(1, len(timed) // 2))] if timed else []
    return Agenda(benchmarks=(*timed, *controls), controls=frozenset(one.id for one in controls))


def _rank(proof: BenchmarkProof | None) -> tuple[int, float]:
    """More instructions first, then unknown counts, fewer instructions, and as many as before."""
    if proof is None or not proof.baseline_instructions or not proof.current_instructions:
        return 1, 0.0
    change = math.log(proof.current_instructions / proof.baseline_instructions)
    if abs(change) < NOTICEABLE:
        return 3, 0.0
    return (0 if change > 0 else 2), -abs(change)
