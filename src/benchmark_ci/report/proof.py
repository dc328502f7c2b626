"""What the proof says to people: what differs, how many instructions, and how the controls did."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark_ci.model import Controls, Report, Result
from benchmark_ci.report import plain, units

LONGEST = 80
_NAMED = 3


def differs(result: Result, most: int = _NAMED) -> tuple[tuple[str, ...], str]:
    """The functions and constants whose code differs, as names, and ` and 2 more`."""
    names = tuple(plain.name(one, LONGEST) for one in result.differs[:most])
    more = len(result.differs) - len(names)
    return names, f" and {more:,} more" if more else ""


def instructions(result: Result) -> str:
    """`1,204 → 1,377 instructions (+14.4 %)`, or nothing where they were not counted."""
    counted, change = counts(result), counts_change(result)
    return f"{counted} instructions {f'({change})' if change else 'on both sides'}" if counted else ""


def counts(result: Result) -> str:
    """`1,204 → 1,377`, or `1,204` where both are the same, or nothing where none were counted."""
    baseline, current = result.baseline_instructions, result.current_instructions
    if not baseline or current is None:
        return ""
    return f"{baseline:,} → {current:,}" if baseline != current else f"{baseline:,}"


def counts_change(result: Result) -> str:
    """`+14.4 %`, or nothing where as many were executed, or none were counted."""
    baseline, current = result.baseline_instructions, result.current_instructions
    if not baseline or current is None or baseline == current:
        return ""
    return units.change((current / baseline - 1) * 100)


def looked_at(report: Report) -> tuple[Result, ...]:
    """The benchmarks that were timed although a proof was tried, in the report's order."""
    return tuple(one for one in report.benchmarks if one.timed_because)


def reasons(results: Iterable[Result]) -> dict[str, tuple[Result, ...]]:
    """The timed benchmarks by the reason why they were: one that names what differs stands for itself."""
    grouped: dict[str, list[Result]] = {}
    for one in results:
        grouped.setdefault(one.timed_because, []).append(one)
    return {reason: tuple(group) for reason, group in grouped.items()}


def controls(found: Controls | None) -> str:
    """How the identical benchmarks did that were timed along; empty where none were, or one did badly."""
    if found is None or found.called_changed or found.low_percent is None or found.high_percent is None:
        return ""
    counted = units.count(found.timed, "control")
    return f"{counted} (the same code on both sides, timed all the same): {_span(found)}."


def misled(found: Controls | None) -> str:
    """The caution of a run that called a control changed; empty where none was."""
    if found is None or not found.called_changed:
        return ""
    span = f" ({_span(found)})" if _span(found) else ""
    return (
        f"{units.of(found.called_changed, found.timed, 'control')} called changed{span} although the same "
        "code runs on both sides. Noise does that, or another place in memory: take changes of this size "
        "with care, or measure again on a quieter machine."
    )


def _span(found: Controls) -> str:
    """From the smallest to the largest change of the controls; empty where none is known."""
    if found.low_percent is None or found.high_percent is None:
        return ""
    low, high = units.change(found.low_percent), units.change(found.high_percent)
    return low if low == high else f"{low} to {high}"
