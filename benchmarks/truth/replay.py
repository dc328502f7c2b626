"""What the product would have said of a recorded run at a threshold, and after how many rounds.

The study measures until several thresholds are decided. At each of them the product would have stopped
earlier; because it decides by what it has seen and draws nothing anew, its run is a beginning of ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark_ci.judge.endpoints import Round
from benchmark_ci.judge.suite import judge_suite, undecided
from benchmark_ci.model import BenchmarkId, Noun, Verdict

Rounds = tuple[Round, ...]


class Replayed(Noun):
    """What would have been said of one benchmark."""

    verdict: Verdict
    rounds: int


def replay(
    measured: Mapping[BenchmarkId, Rounds], threshold_percent: float, seed: int
) -> dict[BenchmarkId, Replayed]:
    """Round by round, as `measure/rounds.py` asks `judge/panel.py`."""
    limits = dict.fromkeys(measured, threshold_percent)
    seen: dict[BenchmarkId, Rounds] = {}
    active = [benchmark for benchmark, rounds in measured.items() if rounds]
    count = 0
    while active:
        count += 1
        for benchmark in active:
            seen[benchmark] = measured[benchmark][:count]
        doubtful = undecided(seen, limits, seed)
        active = [one for one in active if one in doubtful and len(measured[one]) > count]
    return {
        benchmark: Replayed(verdict=judged.verdict, rounds=len(seen[benchmark]))
        for benchmark, judged in judge_suite(seen, limits, seed).items()
    }
