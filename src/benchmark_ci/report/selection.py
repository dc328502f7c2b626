"""Which benchmarks matter, in which order, and what a row says of each: text without markup."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from benchmark_ci.model import FailOn, Report, Result, Verdict
from benchmark_ci.report import plain, units

NONE = "–"

Cause = tuple[str, str, str, bool]


def by_verdict(report: Report, *verdicts: Verdict) -> tuple[Result, ...]:
    """The benchmarks with one of these verdicts, in the report's order (worst first)."""
    return tuple(result for result in report.benchmarks if result.verdict in verdicts)


def that_matter(report: Report) -> tuple[Result, ...]:
    """Stopped working, regressed, failed, improved, placement, inconclusive: worst first."""
    ranked = [result for result in report.benchmarks if _rank(result) is not None]
    return tuple(sorted(ranked, key=lambda result: _rank(result) or 0))


def _rank(result: Result) -> int | None:
    if result.fails and result.verdict is Verdict.FAILED:
        return 0
    order = (
        Verdict.REGRESSED,
        Verdict.FAILED,
        Verdict.IMPROVED,
        Verdict.PLACEMENT,
        Verdict.INCONCLUSIVE,
    )
    return order.index(result.verdict) + 1 if result.verdict in order else None


def cause(result: Result) -> Cause:
    """Package, target, reason, and whether it fails the job."""
    return (result.package, result.target, result.reason, result.fails)


def causes(report: Report) -> Mapping[Cause, tuple[Result, ...]]:
    """The failed benchmarks by cause: a target that does not build takes all its benchmarks along."""
    grouped: dict[Cause, list[Result]] = defaultdict(list)
    for one in that_matter(report):
        if one.verdict is Verdict.FAILED:
            grouped[cause(one)].append(one)
    return {key: tuple(results) for key, results in grouped.items()}


def shared_ids(report: Report) -> frozenset[str]:
    """Ids that more than one target has: these need their target's name beside them."""
    places = {(result.id, result.package, result.target) for result in report.benchmarks}
    seen = Counter(benchmark for benchmark, _, _ in places)
    return frozenset(benchmark for benchmark, times in seen.items() if times > 1)


def target(result: Result) -> str:
    """`package/target`, as a name; in a Criterion tree both are unknown."""
    known = "/".join(part for part in (result.package, result.target) if part)
    return plain.name(known) if known else "the tree"


def word(result: Result) -> str:
    """The verdict as people read it."""
    return result.verdict.value.replace("-", " ")


def times(result: Result) -> str:
    """`1.234 → 1.567 µs`, or the one side that was measured, or a dash."""
    if result.baseline and result.current:
        return units.times(result.baseline.time_ns, result.current.time_ns)
    one = result.baseline or result.current
    return units.time(one.time_ns) if one else NONE


def rates(result: Result) -> str:
    """`812.0 → 640.0 MiB/s`, or nothing where no throughput is known."""
    if not (result.throughput and result.baseline and result.current):
        return ""
    return units.rates(result.throughput, result.baseline.time_ns, result.current.time_ns)


def change(result: Result) -> str:
    """`+12.3 %`, or a dash."""
    return NONE if result.change_percent is None else units.change(result.change_percent)


def interval(result: Result) -> str:
    """`[+10.2, +14.1]`, or nothing."""
    if result.change_low_percent is None or result.change_high_percent is None:
        return ""
    return units.interval(result.change_low_percent, result.change_high_percent)


def limit(result: Result) -> tuple[float | None, str, str]:
    """Percent, `10 %` and the rule that set it, if one did; where no change was held against it, a dash."""
    if result.change_percent is None:
        return None, NONE, ""
    return result.limit_percent, units.percent(result.limit_percent), result.limit_rule or ""


def memory(result: Result) -> tuple[int, int] | None:
    """Peak memory of both sides in bytes, where both are known."""
    baseline = result.baseline.peak_memory_bytes if result.baseline else None
    current = result.current.peak_memory_bytes if result.current else None
    return (baseline, current) if baseline and current else None


def memory_change(result: Result) -> float:
    """Percent by which peak memory grew; 0 where it is not known."""
    if result.memory:
        return result.memory.change_percent
    both = memory(result)
    return (both[1] / both[0] - 1) * 100 if both else 0.0


def memory_interval(result: Result) -> str:
    """`[+10.2, +14.1]`: of the change in peak memory; nothing where too few rounds tell."""
    known = result.memory
    if known is None or known.low_percent is None or known.high_percent is None:
        return ""
    return units.interval(known.low_percent, known.high_percent)


def by_memory(report: Report) -> tuple[Result, ...]:
    """The benchmarks whose peak memory is known on both sides, the largest growth first."""
    known = [result for result in report.benchmarks if memory(result)]
    return tuple(sorted(known, key=memory_change, reverse=True))


def memory_failing(report: Report) -> tuple[Result, ...]:
    """Those of them that fail the job, by what the configuration says and by `fail_on`."""
    if report.fail_on is FailOn.NEVER:
        return ()
    return tuple(one for one in memory_warned(report) if one.memory and one.memory.fails)


def memory_warned(report: Report) -> tuple[Result, ...]:
    """The benchmarks whose peak memory warns, the largest growth first."""
    return tuple(one for one in by_memory(report) if one.memory and one.memory.warning)
