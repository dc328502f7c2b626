"""The page's table: one row for each benchmark, as text and as sorting keys."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark_ci.model import Report, Result
from benchmark_ci.report import plain, proof, selection, units
from benchmark_ci.report.course import Sparkline


@dataclass(frozen=True)
class Row:
    """One benchmark in the table: what is shown, and by what it is sorted."""

    name: str
    target: str
    verdict: str
    word: str
    reason: str
    times: str
    rates: str
    change: str
    interval: str
    change_key: float
    limit: str
    limit_rule: str
    limit_key: float
    time_key: float
    noise: str
    rounds: int
    memory: str
    memory_change: str
    memory_interval: str
    memory_key: float
    differs: str
    instructions: str
    instructions_change: str
    instructions_key: float
    course: Sparkline | None


def ordered(report: Report) -> list[Result]:
    """Every benchmark: those that matter, worst first, then the others."""
    matter = selection.that_matter(report)
    told = {result.verdict for result in matter}
    return [*matter, *(result for result in report.benchmarks if result.verdict not in told)]


def row(result: Result, course: Sparkline | None = None) -> Row:
    """What the table says of a benchmark."""
    both = selection.memory(result)
    limit_percent, limit, rule = selection.limit(result)
    return Row(
        name=plain.name(result.id),
        target=selection.target(result),
        verdict=result.verdict.value,
        word=selection.word(result),
        reason=plain.elide(plain.clean(result.reason).strip(), 300),
        times=selection.times(result),
        rates=selection.rates(result),
        change=selection.change(result),
        interval=selection.interval(result),
        change_key=_key(result.change_percent),
        limit=limit,
        limit_rule=plain.name(rule) if rule else "",
        limit_key=_key(limit_percent),
        time_key=_key(result.current.time_ns if result.current else None),
        noise="" if result.noise_percent is None else units.percent(result.noise_percent),
        rounds=result.rounds,
        memory=units.sizes(*both) if both else selection.NONE,
        memory_change=units.change(selection.memory_change(result)) if both else "",
        memory_interval=selection.memory_interval(result) if both else "",
        memory_key=_key(selection.memory_change(result) if both else None),
        differs=_differs(result),
        instructions=proof.counts(result),
        instructions_change=proof.counts_change(result),
        instructions_key=_key(result.current_instructions),
        course=course,
    )


def _differs(result: Result) -> str:
    names, more = proof.differs(result, most=8)
    if names:
        return f"Differs: {', '.join(names)}{more}"
    reason = plain.clean(result.timed_because)
    return plain.elide(f"Timed because {reason}", 300) if reason else ""


def _key(number: float | None) -> float:
    """What a column is sorted by; what was not measured comes after everything that was."""
    return -1e9 if number is None else round(number, 3)
