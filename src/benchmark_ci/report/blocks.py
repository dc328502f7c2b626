"""The lines around the tables that comment and job summary share."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark_ci.model import Commit, Links, Report, Result, TargetFailure, Verdict
from benchmark_ci.report import facts, markdown, plain, rows, selection, targets, units
from benchmark_ci.report.fitting import Part
from benchmark_ci.report.headline import BAD, UNSURE, headline

NAMED = 10
"""Removed benchmarks that are named where everybody looks."""


def top(report: Report) -> str:
    """The headline, and what was compared on what."""
    said = headline(report).of(markdown.term(report.name) if report.name.strip() else "")
    bracket = f"({said.bracket})\n\n" if said.bracket else ""
    return f"### {said.marked}\n\n{bracket}"


def context(report: Report, links: Links) -> str:
    """Both commits, toolchain, processor, rounds, minutes: one line."""
    sides = f"Baseline {_commit(report.baseline, links)} → current {_commit(report.current, links)}"
    machine = [markdown.term(fact) for fact in facts.machine(report)]
    return " · ".join([sides, *machine, *facts.effort(report)])


def _commit(commit: Commit, links: Links) -> str:
    what = _what(commit.what)
    if not facts.has_commit(commit):
        return what or "(unnamed)"
    full = facts.shown_sha(commit)
    url = f"{links.repository_url}/commit/{full}" if links.repository_url else ""
    return markdown.link(f"`{units.sha(full)}`", url) + (f" ({what})" if what else "")


def _what(what: str) -> str:
    """What a person calls a commit: a ref's name is code, a description is a sentence."""
    if not what.strip() or " " in what.strip():
        return markdown.prose(what)
    return markdown.code(what)


def error(report: Report) -> str:
    """What stopped the run, and what to do about it."""
    if not report.error.strip():
        return ""
    lines = plain.first_lines(report.error, most=20)
    said = markdown.prose(lines[0]) if len(lines) == 1 else markdown.fence(lines)
    remedy = f"\n\n**What to do:** {markdown.prose(report.remedy)}" if report.remedy.strip() else ""
    return said + remedy


def memory(report: Report) -> str:
    """One line where peak memory warns: what fails the job before the rest, the largest growth first."""
    failing = selection.memory_failing(report)
    warned = (*failing, *(one for one in selection.memory_warned(report) if one not in failing))
    if not warned:
        return ""
    first, both = warned[0], selection.memory(warned[0]) or (0, 0)
    told = f"{markdown.code(first.id)}: {units.sizes(*both)} ({units.change(selection.memory_change(first))})"
    more = f", and {len(warned) - 1:,} more" if len(warned) > 1 else ""
    said = first.memory.warning if first.memory else ""
    return f"{BAD if failing else UNSURE} {said} {told}{more}"


def memory_head(report: Report) -> str:
    """What stands above the rows of peak memory: the harness's share where it is known, and the columns."""
    own = facts.harness_memory(report)
    return (f"{own}\n\n" if own else "") + rows.MEMORY_HEAD


def trust(report: Report) -> str:
    """How far the numbers can be trusted: one line."""
    return " ".join(facts.trust(report))


def cautions(report: Report) -> Part:
    """What a reader should know besides, as a list."""
    rows = tuple(f"- {markdown.prose(caution, 400)}" for caution in report.cautions)
    return Part(rows, rank=1, noun="caution")


def reproduce(report: Report) -> str:
    """The command that measures the same again, ready to be copied."""
    command = facts.reproduce(report)
    return f"Reproduce in a checkout:\n\n{markdown.fence([command], 'sh')}" if command else ""


def removed(report: Report) -> str:
    """The benchmarks that current no longer has: somebody should have meant that."""
    gone = selection.by_verdict(report, Verdict.REMOVED)
    shared = selection.shared_ids(report)
    names = [rows.benchmark(one, shared) for one in gone[:NAMED]]
    more = [f"{len(gone) - NAMED:,} more"] if len(gone) > NAMED else []
    return f"Removed: {', '.join(names + more)}" if gone else ""


def open_targets(report: Report) -> Part:
    """The targets against references that are not met: a line for each."""
    lines = [targets.line(one, markdown.code, markdown.prose) for one in targets.open_ones(report)]
    mark = "" if len(lines) == 1 else "- "
    return Part(tuple(f"{mark}⚠️ {line}" for line in lines), rank=1, noun="target")


def met_targets(report: Report) -> tuple[str, ...]:
    """The targets that are met: a line for each."""
    return tuple(f"- {targets.sentence(one, markdown.code)}" for one in targets.met(report))


def target_last_lines(report: Report) -> tuple[str, ...]:
    """What references and their benchmarks printed last where a target was not measured."""
    return tuple(
        f"{markdown.code(one.target.benchmark)} against {markdown.code(targets.reference(one.target))}\n\n"
        f"{markdown.fence(plain.lines(one.last_lines, most=20))}"
        for one in targets.open_ones(report)
        if one.last_lines.strip()
    )


def last_lines(results: Iterable[Result]) -> tuple[str, ...]:
    """What failed benchmarks printed last; each text once."""
    seen: dict[str, Result] = {}
    for result in results:
        if result.last_lines.strip():
            seen.setdefault(result.last_lines, result)
    return tuple(
        f"{markdown.code(result.id)}: {markdown.prose(result.reason, 200)}\n\n"
        f"{markdown.fence(plain.lines(said, most=20))}"
        for said, result in seen.items()
    )


def target_failure(failure: TargetFailure) -> str:
    """A bench target that gives no benchmarks on one side, why, and what to do."""
    title = f"{markdown.code(str(failure.target))} on {failure.side.value}"
    lines = plain.first_lines(failure.reason, most=20)
    said = f": {markdown.prose(lines[0])}" if len(lines) == 1 else f"\n\n{markdown.fence(lines)}"
    remedy = f"\n\n{markdown.prose(failure.remedy)}" if failure.remedy.strip() else ""
    return title + (said if lines else "") + remedy


def links_line(links: Links) -> str:
    """Where all of it can be read."""
    places = (("Full report and raw data", links.artifact_url), ("Workflow run", links.run_url))
    return " · ".join(markdown.link(name, url) for name, url in places if url)


def elsewhere(links: Links) -> str:
    """Where to read what was left out, as the end of a sentence."""
    url = links.artifact_url or links.run_url
    return f"; the {markdown.link('full report', url)} has everything"
