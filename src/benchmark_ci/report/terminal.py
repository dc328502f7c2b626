"""The report on a terminal or in a log: the verdict first, no colour codes."""

from __future__ import annotations

import textwrap
import unicodedata
from functools import cache

from benchmark_ci.model import Commit, Report, Result, Verdict
from benchmark_ci.report import facts, plain, selection, targets, units
from benchmark_ci.report.headline import headline

_NARROWEST = 40
_SHORTEST_NAME = 24
_OTHERS = (Verdict.NOT_REACHED, Verdict.AMBIGUOUS, Verdict.REMOVED, Verdict.NEW, Verdict.UNCHANGED)
"""Identical ones are counted in the headline and not worth a line each."""

Line = tuple[str, str, str, str, str]


def text(report: Report, width: int) -> str:
    """The report in lines of at most `width` columns where numbers leave the room; ends with a newline."""
    width = max(width, _NARROWEST)
    blocks = (
        _wrapped(str(headline(report).of(plain.name(report.name) if report.name.strip() else "")), width),
        _wrapped(_context(report), width),
        _error(report, width),
        _references(report, width),
        _table(report, width),
        _memory(report),
        _last_lines(report),
        _targets(report),
        _wrapped(" ".join(facts.trust(report)).replace("`", ""), width),
        "\n".join(_wrapped(f"- {plain.clean(caution)}", width) for caution in report.cautions),
        _reproduce(report),
    )
    return "\n\n".join(block for block in blocks if block) + "\n"


def _wrapped(sentence: str, width: int) -> str:
    return textwrap.fill(sentence, width, break_long_words=False, break_on_hyphens=False)


def _context(report: Report) -> str:
    sides = f"baseline {_commit(report.baseline)} → current {_commit(report.current)}"
    return " · ".join([sides, *facts.machine(report), *facts.effort(report)])


def _commit(commit: Commit) -> str:
    what = plain.name(commit.what) if commit.what.strip() else ""
    if not facts.has_commit(commit):
        return what or "(unnamed)"
    return units.sha(facts.shown_sha(commit)) + (f" ({what})" if what else "")


def _error(report: Report, width: int) -> str:
    remedy = _wrapped(plain.clean(report.remedy).strip(), width)
    return "\n".join([*plain.first_lines(report.error, most=40), *([remedy] if remedy else [])])


def _table(report: Report, width: int) -> str:
    matter = selection.that_matter(report)
    results = [*matter, *selection.by_verdict(report, *_OTHERS)]
    if not results:
        return ""
    lines: list[Line] = [("verdict", "change", "baseline → current", "limit", "benchmark")]
    lines += [_line(result) for result in results]
    widths = [max(_columns(line[column]) for line in lines) for column in range(4)]
    room = max(width - sum(widths) - 2 * len(widths), _SHORTEST_NAME)
    reasons = ["", *(_reason(result) for result in results)]
    return "\n".join(_drawn(line, widths, room, reason) for line, reason in zip(lines, reasons, strict=True))


def _reason(result: Result) -> str:
    """Why the verdict, and by which rule the limit is not the threshold."""
    rule = f"limit of {plain.name(result.limit_rule)}" if result.limit_rule else ""
    return "; ".join(filter(None, [plain.clean(result.reason).removesuffix("." if rule else ""), rule]))


def _line(result: Result) -> Line:
    change = f"{selection.change(result)} {selection.interval(result)}".strip()
    limit = units.percent(result.limit_percent) if result.change_percent is not None else selection.NONE
    return (selection.word(result), change, selection.times(result), limit, plain.name(result.id))


def _drawn(line: Line, widths: list[int], room: int, reason: str) -> str:
    cells = [cell + " " * (width - _columns(cell)) for cell, width in zip(line[:4], widths, strict=True)] + [
        plain.elide(line[4], room)
    ]
    return "  ".join(cells).rstrip() + (f"\n    {reason}" if reason else "")


def _memory(report: Report) -> str:
    return "\n".join(
        f"Peak memory: {units.sizes(*both)} ({units.change(selection.memory_change(one))}) "
        f"{plain.name(one.id)}"
        for one in selection.memory_warned(report)
        if (both := selection.memory(one))
    )


def _columns(cell: str) -> int:
    return sum(map(_columns_of, cell))


@cache
def _columns_of(character: str) -> int:
    """On a terminal wide characters take two columns, combining ones none."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _indented(title: str, lines: tuple[str, ...]) -> str:
    return "\n".join([title, *(f"    {line}" for line in lines)])


def _last_lines(report: Report) -> str:
    seen: dict[str, str] = {}
    for result in selection.by_verdict(report, Verdict.FAILED):
        if result.last_lines.strip():
            seen.setdefault(result.last_lines, plain.name(result.id))
    return "\n\n".join(_indented(f"{name}:", plain.lines(said, most=10)) for said, name in seen.items())


def _targets(report: Report) -> str:
    return "\n\n".join(
        _indented(
            f"{plain.name(str(failure.target))} gives no benchmarks on {failure.side.value}:",
            (*plain.first_lines(failure.reason, most=20), *filter(None, [plain.clean(failure.remedy)])),
        )
        for failure in report.target_failures
    )


def _references(report: Report, width: int) -> str:
    """A line for each target against a reference, those that are not met first."""
    lines = [
        _wrapped(targets.line(one, plain.name, plain.clean), width)
        + "".join(f"\n    {said}" for said in plain.lines(one.last_lines, most=10))
        for one in (*targets.open_ones(report), *targets.met(report))
    ]
    return "\n".join(lines)


def _reproduce(report: Report) -> str:
    command = facts.reproduce(report)
    return f"Reproduce: {command}" if command else ""
