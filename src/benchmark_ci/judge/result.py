"""The result of one benchmark: what was measured, or why nothing was."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from itertools import pairwise

from benchmark_ci.judge.endpoints import Round
from benchmark_ci.judge.limits import Limit
from benchmark_ci.judge.looks import LOOKS, MOST_ROUNDS, shift_test
from benchmark_ci.judge.numbers import low_third, rounded
from benchmark_ci.judge.suite import Judged
from benchmark_ci.model import (
    BenchmarkId,
    Discovered,
    Endpoint,
    Failure,
    Result,
    Side,
    SideTime,
    TargetFailure,
    Throughput,
    Verdict,
)

INTERVAL_ALPHA = 0.025
"""Each side of the 95 % confidence interval."""

FEWEST_FOR_INTERVAL = 6
"""With fewer rounds no p-value is as small as `INTERVAL_ALPHA`: there is no such interval."""


def unmeasured_result(
    benchmark: Discovered,
    limit: Limit,
    failures: Mapping[Side, Failure],
    target_failures: tuple[TargetFailure, ...],
) -> Result:
    """The result of a benchmark that was not judged, and why."""
    verdict, reason = _why_unmeasured(benchmark, failures, target_failures)
    fails = verdict is Verdict.FAILED and _works_on_baseline(benchmark, failures)
    failure = failures.get(Side.CURRENT) or failures.get(Side.BASELINE)
    return Result(
        id=benchmark.id.full_id,
        package=benchmark.id.package,
        target=benchmark.id.target,
        verdict=verdict,
        reason=reason,
        last_lines=failure.last_lines if failure and verdict is Verdict.FAILED else "",
        fails=fails,
        limit_percent=limit.percent,
        limit_rule=limit.rule,
    )


def _works_on_baseline(benchmark: Discovered, failures: Mapping[Side, Failure]) -> bool:
    return Side.BASELINE in benchmark.sides and Side.BASELINE not in failures


def _why_unmeasured(
    benchmark: Discovered, failures: Mapping[Side, Failure], target_failures: tuple[TargetFailure, ...]
) -> tuple[Verdict, str]:
    if benchmark.ambiguous:
        return Verdict.AMBIGUOUS, "Several benchmarks of this target share this id; give each its own."
    if len(benchmark.sides) == 1:
        return _one_sided(benchmark, target_failures)
    if set(failures) == {Side.BASELINE}:
        return Verdict.NEW, f"It fails on baseline: {failures[Side.BASELINE].reason}."
    if Side.CURRENT in failures:
        where = "both sides" if Side.BASELINE in failures else "current; it works on baseline"
        return Verdict.FAILED, f"{failures[Side.CURRENT].reason} on {where}"
    return Verdict.NOT_REACHED, "The run ended before its first round was complete."


def _one_sided(benchmark: Discovered, target_failures: tuple[TargetFailure, ...]) -> tuple[Verdict, str]:
    """New, removed, or lost because its bench target does not work on the other side."""
    other = Side.CURRENT if benchmark.sides == (Side.BASELINE,) else Side.BASELINE
    broken = [
        failure.reason.splitlines()[0]
        for failure in target_failures
        if failure.side is other
        and (failure.target.package, failure.target.name) == (benchmark.id.package, benchmark.id.target)
    ]
    if other is Side.BASELINE:
        return Verdict.NEW, f"Its bench target does not work on baseline: {broken[0]}" if broken else ""
    if broken:
        return Verdict.FAILED, f"Works on baseline; its bench target fails on current: {broken[0]}"
    return Verdict.REMOVED, ""


def measured_result(
    key: BenchmarkId,
    rounds: tuple[Round, ...],
    judged: Judged,
    limit: Limit,
    seed: int,
    seconds_per_round: float,
    throughput: Throughput | None,
) -> Result:
    """The result of a benchmark with at least one complete round; all its rounds enter the estimate."""
    endpoint = judged.decision.endpoint
    test = shift_test(rounds, endpoint, seed)
    low, high = test.interval(INTERVAL_ALPHA)
    change = _percent(test.estimate)
    known = len(rounds) >= FEWEST_FOR_INTERVAL
    return Result(
        id=key.full_id,
        package=key.package,
        target=key.target,
        verdict=judged.verdict,
        reason=_doubt(judged, len(rounds)),
        limit_percent=limit.percent,
        limit_rule=limit.rule,
        rounds=len(rounds),
        endpoint=endpoint,
        change_percent=rounded(change),
        change_low_percent=rounded(_percent(low)) if known else None,
        change_high_percent=rounded(_percent(high)) if known else None,
        p_value=rounded(judged.p_value) if judged.decision.verdict is Verdict.REGRESSED else None,
        noise_percent=_noise(rounds, endpoint),
        smallest_visible_percent=rounded(limit.percent + change - _percent(low)) if known else None,
        minutes_to_decide=_minutes(
            judged, test.estimate, low, high, limit.percent, len(rounds), seconds_per_round
        ),
        baseline=_side_time(rounds, Side.BASELINE, endpoint),
        current=_side_time(rounds, Side.CURRENT, endpoint),
        throughput=throughput,
    )


def _side_time(rounds: tuple[Round, ...], side: Side, endpoint: Endpoint) -> SideTime:
    values = [one.baseline if side is Side.BASELINE else one.current for one in rounds]
    floor = low_third([value.floor_ns for value in values])
    typical = low_third([value.typical_ns for value in values])
    deciding = floor if endpoint is Endpoint.FLOOR else typical
    return SideTime(time_ns=rounded(deciding), floor_ns=rounded(floor), typical_ns=rounded(typical))


def _noise(rounds: tuple[Round, ...], endpoint: Endpoint) -> float:
    """How far two processes of the same side in neighbouring rounds are apart: the median, in percent."""
    name = "floor_ns" if endpoint is Endpoint.FLOOR else "typical_ns"
    distances = [
        abs(math.log(getattr(getattr(later, side), name) / getattr(getattr(earlier, side), name)))
        for side in Side
        for earlier, later in pairwise(rounds)
    ]
    return rounded(_percent(statistics.median(distances))) if distances else 0.0


def _doubt(judged: Judged, rounds: int) -> str:
    """Why an inconclusive benchmark is inconclusive."""
    if judged.verdict is not Verdict.INCONCLUSIVE:
        return ""
    if judged.unconfirmed:
        return "Slower than the limit by itself, but not beyond doubt among so many benchmarks."
    if judged.decision.contradicted:
        return "Its fastest and its typical time say opposite things."
    if rounds < LOOKS[0][0]:
        return f"The time budget ended after {rounds} of at least {LOOKS[0][0]} rounds."
    if rounds < MOST_ROUNDS:
        return f"The time budget ended after {rounds} rounds, before the noise allowed an answer."
    return f"Too noisy, or too close to the limit, to be told in {rounds} rounds."


def _minutes(
    judged: Judged,
    estimate: float,
    low: float,
    high: float,
    limit_percent: float,
    rounds: int,
    seconds: float,
) -> float | None:
    """Minutes more that would decide an inconclusive benchmark, if its noise stays as it is.

    Intervals shrink with the square root of the rounds. None where more rounds than one gets would be needed.
    """
    if judged.verdict is not Verdict.INCONCLUSIVE or rounds >= MOST_ROUNDS:
        return None
    limit = math.log1p(limit_percent / 100)
    distance = min(abs(estimate - limit), abs(estimate + limit))
    half_width = (high - low) / 2
    needed = max(rounds * (half_width / distance) ** 2, LOOKS[0][0]) if distance > 0 else math.inf
    if needed > MOST_ROUNDS:
        return None
    return rounded(max(needed - rounds, 1) * seconds / 60)


def _percent(log_change: float) -> float:
    return math.expm1(log_change) * 100
