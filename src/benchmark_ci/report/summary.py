"""The job summary and `report.md`: the comment's headline, then every benchmark in tables."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark_ci.model import Links, Report, Result, Verdict
from benchmark_ci.report import blocks, facts, rows, selection, targets, units
from benchmark_ci.report.fitting import Part, fit

LIMIT = 1_000_000
"""UTF-8 bytes; the runner refuses a step's summary of more than 1,048,576."""

_TITLES = {
    Verdict.NOT_REACHED: "Not reached",
    Verdict.AMBIGUOUS: "Ambiguous",
    Verdict.REMOVED: "Removed",
    Verdict.NEW: "New",
    Verdict.UNCHANGED: "Unchanged",
    Verdict.IDENTICAL: "Run the same code",
}


def summary(report: Report, links: Links) -> str:
    """The whole report as Markdown, at most a million bytes; what is cut is said."""
    shared = selection.shared_ids(report)
    head = [
        blocks.top(report) + blocks.context(report, links),
        blocks.error(report),
        blocks.memory(report),
        blocks.trust(report),
    ]
    parts = [
        *(Part((text,)) for text in head if text),
        blocks.cautions(report),
        *(Part((text,)) for text in [blocks.reproduce(report)] if text),
        blocks.open_targets(report),
        _table("Benchmarks that matter", selection.that_matter(report), shared, 1),
        *_failures(report),
        *_targets(report),
        *(
            _table(title, selection.by_verdict(report, verdict), shared, 5 + position)
            for position, (verdict, title) in enumerate(_TITLES.items())
        ),
        Part(
            rows.memory(selection.by_memory(report), shared),
            rank=20,
            before=f"#### {facts.memory_title(report)}\n\n{blocks.memory_head(report)}",
        ),
        *(Part((text,)) for text in [blocks.links_line(links)] if text),
    ]
    return fit(parts, LIMIT, blocks.elsewhere(links))


def _table(title: str, results: Sequence[Result], shared: frozenset[str], rank: int) -> Part:
    before = f"#### {title} ({len(results):,})\n\n{rows.HEAD}"
    return Part(rows.judged(results, shared), rank, before, noun="benchmark")


def _targets(report: Report) -> list[Part]:
    title = f"Targets against references: {targets.title(report)}"
    printed = blocks.target_last_lines(report)
    return [
        Part(rows.against(report.targets), 4, f"#### {title}\n\n{rows.TARGET_HEAD}", noun="target"),
        Part(printed, 4, "#### Last lines of what targets ran\n\n", joiner="\n\n", noun="output"),
    ]


def _failures(report: Report) -> list[Part]:
    broken = tuple(map(blocks.target_failure, report.target_failures))
    title = f"{units.count(len(broken), 'bench target')} without benchmarks"
    printed = blocks.last_lines(selection.by_verdict(report, Verdict.FAILED))
    return [
        Part(printed, 3, "#### Last lines of what failed\n\n", joiner="\n\n", noun="output"),
        Part(broken, 4, f"#### {title}\n\n", joiner="\n\n", noun="bench target"),
    ]
