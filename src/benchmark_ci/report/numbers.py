"""Two lists of plain numbers compared: one sentence, a table, and what such numbers are worth."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark_ci.model import COMPARED, Result, Verdict
from benchmark_ci.report import markdown as md
from benchmark_ci.report import plain, selection, units
from benchmark_ci.report.headline import GOOD, UNSURE

WORTH = (
    "One number per side was compared, and nothing is known of its noise: two times of the same code can "
    "differ by more than the threshold. So this warns, and fails only with --fail-on regression."
)
_HEAD = md.table_head(
    ("Entry", ":--"),
    ("Column", ":--"),
    ("Baseline\u00a0→\u00a0current", "--:"),
    ("Change", "--:"),
    ("Verdict", ":--"),
)
_WORDS = {Verdict.REGRESSED: "grew", Verdict.IMPROVED: "shrank"}


def sentence(results: Sequence[Result], threshold_percent: float) -> str:
    """`⚠️ 1 of 6 numbers is larger by more than 10 %`."""
    grown = sum(one.verdict is Verdict.REGRESSED for one in results)
    total = sum(one.verdict in COMPARED for one in results)
    limit = units.percent(threshold_percent)
    if not grown:
        return f"{GOOD} No number is larger by more than {limit} ({total:,} compared)"
    return f"{UNSURE} {units.of(grown, total, 'number')} larger by more than {limit}"


def markdown(results: Sequence[Result], threshold_percent: float) -> str:
    """The comparison as Markdown; names are strangers' text."""
    rows = [md.row(_cells(one)) for one in results]
    body = "\n".join(rows)
    return f"### {sentence(results, threshold_percent)}\n\n{md.prose(WORTH)}\n\n{_HEAD}{body}\n"


def _cells(result: Result) -> tuple[str, ...]:
    column = md.code(result.target) if result.target else selection.NONE
    return (
        md.code(result.id),
        column,
        md.prose(result.reason, 200),
        selection.change(result),
        _word(result),
    )


def text(results: Sequence[Result], threshold_percent: float) -> str:
    """The same in plain lines."""
    lines = [
        f"{_word(one):<10} {selection.change(one):>10}  {plain.name(one.id)} "
        f"{plain.name(one.target) if one.target else ''} {plain.clean(one.reason)}".rstrip()
        for one in results
    ]
    return "\n".join([sentence(results, threshold_percent), "", *lines, "", WORTH]) + "\n"


def _word(result: Result) -> str:
    return _WORDS.get(result.verdict, selection.word(result))
