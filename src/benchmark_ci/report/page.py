"""`report.html`: one file that needs nothing else, readable without scripts."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from benchmark_ci.model import Commit, Overall, Report, TargetResult
from benchmark_ci.report import course, facts, plain, plot, proof, selection, table, targets, units
from benchmark_ci.report.headline import headline

_TONES = {
    Overall.REGRESSED: "bad",
    Overall.FAILED: "bad",
    Overall.NOTHING_COMPARED: "bad",
    Overall.INCONCLUSIVE: "unsure",
}


_MEMORY_SHOWN = 5
"""Benchmarks whose peak memory is warned of above the table; all of them stand in it."""


@dataclass(frozen=True)
class Block:
    """A title, a sentence, lines of output, and what to do."""

    title: str
    said: str
    lines: tuple[str, ...]
    remedy: str


def page(report: Report) -> str:
    """The HTML document; every name in it is escaped, nothing in it is fetched."""
    style, script = _source("report.css"), _source("report.js")
    results = table.ordered(report)
    courses = course.sparklines(report)
    return _template().render(
        report=report,
        headline=headline(report).of(plain.name(report.name) if report.name.strip() else ""),
        tone="bad" if report.fails_job else _TONES.get(report.verdict, "good"),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        baseline=_side(report.baseline),
        current=_side(report.current),
        facts=[*facts.machine(report), *facts.effort(report)],
        memory_warned=_memory_warned(report),
        error="\n".join(plain.first_lines(report.error, most=60)),
        remedy=plain.clean(report.remedy).strip(),
        trust=facts.trust(report),
        command=facts.reproduce(report),
        plot=plot.forest(report),
        rows=[table.row(result, courses.get(course.key(result))) for result in results],
        show_course=any(course.key(result) in courses for result in results),
        course_size=(course.WIDTH, course.HEIGHT),
        verdicts=list(dict.fromkeys(result.verdict.value for result in results)),
        show_target=len({(result.package, result.target) for result in results}) > 1,
        harness_memory=facts.harness_memory(report),
        show_memory=any(map(selection.memory, results)),
        show_instructions=any(map(proof.instructions, results)),
        targets=[_target(one) for one in report.targets],
        targets_title=targets.title(report),
        failures=_failures(report),
        cautions=[plain.clean(caution) for caution in report.cautions],
        details=_details(report),
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("benchmark_ci.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _template() -> Template:
    return _environment().get_template("report.html.j2")


def _source(name: str) -> str:
    return _environment().get_template(name).render()


def _hash(source: str) -> str:
    """What the page's policy knows its own style and script by; anything that gets in besides is refused."""
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


def _side(commit: Commit) -> dict[str, str]:
    full = facts.shown_sha(commit) if facts.has_commit(commit) else ""
    return {
        "sha": units.sha(full),
        "full": full,
        "what": plain.name(commit.what) if commit.what.strip() else "",
    }


def _memory_warned(report: Report) -> list[str]:
    failing = selection.memory_failing(report)
    warned = (*failing, *(one for one in selection.memory_warned(report) if one not in failing))
    return [
        f"{one.memory.warning} `{plain.name(one.id)}`: {units.sizes(*both)} "
        f"({units.change(selection.memory_change(one))}){'. It fails the job.' if one in failing else ''}"
        for one in warned[:_MEMORY_SHOWN]
        if one.memory and (both := selection.memory(one))
    ]


def _target(result: TargetResult) -> dict[str, str]:
    speed, memory = result.times_faster, result.memory_percent
    return {
        "benchmark": plain.name(result.target.benchmark),
        "reference": targets.command(result.target) or targets.reference(result.target),
        "verdict": result.verdict.value,
        "word": targets.word(result),
        "fails": "fails the job" if result.target.fails else "",
        "times": targets.pair(result),
        "faster": targets.faster(speed) if speed else "",
        "sizes": targets.sizes(result),
        "share": targets.share(memory) if memory else "",
        "demanded": targets.demanded(result.target),
        "reason": plain.elide(plain.clean(result.reason).strip(), 300),
        "last_lines": "\n".join(plain.lines(result.last_lines, most=30)),
    }


def _failures(report: Report) -> list[Block]:
    blocks = []
    for group in selection.causes(report).values():
        first, more = group[0], len(group) - 1
        title = plain.name(first.id) + (f" and {more:,} more of {selection.target(first)}" if more else "")
        said = plain.elide(plain.clean(first.reason).strip(), 300)
        blocks.append(Block(title, said, plain.lines(first.last_lines, most=30), ""))
    for failure in report.target_failures:
        title = f"{plain.name(str(failure.target))} gives no benchmarks on {failure.side.value}"
        lines = plain.first_lines(failure.reason, most=40)
        blocks.append(Block(title, "", lines, plain.clean(failure.remedy).strip()))
    return blocks


def _details(report: Report) -> list[tuple[str, str]]:
    """The environment and how this was measured: name and value."""
    found = [("Baseline chosen as", plain.clean(report.baseline_reason))]
    if machine := report.environment:
        found += [
            ("Toolchain", plain.clean(machine.rustc)),
            ("Processor", f"{plain.clean(machine.cpu)}, {units.count(machine.cores, 'core')}"),
            ("System", plain.clean(machine.os)),
            (
                "Benchmarks ran",
                "as an unprivileged user of their own" if machine.walled else "as the user who ran this",
            ),
        ]
    if report.total_seconds:  # nothing was measured where finished results are compared
        measured = f"{units.duration(report.measuring_seconds)} of {units.duration(report.total_seconds)}"
        budget = units.duration(report.time_budget_minutes * 60)
        proved = units.duration(report.proof_seconds)
        found += [("Measured", measured), ("Proved", proved), ("Time budget", budget)]
    return [
        *found,
        ("Threshold", units.percent(report.threshold_percent)),
        ("Fails on", report.fail_on.value),
        ("Started", plain.clean(report.started)),
        ("Benchmark CI", plain.clean(report.tool_version)),
    ]
