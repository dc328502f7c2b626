"""What many results come to: how many of each, which verdict over all, and whether the job is red."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from benchmark_ci.model import COMPARED, Comparison, FailOn, Overall, Result, Verdict

WORST_FIRST = (
    Verdict.FAILED,
    Verdict.REGRESSED,
    Verdict.PLACEMENT,
    Verdict.INCONCLUSIVE,
    Verdict.IMPROVED,
    Verdict.NOT_REACHED,
    Verdict.AMBIGUOUS,
    Verdict.REMOVED,
    Verdict.NEW,
    Verdict.UNCHANGED,
    Verdict.IDENTICAL,
)


def counts(results: Iterable[Result]) -> Mapping[str, int]:
    """How many benchmarks got each verdict, and how many were `compared`."""
    verdicts = [result.verdict for result in results]
    tally = {verdict.value: verdicts.count(verdict) for verdict in Verdict}
    return tally | {"compared": sum(verdict in COMPARED for verdict in verdicts)}


def overall(results: Iterable[Result]) -> Overall:
    """The first that applies (DESIGN 6); placement counts as unchanged, what stopped working as regressed."""
    verdicts = {result.verdict for result in results if result.verdict in COMPARED}
    if Verdict.REGRESSED in verdicts or any(result.fails for result in results):
        return Overall.REGRESSED
    if not verdicts:
        return Overall.NOTHING_COMPARED
    if Verdict.IMPROVED in verdicts:
        return Overall.IMPROVED
    if verdicts & {Verdict.UNCHANGED, Verdict.PLACEMENT}:
        return Overall.UNCHANGED
    return Overall.INCONCLUSIVE if Verdict.INCONCLUSIVE in verdicts else Overall.IDENTICAL


def fails_job(comparison: Comparison, fail_on: FailOn) -> bool:
    """Whether this comparison makes the job red."""
    if fail_on is FailOn.NEVER:
        return False
    if comparison.verdict is Overall.REGRESSED:
        return True
    if any(result.memory is not None and result.memory.fails for result in comparison.benchmarks):
        return True
    doubtful = comparison.counts[Verdict.INCONCLUSIVE] + comparison.counts[Verdict.NOT_REACHED]
    return fail_on is FailOn.INCONCLUSIVE and doubtful > 0
