"""Targets against references: is the benchmark as much faster, and as much smaller, as is demanded?

The same test as between baseline and current, with the reference in baseline's place: against the ratio
that is demanded, at planned looks. A target is met or missed beyond doubt, or it is unclear.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from benchmark_ci.judge.endpoints import Round, primary, values
from benchmark_ci.judge.looks import shift_test
from benchmark_ci.judge.numbers import low_third, rounded
from benchmark_ci.judge.randomisation import Shift
from benchmark_ci.judge.result import FEWEST_FOR_INTERVAL, INTERVAL_ALPHA
from benchmark_ci.model import (
    Contender,
    Endpoint,
    FailOn,
    Recording,
    ReferenceProcess,
    ReferenceTarget,
    Standing,
    TargetResult,
    TargetVerdict,
    Unmeasured,
)

TARGET_LOOKS = ((7, 0.01), (12, 0.015))
"""(rounds, level) of each look; the levels add up to 2.5 %, the error of `met` and of `missed`."""

MOST_TARGET_ROUNDS = TARGET_LOOKS[-1][0]

Pair = tuple[ReferenceProcess, ReferenceProcess]  # the reference's process and the benchmark's, of one round
Test = Callable[[int], Shift]  # of the first so many rounds


def judge_targets(recording: Recording) -> tuple[TargetResult, ...]:
    """The judgement of every target, in the configuration's order; none where nothing had to be built."""
    if recording.header.baseline.sha == recording.header.current.sha:
        return ()
    seed = recording.header.seed
    given_up = {one.target: one for one in recording.unmeasured}
    results = []
    for position, target in enumerate(recording.header.targets):
        processes = [one for one in recording.references if one.target == position]
        pairs = _pairs(processes)
        if pairs:
            results.append(_measured(target, pairs, seed, given_up.get(position)))
        else:
            results.append(_unmeasured(target, given_up.get(position)))
    return tuple(results)


def settled(target: ReferenceTarget, processes: Iterable[ReferenceProcess], seed: int) -> bool:
    """Whether more rounds would tell nothing about a target."""
    pairs = _pairs(processes)
    if len(pairs) >= MOST_TARGET_ROUNDS:
        return True
    if not pairs:
        return False
    demanded = [one for one in _standings(target, pairs, seed) if one and one.demanded is not None]
    return all(one.verdict is not TargetVerdict.UNCLEAR for one in demanded)


def targets_fail(results: Iterable[TargetResult], fail_on: FailOn) -> bool:
    """Whether a target that says `fail` makes the job red."""
    if fail_on is FailOn.NEVER:
        return False
    told = [one.verdict for one in results if one.target.fails]
    if fail_on is FailOn.INCONCLUSIVE:
        return any(verdict is not TargetVerdict.MET for verdict in told)
    return TargetVerdict.MISSED in told


def _pairs(processes: Iterable[ReferenceProcess]) -> list[Pair]:
    """Complete rounds in order, no more than are measured; calibration and half rounds are left out."""
    numbered: dict[int, dict[Contender, ReferenceProcess]] = {}
    for one in processes:
        if one.round > 0:
            numbered.setdefault(one.round, {})[one.contender] = one
    pairs = [
        (both[Contender.REFERENCE], both[Contender.BENCHMARK])
        for _, both in sorted(numbered.items())
        if len(both) == len(Contender)
    ]
    return pairs[:MOST_TARGET_ROUNDS]


def _unmeasured(target: ReferenceTarget, why: Unmeasured | None) -> TargetResult:
    return TargetResult(
        target=target,
        verdict=TargetVerdict.NOT_MEASURED,
        reason=why.reason if why else "The run ended before its turn.",
        last_lines=why.last_lines if why else "",
    )


def _measured(target: ReferenceTarget, pairs: list[Pair], seed: int, why: Unmeasured | None) -> TargetResult:
    times, memory = _standings(target, pairs, seed)
    verdict, reason = _overall(target, times, memory, len(pairs), why)
    endpoint = _endpoint(pairs)
    reference, benchmark = zip(*pairs, strict=True)
    return TargetResult(
        target=target,
        verdict=verdict,
        reason=reason,
        last_lines=why.last_lines if why and verdict is TargetVerdict.UNCLEAR else "",
        rounds=len(pairs),
        times_faster=times,
        memory_percent=memory,
        benchmark_time_ns=_middle(_time(one, endpoint) for one in benchmark),
        reference_time_ns=_middle(_time(one, endpoint) for one in reference),
        benchmark_peak_memory_bytes=_peak(benchmark),
        reference_peak_memory_bytes=_peak(reference),
    )


def _overall(
    target: ReferenceTarget, times: Standing, memory: Standing | None, rounds: int, why: Unmeasured | None
) -> tuple[TargetVerdict, str]:
    """The verdict of all demands together, and what a reader must be told."""
    verdicts = [one.verdict for one in (times, memory) if one and one.verdict]
    if TargetVerdict.MISSED in verdicts:
        return TargetVerdict.MISSED, ""
    unknown = target.memory_percent is not None and memory is None
    if TargetVerdict.UNCLEAR in verdicts:
        if why:
            return TargetVerdict.UNCLEAR, why.reason
        return TargetVerdict.UNCLEAR, f"Too noisy, or too close to the target, to be told in {rounds} rounds."
    if unknown:
        verdict = TargetVerdict.UNCLEAR if verdicts else TargetVerdict.NOT_MEASURED
        return verdict, "Peak memory could not be measured."
    return TargetVerdict.MET, ""


def _standings(target: ReferenceTarget, pairs: list[Pair], seed: int) -> tuple[Standing, Standing | None]:
    """How the benchmark stands in time, and in memory where that is known."""
    rounds = tuple(
        Round(baseline=values(reference), current=values(benchmark)) for reference, benchmark in pairs
    )

    def in_time(count: int) -> Shift:
        return shift_test(rounds[:count], primary(rounds[:count]), seed)

    bound = None if target.times_faster is None else -math.log(target.times_faster)
    verdict = _verdict(in_time, len(pairs), bound)
    times = _standing(
        in_time(len(pairs)), len(pairs), verdict, target.times_faster, lambda log: math.exp(-log)
    )

    sizes = [
        (math.log(reference.peak_memory_bytes), math.log(benchmark.peak_memory_bytes))
        for reference, benchmark in pairs
        if reference.peak_memory_bytes and benchmark.peak_memory_bytes
    ]
    if len(sizes) < len(pairs):
        return times, None

    def in_memory(count: int) -> Shift:
        reference, benchmark = np.array(sizes[:count]).T
        return Shift(reference, benchmark, seed)

    bound = None if target.memory_percent is None else math.log(target.memory_percent) - math.log(100)
    verdict = _verdict(in_memory, len(pairs), bound)
    demanded = target.memory_percent
    return times, _standing(
        in_memory(len(pairs)), len(pairs), verdict, demanded, lambda log: 100 * math.exp(log)
    )


def _verdict(test: Test, rounds: int, bound: float | None) -> TargetVerdict | None:
    """Replay the looks: is the log of benchmark over reference at most `bound`? The first answer stands."""
    if bound is None:
        return None
    for count, level in TARGET_LOOKS:
        if rounds < count:
            break
        shift = test(count)
        if shift.p_fast(bound) <= level:
            return TargetVerdict.MET
        if shift.p_slow(bound) <= level:
            return TargetVerdict.MISSED
    return TargetVerdict.UNCLEAR


def _standing(
    test: Shift,
    rounds: int,
    verdict: TargetVerdict | None,
    demanded: float | None,
    shown: Callable[[float], float],
) -> Standing:
    """Estimate and interval from all rounds; `shown` turns a log into what people read."""
    ends = sorted(map(shown, test.interval(INTERVAL_ALPHA))) if rounds >= FEWEST_FOR_INTERVAL else None
    return Standing(
        verdict=verdict,
        demanded=demanded,
        measured=rounded(shown(test.estimate)),
        low=rounded(ends[0]) if ends else None,
        high=rounded(ends[1]) if ends else None,
    )


def _endpoint(pairs: list[Pair]) -> Endpoint:
    return primary(
        tuple(Round(baseline=values(reference), current=values(benchmark)) for reference, benchmark in pairs)
    )


def _time(one: ReferenceProcess, endpoint: Endpoint) -> float:
    said = values(one)
    return said.floor_ns if endpoint is Endpoint.FLOOR else said.typical_ns


def _middle(times_ns: Iterable[float]) -> float:
    return rounded(low_third(list(times_ns)))


def _peak(processes: tuple[ReferenceProcess, ...]) -> int | None:
    sizes = [one.peak_memory_bytes for one in processes]
    known = [float(size) for size in sizes if size]
    return round(low_third(known)) if len(known) == len(sizes) else None
