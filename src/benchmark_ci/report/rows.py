"""Rows of the Markdown tables: one benchmark, one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmark_ci.model import Result, TargetResult, TargetVerdict, Verdict
from benchmark_ci.report import markdown, proof, selection, targets, units

_LEFT, _RIGHT = ":--", "--:"
HEAD = markdown.table_head(
    ("Benchmark", _LEFT),
    ("Baseline\u00a0→\u00a0current", _RIGHT),
    ("Change", _RIGHT),
    ("Limit", _RIGHT),
    ("Verdict", _LEFT),
)
MEMORY_HEAD = markdown.table_head(("Benchmark", _LEFT), ("Peak memory", _RIGHT), ("Change", _RIGHT))
_NAMED = 10
TARGET_HEAD = markdown.table_head(
    ("Benchmark", _LEFT),
    ("Reference", _LEFT),
    ("Reference\u00a0→\u00a0benchmark", _RIGHT),
    ("Peak memory", _RIGHT),
    ("Target", _LEFT),
    ("Verdict", _LEFT),
)
_STRONG = (Verdict.REGRESSED, Verdict.FAILED, Verdict.IMPROVED)


def benchmark(result: Result, shared: frozenset[str]) -> str:
    """The id, and its target where the id alone (`shared`) does not tell which benchmark it is."""
    inside = f" in {markdown.code(selection.target(result))}" if result.id in shared else ""
    return markdown.code(result.id) + inside


def judged(results: Iterable[Result], shared: frozenset[str]) -> tuple[str, ...]:
    """A row for each benchmark: times, change with its interval, limit, verdict word.

    A reason is given once where neighbours share it.
    """
    lines, said = [], ""
    for result in results:
        lines.append(markdown.row(_cells(result, shared, "" if result.reason == said else result.reason)))
        said = result.reason
    return tuple(lines)


def memory(results: Iterable[Result], shared: frozenset[str]) -> tuple[str, ...]:
    """A row for each benchmark whose peak memory is known on both sides."""
    return tuple(
        markdown.row(
            (
                benchmark(result, shared),
                _unbroken(units.sizes(*both)),
                _unbroken(
                    f"{units.change(selection.memory_change(result))} "
                    f"{selection.memory_interval(result)}".strip()
                ),
            )
        )
        for result in results
        if (both := selection.memory(result))
    )


def against(results: Iterable[TargetResult]) -> tuple[str, ...]:
    """A row for each target against a reference."""
    return tuple(markdown.row(_target_cells(result)) for result in results)


def _target_cells(result: TargetResult) -> tuple[str, ...]:
    speed, memory = result.times_faster, result.memory_percent
    verdict = targets.word(result)
    shown = f"**{verdict}**" if result.verdict is not TargetVerdict.MET else verdict
    return (
        markdown.code(result.target.benchmark),
        markdown.code(targets.command(result.target) or targets.reference(result.target)),
        _unbroken(targets.pair(result)) + _small(_unbroken(targets.faster(speed)) if speed else ""),
        _unbroken(targets.sizes(result)) + _small(_unbroken(targets.share(memory)) if memory else ""),
        targets.demanded(result.target),
        shown + _small(markdown.prose(result.reason, 200)),
    )


def together(results: Sequence[Result]) -> str:
    """One row for benchmarks that failed for one reason."""
    first = results[0]
    cells = (
        f"{units.count(len(results), 'benchmark')} of {markdown.code(selection.target(first))}",
        selection.NONE,
        selection.NONE,
        selection.NONE,
        _verdict(first, first.reason),
    )
    return markdown.row(cells)


def _cells(result: Result, shared: frozenset[str], reason: str) -> tuple[str, ...]:
    _, limit, rule = selection.limit(result)
    return (
        markdown.code(result.id)
        + (f"<br>{_small_code(result)}" if result.id in shared else "")
        + _small(differs(result)),
        _unbroken(selection.times(result)) + _small(_unbroken(selection.rates(result))),
        _change(result),
        _unbroken(limit) + _small(markdown.code(rule) if rule else ""),
        _verdict(result, reason),
    )


def differs(result: Result) -> str:
    """`differs: a, b and 3 more`: what a reviewer should look at."""
    names, more = proof.differs(result)
    return f"differs: {', '.join(map(markdown.code, names))}{more}" if names else ""


def timed(results: Sequence[Result], shared: frozenset[str]) -> tuple[str, ...]:
    """A line for each reason why benchmarks were timed; what differs has a line of its own."""
    lines = []
    for reason, group in proof.reasons(one for one in results if not one.differs).items():
        names = ", ".join(benchmark(one, shared) for one in group[:_NAMED])
        more = f" and {len(group) - _NAMED:,} more" if len(group) > _NAMED else ""
        lines.append(f"- {names}{more}: {markdown.prose(reason, 200)}")
    for one in results:
        if one.differs:
            counted = proof.instructions(one)
            lines.append(f"- {benchmark(one, shared)} {differs(one)}" + (f" · {counted}" if counted else ""))
    return tuple(lines)


def _change(result: Result) -> str:
    change = _unbroken(selection.change(result))
    bold = f"**{change}**" if result.verdict in _STRONG and result.change_percent is not None else change
    return f"{bold} {_unbroken(selection.interval(result))}".strip()


def _verdict(result: Result, reason: str) -> str:
    word = selection.word(result)
    return (f"**{word}**" if result.verdict in _STRONG else word) + _small(markdown.prose(reason, 200))


def _small(markup: str) -> str:
    return f"<br><sub>{markup}</sub>" if markup else ""


def _small_code(result: Result) -> str:
    return f"<sub>in {markdown.code(selection.target(result))}</sub>"


def _unbroken(numbers: str) -> str:
    """A number and its unit stay on one line, however narrow the table gets."""
    return numbers.replace(" ", "\u00a0")
