"""When a benchmark is decided: planned looks at the data, each with its share of the error.

Looking again and again until something is significant would inflate the error; so the looks are planned,
and each verdict's error over all looks is at most the sum of their levels (2.7 %, by the union bound).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from benchmark_ci.judge.endpoints import Round, primary
from benchmark_ci.judge.randomisation import DRAWS, Shift
from benchmark_ci.model import Endpoint, Noun, Verdict

LOOKS = ((7, 0.008), (9, 0.004), (12, 0.004), (16, 0.005), (20, 0.006))
"""(rounds, level) of each look."""

MOST_ROUNDS = LOOKS[-1][0]


class Decision(Noun):
    """What the looks so far say of one benchmark."""

    verdict: Verdict  # regressed, improved, unchanged or inconclusive
    looked_at: int  # rounds that the verdict rests on; 0 before the first look
    endpoint: Endpoint
    contradicted: bool = False  # floor and typical time were both decisive, and disagree


def shift_test(rounds: tuple[Round, ...], endpoint: Endpoint, seed: int, draws: int = DRAWS) -> Shift:
    """The randomisation test on one endpoint of these rounds."""

    def logs(side: str) -> list[float]:
        name = "floor_ns" if endpoint is Endpoint.FLOOR else "typical_ns"
        return [math.log(getattr(getattr(one, side), name)) for one in rounds]

    return Shift(np.array(logs("baseline")), np.array(logs("current")), seed, draws)


@lru_cache(maxsize=65536)
def decide(rounds: tuple[Round, ...], limit_percent: float, seed: int) -> Decision:
    """Replay the planned looks; the first verdict stands, whatever was measured after it."""
    for count, level in LOOKS:
        if len(rounds) < count:
            break
        seen = rounds[:count]
        endpoint = primary(seen)
        verdict = _verdict(shift_test(seen, endpoint, seed), limit_percent, level)
        if verdict is Verdict.INCONCLUSIVE:
            continue
        if endpoint is Endpoint.FLOOR:
            typical = _verdict(shift_test(seen, Endpoint.TYPICAL, seed), limit_percent, level)
            if typical not in (verdict, Verdict.INCONCLUSIVE):
                if count == MOST_ROUNDS:
                    return Decision(
                        verdict=Verdict.INCONCLUSIVE, looked_at=count, endpoint=endpoint, contradicted=True
                    )
                continue
        return Decision(verdict=verdict, looked_at=count, endpoint=endpoint)
    looked_at = max((count for count, _ in LOOKS if count <= len(rounds)), default=0)
    endpoint = primary(rounds) if rounds else Endpoint.FLOOR
    return Decision(verdict=Verdict.INCONCLUSIVE, looked_at=looked_at, endpoint=endpoint)


def _verdict(test: Shift, limit_percent: float, level: float) -> Verdict:
    limit = math.log1p(limit_percent / 100)
    if test.p_slow(limit) <= level:
        return Verdict.REGRESSED
    if test.p_fast(-limit) <= level:
        return Verdict.IMPROVED
    if test.p_fast(limit) <= level and test.p_slow(-limit) <= level:
        return Verdict.UNCHANGED
    return Verdict.INCONCLUSIVE
