"""From a recording to a comparison: every benchmark that either side has, none dropped."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable

from benchmark_ci.judge import memory
from benchmark_ci.judge.arrangements import arranged_of
from benchmark_ci.judge.endpoints import rounds_of
from benchmark_ci.judge.limits import limit_of, memory_limits_of
from benchmark_ci.judge.overall import WORST_FIRST, counts, overall
from benchmark_ci.judge.placement import why_left_out, with_average
from benchmark_ci.judge.proven import (
    comparable,
    controls,
    identical_of,
    identical_result,
    proofs_of,
    with_proof,
)
from benchmark_ci.judge.result import measured_result, unmeasured_result
from benchmark_ci.judge.suite import judge_apart
from benchmark_ci.judge.work import amounts_of, changed, throughput_of, without_verdict
from benchmark_ci.model import (
    BenchmarkId,
    Comparison,
    Discovered,
    Failure,
    Recording,
    Result,
    Side,
    Verdict,
)


def compare(recording: Recording, threshold_percent: float | None = None) -> Comparison:
    """Judge a recording, as it was or against another threshold ("what if").

    The other threshold takes the place of the run's; benchmarks with a rule of their own keep their limits.
    The answer depends on the recording alone, so it is the same on every machine.
    """
    header = recording.header
    threshold = header.threshold_percent if threshold_percent is None else threshold_percent
    found = recording.preparation.benchmarks if recording.preparation else ()
    targets = recording.preparation.target_failures if recording.preparation else ()
    failures = _failures(recording)
    proofs = proofs_of(recording)
    measured = {
        key: rounds
        for key, rounds in rounds_of(recording.processes).items()
        if rounds and key not in failures
    }
    known = {*measured, *(benchmark.id for benchmark in found)}
    limits = {key: limit_of(key, threshold, header.config) for key in known}
    percents = {key: limits[key].percent for key in measured}
    judged = judge_apart(measured, percents, identical_of(proofs), header.seed)
    amounts = amounts_of(recording.processes)
    peaks = memory.peaks_of(recording.processes)
    harness = recording.preparation.harness_memory if recording.preparation else ()
    seconds = _seconds_per_round(recording)
    arranged = arranged_of(recording.arranged)

    def timed_result(key: BenchmarkId) -> Result:
        work, of_both = changed(amounts[key]), throughput_of(amounts[key])
        timed = measured_result(
            key, measured[key], judged[key], limits[key], header.seed, seconds[key], of_both
        )
        if work:
            return without_verdict(timed, work)
        own = memory_limits_of(key, header.config)
        return memory.with_memory(timed, peaks.get(key, ()), harness, own)

    def result(benchmark: Discovered) -> Result:
        key = benchmark.id
        limit = limits[key]
        timed = timed_result(key) if key in judged else None
        proof, failed = proofs.get(key), failures.get(key, {})
        if proof and proof.identical and comparable(benchmark):
            timed = identical_result(benchmark, limit, timed, failed.values())
        proven = with_proof(timed or unmeasured_result(benchmark, limit, failed, targets), proof)
        return with_average(proven, proof, arranged.get(key, ()), why_left_out(recording, key), header.seed)

    results = sorted((result(benchmark) for benchmark in found), key=_worst_first)
    return Comparison(
        verdict=overall(results),
        counts=counts(results),
        benchmarks=tuple(results),
        noise_percent=_median(one.noise_percent for one in results),
        smallest_visible_percent=_median(
            one.smallest_visible_percent for one in results if one.control is None
        ),
        controls=controls(results),
    )


def _failures(recording: Recording) -> dict[BenchmarkId, dict[Side, Failure]]:
    failures: dict[BenchmarkId, dict[Side, Failure]] = defaultdict(dict)
    for failure in recording.failures:
        failures[failure.id].setdefault(failure.side, failure)
    return dict(failures)


def _seconds_per_round(recording: Recording) -> dict[BenchmarkId, float]:
    """Mean wall seconds of one round of each benchmark, both sides together."""
    walls: dict[BenchmarkId, list[float]] = defaultdict(list)
    for process in recording.processes:
        if process.round > 0:
            walls[process.id].append(process.wall_seconds)
    return {key: 2 * statistics.fmean(seconds) for key, seconds in walls.items()}


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(statistics.median(known), 3) if known else None


def _worst_first(result: Result) -> tuple[int, bool, float, str, str, str]:
    """Failures first, then the largest slowdown; the id settles ties, so that the order is stable."""
    change = result.change_percent or 0.0
    if result.verdict is Verdict.IMPROVED:
        change = -change
    return (
        WORST_FIRST.index(result.verdict),
        not result.fails,
        -change,
        result.package,
        result.target,
        result.id,
    )
