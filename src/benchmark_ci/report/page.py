"""`report.html`: one file that needs nothing else, readable without scripts."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from benchmark_ci.model import Commit, Overall, Report
from benchmark_ci.report import facts, plain, plot, selection, table, units
from benchmark_ci.report.headline import headline

_TONES = {
    Overall.REGRESSED: "bad",
    Overall.FAILED: "bad",
    Overall.NOTHING_COMPARED: "bad",
    Overall.INCONCLUSIVE: "unsure",
}


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
        error="\n".join(plain.first_lines(report.error, most=60)),
        remedy=plain.clean(report.remedy).strip(),
        trust=facts.trust(report),
        command=facts.reproduce(report),
        plot=plot.forest(report),
        rows=[table.row(result) for result in results],
        verdicts=list(dict.fromkeys(result.verdict.value for result in results)),
        show_target=len({(result.package, result.target) for result in results}) > 1,
        show_memory=any(map(selection.memory, results)),
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
    return [
        *found,
        ("Measured", f"{units.duration(report.measuring_seconds)} of {units.duration(report.total_seconds)}"),
        ("Time budget", units.duration(report.time_budget_minutes * 60)),
        ("Threshold", units.percent(report.threshold_percent)),
        ("Fails on", report.fail_on.value),
        ("Started", plain.clean(report.started)),
        ("Benchmark CI", plain.clean(report.tool_version)),
    ]
