"""The suite as a whole: confirming suspected regressions, and which benchmarks still need rounds.

A suite of 500 benchmarks must be as trustworthy as one of 5, so a regression that its own looks call is
provisional: it stands only when its p-value passes Benjamini & Hochberg (1995) over all judged benchmarks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from benchmark_ci.judge.endpoints import Round
from benchmark_ci.judge.looks import LOOKS, MOST_ROUNDS, Decision, decide, shift_test
from benchmark_ci.judge.randomisation import DRAWS
from benchmark_ci.model import BenchmarkId, Endpoint, Noun, Verdict

FALSE_DISCOVERIES = 0.05
"""At most this share of the regressions called is expected to be false, and far less in fact: the
hypothesis that is tested stands at the limit, not at no change."""

CONTROL_ROUNDS = LOOKS[1][0]
"""A control only states what this run calls equal code; more rounds would be minutes without a verdict."""

CONFIRMING_ROUNDS = (7, 9, 11, 13, 16, MOST_ROUNDS)

Rounds = tuple[Round, ...]


class Judged(Noun):
    """One benchmark's decision after confirmation over the suite."""

    decision: Decision
    verdict: Verdict
    p_value: float
    unconfirmed: bool = False  # slower than the limit on its own, but not after correction


def judge_suite(
    measured: Mapping[BenchmarkId, Rounds], limits: Mapping[BenchmarkId, float], seed: int
) -> dict[BenchmarkId, Judged]:
    """Judge every benchmark that has at least one complete round.

    All share the seeded swaps: each test is exact by itself, whatever the others draw.
    """
    decisions = {benchmark: decide(rounds, limits[benchmark], seed) for benchmark, rounds in measured.items()}
    p_values = {
        benchmark: _p_value(decision, measured[benchmark], limits[benchmark], seed, len(decisions))
        for benchmark, decision in decisions.items()
    }
    cut = _largest_passing(list(p_values.values()))
    judged = {}
    for benchmark, decision in decisions.items():
        unconfirmed = decision.verdict is Verdict.REGRESSED and p_values[benchmark] > cut
        judged[benchmark] = Judged(
            decision=decision,
            verdict=Verdict.INCONCLUSIVE if unconfirmed else decision.verdict,
            p_value=p_values[benchmark],
            unconfirmed=unconfirmed,
        )
    return judged


def judge_apart(
    measured: Mapping[BenchmarkId, Rounds],
    limits: Mapping[BenchmarkId, float],
    controls: frozenset[BenchmarkId],
    seed: int,
) -> dict[BenchmarkId, Judged]:
    """`judge_suite` for controls and for the others, apart: controls are no suspects, and correct nothing."""
    judged: dict[BenchmarkId, Judged] = {}
    for wanted in (False, True):
        some = {key: one for key, one in measured.items() if (key in controls) is wanted}
        judged |= judge_suite(some, limits, seed)
    return judged


def undecided(
    measured: Mapping[BenchmarkId, Rounds],
    limits: Mapping[BenchmarkId, float],
    seed: int,
    controls: frozenset[BenchmarkId] = frozenset(),
) -> frozenset[BenchmarkId]:
    """The benchmarks that one more round could still decide.

    `controls` are judged apart, and nothing hangs on their being decided: they end with the second look.
    """
    judged = judge_apart(measured, limits, controls, seed)
    return frozenset(
        benchmark
        for benchmark, one in judged.items()
        if len(measured[benchmark]) < (CONTROL_ROUNDS if benchmark in controls else MOST_ROUNDS)
        and (one.verdict is Verdict.INCONCLUSIVE and not one.decision.contradicted)
    )


def _p_value(decision: Decision, rounds: Rounds, limit_percent: float, seed: int, suite: int) -> float:
    """That the change is within the limit; for a provisional regression at its last confirming look."""
    if decision.verdict is not Verdict.REGRESSED:
        return 1.0
    count = max(planned for planned in CONFIRMING_ROUNDS if planned <= len(rounds))
    draws = max(DRAWS, _power_of_two(int(5 * suite / FALSE_DISCOVERIES)))
    return _p_slow(rounds[:count], decision.endpoint, limit_percent, seed, draws)


@lru_cache(maxsize=65536)
def _p_slow(rounds: Rounds, endpoint: Endpoint, limit_percent: float, seed: int, draws: int) -> float:
    return shift_test(rounds, endpoint, seed, draws).p_slow(math.log1p(limit_percent / 100))


def _power_of_two(at_least: int) -> int:
    return 1 << (at_least - 1).bit_length()


def _largest_passing(p_values: list[float]) -> float:
    """Benjamini & Hochberg's cut: the largest p-value that is at most q · rank / m; negative when none is."""
    ranked = sorted(p_values)
    passing = [p for rank, p in enumerate(ranked, start=1) if p <= FALSE_DISCOVERIES * rank / len(ranked)]
    return max(passing, default=-1.0)
