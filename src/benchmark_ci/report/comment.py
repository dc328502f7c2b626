"""The pull request's comment (DESIGN 1): understood in five seconds, everything else folded."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark_ci.model import Links, Report, Result, Verdict
from benchmark_ci.report import blocks, facts, markdown, proof, rows, selection, targets, units
from benchmark_ci.report.fitting import Part, fit

LIMIT = 65_000
"""UTF-8 bytes, and so UTF-16 units too; GitHub refuses a comment of more than 65,536."""

_SHOWN = {Verdict.INCONCLUSIVE: 10, Verdict.PLACEMENT: 10, Verdict.IMPROVED: 10}
"""Rows of these verdicts that stand open; the rest is folded."""

_SHOWN_OF_OTHERS = 40
_ALIKE = 4
"""From this many on, benchmarks that failed for one reason share a row."""


def comment(report: Report, links: Links, marker: str) -> str:
    """The comment's body; `marker` is the caller's HTML comment by which it is found again."""
    shared = selection.shared_ids(report)
    visible, rest = _split(selection.that_matter(report))
    fixed = [
        marker,
        blocks.top(report) + blocks.context(report, links),
        blocks.error(report),
        blocks.memory(report),
    ]
    after = [blocks.removed(report), blocks.trust(report)]
    parts = [
        *_texts(fixed),
        blocks.open_targets(report),
        Part(_open_rows(report, visible, shared), rank=1, before=rows.HEAD, noun="row"),
        *_texts(after),
        blocks.cautions(report),
        *_texts([blocks.reproduce(report)]),
        *_folded(report, rest, shared),
        *_texts([blocks.links_line(links)]),
    ]
    return fit(parts, LIMIT, blocks.elsewhere(links))


def _texts(texts: Sequence[str]) -> list[Part]:
    return [Part((text,)) for text in texts if text]


def _split(matter: Sequence[Result]) -> tuple[list[Result], list[Result]]:
    """The benchmarks whose rows stand open, and those that are folded."""
    shown: dict[Verdict, int] = {}
    visible: list[Result] = []
    rest: list[Result] = []
    for result in matter:
        shown[result.verdict] = shown.get(result.verdict, 0) + 1
        within = shown[result.verdict] <= _SHOWN.get(result.verdict, _SHOWN_OF_OTHERS)
        (visible if within else rest).append(result)
    return visible, rest


def _alike(report: Report) -> dict[selection.Cause, tuple[Result, ...]]:
    """The causes that so many benchmarks share that one row tells them all."""
    return {cause: group for cause, group in selection.causes(report).items() if len(group) >= _ALIKE}


def _open_rows(report: Report, visible: Sequence[Result], shared: frozenset[str]) -> tuple[str, ...]:
    """The rows that matter; what fails the job comes first."""
    alike = _alike(report)
    single = [one for one in visible if not _is_alike(one, alike)]
    grave = [rows.together(group) for group in alike.values() if group[0].fails]
    light = [rows.together(group) for group in alike.values() if not group[0].fails]
    return (*grave, *rows.judged(single, shared), *light)


def _is_alike(result: Result, alike: dict[selection.Cause, tuple[Result, ...]]) -> bool:
    return result.verdict is Verdict.FAILED and selection.cause(result) in alike


def _folded(report: Report, rest: Sequence[Result], shared: frozenset[str]) -> list[Part]:
    """Everything else, most telling first; each kind in a closed section of its own."""
    of = selection.by_verdict
    failed = of(report, Verdict.FAILED)
    alike = _alike(report)
    grouped = [one for group in alike.values() for one in group]
    more = [one for one in rest if not _is_alike(one, alike)]
    identical = of(report, Verdict.IDENTICAL)
    same = "runs the same code" if len(identical) == 1 else "run the same code"
    return [
        _table("more that matter", more, shared, 3, "row"),
        _names("failed alike", grouped, shared, 6, "failed benchmark"),
        _section(f"Last lines of what failed ({len(failed):,})", blocks.last_lines(failed), 4, "output"),
        _targets(report),
        _section(targets.title(report), blocks.met_targets(report), 6, "target", joiner="\n"),
        _section("Last lines of what targets ran", blocks.target_last_lines(report), 6, "output"),
        _names("not reached", of(report, Verdict.NOT_REACHED), shared, 6, "benchmark"),
        _names("ambiguous", of(report, Verdict.AMBIGUOUS), shared, 6, "benchmark"),
        _names("new", of(report, Verdict.NEW), shared, 7, "new benchmark"),
        _names("more removed", of(report, Verdict.REMOVED)[blocks.NAMED :], shared, 7, "removed benchmark"),
        _table("unchanged", of(report, Verdict.UNCHANGED), shared, 8, "unchanged benchmark"),
        _memory(report, shared),
        _timed(report, shared),
        _names(same, identical, shared, 10, "benchmark"),
    ]


def _section(
    title: str, lines: tuple[str, ...], rank: int, noun: str, head: str = "", joiner: str = "\n\n"
) -> Part:
    before, after = markdown.folded(title, f"{head}\0").split("\0")
    return Part(lines, rank, before, after, joiner, noun)


def _table(what: str, results: Sequence[Result], shared: frozenset[str], rank: int, noun: str) -> Part:
    lines = rows.judged(results, shared)
    return _section(f"{len(results):,} {what}", lines, rank, noun, rows.HEAD, "\n")


def _names(what: str, results: Sequence[Result], shared: frozenset[str], rank: int, noun: str) -> Part:
    names = tuple(rows.benchmark(result, shared) for result in results)
    return _section(f"{len(results):,} {what}", names, rank, noun, joiner=" · ")


def _targets(report: Report) -> Part:
    title = f"{units.count(len(report.target_failures), 'bench target')} without benchmarks"
    return _section(title, tuple(map(blocks.target_failure, report.target_failures)), 5, "bench target")


def _timed(report: Report, shared: frozenset[str]) -> Part:
    results = proof.looked_at(report)
    was = "was" if len(results) == 1 else "were"
    title = f"Why {units.count(len(results), 'benchmark')} {was} timed"
    return _section(title, rows.timed(results, shared), 9, "reason", joiner="\n")


def _memory(report: Report, shared: frozenset[str]) -> Part:
    lines = rows.memory(selection.by_memory(report), shared)
    return _section(facts.memory_title(report), lines, 9, "row", blocks.memory_head(report), "\n")
