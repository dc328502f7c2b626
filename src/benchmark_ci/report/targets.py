"""Targets against references in words: text without markup."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

from benchmark_ci.model import FailOn, ReferenceTarget, Report, Standing, TargetResult, TargetVerdict
from benchmark_ci.report import plain, selection, units

_FILE = re.compile(r"/|\.[A-Za-z]\w*$")
_FAILING = {
    TargetVerdict.MISSED: "missed",
    TargetVerdict.UNCLEAR: "unclear",
    TargetVerdict.NOT_MEASURED: "not measured",
}


def word(result: TargetResult) -> str:
    """The verdict as people read it."""
    return result.verdict.value.replace("-", " ")


def open_ones(report: Report) -> tuple[TargetResult, ...]:
    """The targets that are not met: missed first, then unclear, then not measured."""
    order = tuple(_FAILING)
    found = [one for one in report.targets if one.verdict in order]
    return tuple(sorted(found, key=lambda one: (order.index(one.verdict), not one.target.fails)))


def met(report: Report) -> tuple[TargetResult, ...]:
    """The targets that are met, in the configuration's order."""
    return tuple(one for one in report.targets if one.verdict is TargetVerdict.MET)


def makes_red(report: Report, result: TargetResult) -> bool:
    """Whether this target fails the job, by what it says and by `fail_on`."""
    if not result.target.fails or report.fail_on is FailOn.NEVER:
        return False
    if report.fail_on is FailOn.INCONCLUSIVE:
        return result.verdict is not TargetVerdict.MET
    return result.verdict is TargetVerdict.MISSED


def failing(report: Report) -> str:
    """`1 of 3 targets is missed`, of those that fail the job; empty where none does."""
    red = [one for one in open_ones(report) if makes_red(report, one)]
    if not red:
        return ""
    words = [_FAILING[verdict] for verdict in dict.fromkeys(one.verdict for one in red)]
    return f"{units.of(len(red), len(report.targets), 'target')} {' or '.join(words)}"


def title(report: Report) -> str:
    """`3 of 3 targets met`."""
    return f"{len(met(report)):,} of {units.count(len(report.targets), 'target')} met"


def reference(target: ReferenceTarget) -> str:
    """What the reference is called: a benchmark's id, or the file that the command runs."""
    if target.reference_benchmark:
        return plain.name(target.reference_benchmark)
    words = target.reference_command or ("",)
    return plain.name(next((one for one in words if _FILE.search(one)), words[0]))


def command(target: ReferenceTarget) -> str:
    """The whole command, as a shell would take it; empty where the reference is a benchmark."""
    return plain.name(shlex.join(target.reference_command), 300) if target.reference_command else ""


def line(result: TargetResult, name: Callable[[str], str], prose: Callable[[str], str]) -> str:
    """The verdict and the sentence on one line; `name` and `prose` draw what strangers wrote."""
    strict = " (fails the job)" if result.target.fails else ""
    reason = f". {prose(result.reason)}" if result.reason else ""
    return f"Target {word(result)}{strict}: {sentence(result, name)}{reason}"


def sentence(result: TargetResult, name: Callable[[str], str]) -> str:
    """`channel/64 is 41.2× faster [40.1, 42.9] than reference/quantize.py (target 5×)`, and its memory.

    `name` draws the names of benchmark and reference.
    """
    target = result.target
    benchmark, other = name(target.benchmark), name(reference(target))
    if not result.rounds:
        return f"{benchmark} against {other} (target {demanded(target)})"
    parts = []
    if result.times_faster and (target.times_faster is not None or not result.memory_percent):
        parts.append(f"is {faster(result.times_faster)} than {other}{_target(target.times_faster, times)}")
    if result.memory_percent and target.memory_percent is not None:
        whose = "its memory" if parts else f"the memory of {other}"
        parts.append(f"takes {share(result.memory_percent)} of {whose} (target at most {_most(target)})")
    return f"{benchmark} {' and '.join(parts)}"


def demanded(target: ReferenceTarget) -> str:
    """`5× faster, at most 50 % of its memory`."""
    speed = [] if target.times_faster is None else [f"{times(target.times_faster)} faster"]
    memory = [] if target.memory_percent is None else [f"at most {_most(target)} of its memory"]
    return ", ".join(speed + memory)


def faster(one: Standing) -> str:
    """`41.2× faster [40.1, 42.9]`; below 1 the other way round."""
    if one.measured >= 1:
        return f"{_number(one.measured)}× faster{_interval(one.low, one.high)}"
    low, high = (1 / end if end else None for end in (one.high, one.low))
    return f"{_number(1 / one.measured)}× slower{_interval(low, high)}"


def share(one: Standing) -> str:
    """`38 % [37.2, 39.1]`."""
    return f"{units.percent(one.measured)}{_interval(one.low, one.high)}"


def times(factor: float) -> str:
    """`5×`, `12.75×`: what is demanded, as it was written."""
    return f"{factor:g}×" if factor < 1e6 else f"{factor:,.0f}×"


def pair(result: TargetResult) -> str:
    """`1.234 ms → 28.10 µs`: the reference's time and the benchmark's, or a dash."""
    if result.reference_time_ns is None or result.benchmark_time_ns is None:
        return selection.NONE
    return units.times(result.reference_time_ns, result.benchmark_time_ns)


def sizes(result: TargetResult) -> str:
    """`10.20 → 4.100 MiB`: peak memory of the reference and of the benchmark, or a dash."""
    if not (result.reference_peak_memory_bytes and result.benchmark_peak_memory_bytes):
        return selection.NONE
    return units.sizes(result.reference_peak_memory_bytes, result.benchmark_peak_memory_bytes)


def _most(target: ReferenceTarget) -> str:
    return units.percent(target.memory_percent or 0)


def _target(demand: float | None, shown: Callable[[float], str]) -> str:
    return "" if demand is None else f" (target {shown(demand)})"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" [{_number(low)}, {_number(high)}]"


def _number(value: float) -> str:
    """Three digits, also where the last is a zero."""
    return f"{value:#.3g}".removesuffix(".") if value < 999.5 else f"{value:,.0f}"
