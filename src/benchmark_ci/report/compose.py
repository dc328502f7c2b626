"""From a judged recording to the report that every rendering is made of."""

from __future__ import annotations

from benchmark_ci.errors import BenchmarkCIError, NothingCompared
from benchmark_ci.model import Comparison, Overall, Recording, Report, TargetResult
from benchmark_ci.report import proof


def compose(
    recording: Recording,
    comparison: Comparison,
    fails_job: bool,
    error: BenchmarkCIError | None = None,
    threshold_percent: float | None = None,
    targets: tuple[TargetResult, ...] = (),
) -> Report:
    """Join what was measured, what it means, and what stopped the run, if something did."""
    header, preparation, end = recording.header, recording.preparation, recording.end
    return Report(
        tool_version=header.tool_version,
        verdict=verdict(recording, comparison, error),
        fails_job=fails_job or error is not None,
        fail_on=header.fail_on,
        threshold_percent=header.threshold_percent if threshold_percent is None else threshold_percent,
        started=header.started,
        baseline=header.baseline,
        current=header.current,
        baseline_reason=header.baseline_reason,
        environment=preparation.environment if preparation else None,
        counts=comparison.counts,
        benchmarks=comparison.benchmarks,
        noise_percent=comparison.noise_percent,
        smallest_visible_percent=comparison.smallest_visible_percent,
        controls=comparison.controls,
        proof_seconds=round(sum(proof.seconds for proof in recording.proofs), 1),
        targets=targets,
        target_failures=preparation.target_failures if preparation else (),
        courses=recording.history.courses if recording.history else (),
        cautions=cautions(recording, comparison),
        error=error.message if error else "",
        remedy=error.remedy if error else "",
        partial=end is None or end.reason != "decided",
        rounds=max((result.rounds for result in comparison.benchmarks), default=0),
        measuring_seconds=end.measuring_seconds if end else 0,
        total_seconds=end.total_seconds if end else 0,
        time_budget_minutes=header.time_budget_minutes,
        flags=header.flags,
        name=header.name,
    )


def cautions(recording: Recording, comparison: Comparison) -> tuple[str, ...]:
    """What a reader should know besides: of the plan, the build, the history and the controls."""
    preparation = recording.preparation
    misled = proof.misled(comparison.controls)
    unread = recording.history.caution if recording.history else ""
    built = preparation.cautions if preparation else ()
    return (*recording.header.cautions, *built, *filter(None, (unread, misled)))


def verdict(recording: Recording, comparison: Comparison, error: BenchmarkCIError | None) -> Overall:
    """The run's verdict: an error that leaves none comes first; one commit on both sides is identical."""
    if error is not None:
        return Overall.NOTHING_COMPARED if isinstance(error, NothingCompared) else Overall.FAILED
    if recording.header.baseline.sha == recording.header.current.sha:
        return Overall.IDENTICAL
    return comparison.verdict
