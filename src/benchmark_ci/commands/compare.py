"""`benchmark-ci compare`: two finished Criterion trees, or two JSON lists of memory results."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from benchmark_ci import __version__
from benchmark_ci.commands.memory_form import compare_lists
from benchmark_ci.commands.sides import Sides, choose
from benchmark_ci.errors import BadInput, BadInputs, ExitCode
from benchmark_ci.judge.overall import fails_job
from benchmark_ci.judge.single import ALLOWANCE_PERCENT, Judging, compare_single
from benchmark_ci.model import Commit, Comparison, Endpoint, FailOn, Links, Report, Settings
from benchmark_ci.parsers import Refused, percent, shown
from benchmark_ci.report import document
from benchmark_ci.report.headline import headline
from benchmark_ci.report.summary import summary
from benchmark_ci.report.terminal import text
from benchmark_ci.settings import from_flags

FORMATS = ("json", "markdown", "html")
_SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}
_WIDTH = 110
_NO_SHA = "0" * 40
"""What stands for a side that is a folder: no commit is known."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its flags. `arguments.deliver` and `arguments.environ` come from the command line."""
    command = commands.add_parser(
        "compare",
        help="compare two finished Criterion trees, or two lists of memory results",
        usage="benchmark-ci compare --baseline DIR --current DIR [flags]\n"
        "       benchmark-ci compare BASELINE.json CURRENT.json [flags]",
    )
    command.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="the older form: BASELINE.json and CURRENT.json with memory results",
    )
    command.add_argument("--baseline", type=Path, metavar="DIR", help="a checkout, its target/criterion, "
                         "or an unpacked artifact")  # fmt: skip
    command.add_argument(
        "--current",
        type=Path,
        metavar="DIR",
        help="the same of current; may be the same folder, then a saved baseline in it is compared with",
    )
    command.add_argument(
        "--baseline-name",
        metavar="NAME",
        help="read what --save-baseline NAME saved; default: the last run, or the only one saved",
    )
    command.add_argument(
        "--threshold",
        metavar="N",
        help="percent slower that counts as a regression; default: REGRESSION_THRESHOLD, else 10",
    )
    command.add_argument(
        "--allowance",
        metavar="N",
        help="percent by which two processes of the same code may differ on your machine; default: "
        f"{ALLOWANCE_PERCENT[Endpoint.FLOOR]:g}, or {ALLOWANCE_PERCENT[Endpoint.TYPICAL]:g} where samples "
        "hold few iterations".replace("%", "%%"),
    )
    command.add_argument(
        "--fail-on",
        metavar="WHAT",
        help="regression (default for trees), inconclusive or never (default for memory results)",
    )
    command.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    command.add_argument(
        "--format", choices=FORMATS, help="default: by the name of --output, else json; without both: text"
    )
    command.set_defaults(command=_compare)


def _compare(arguments: argparse.Namespace) -> ExitCode:
    settings, allowance = _asked(arguments)
    gc.disable()  # a large tree gives many small objects and no cycles: looking for some takes a tenth longer
    try:
        return _compared(arguments, settings, allowance)
    finally:
        gc.enable()


def _compared(arguments: argparse.Namespace, settings: Settings, allowance: float | None) -> ExitCode:
    form = arguments.format
    if form is None and arguments.output is not None:
        form = _SUFFIXES.get(arguments.output.suffix.lower(), "json")
    if arguments.files:
        old, new = arguments.files
        written, verdict, red = compare_lists(old, new, settings.threshold_percent, form)
        fails = red and arguments.fail_on is not None and settings.fail_on is not FailOn.NEVER
    else:
        sides = choose(arguments.baseline, arguments.current, arguments.baseline_name)
        judging = Judging(settings.threshold_percent, allowance, sides.one_tree)
        comparison = compare_single(sides.baseline, sides.current, judging)
        sides.insist(comparison)
        fails = fails_job(comparison, settings.fail_on)
        report = _report(sides, comparison, settings, judging, fails)
        written, verdict = _drawn(report, form), str(headline(report))
    arguments.deliver(written, arguments.output)
    if arguments.output is not None:
        arguments.deliver(f"{verdict}\n", None)
    return ExitCode.REGRESSION if fails else ExitCode.OK


def _asked(arguments: argparse.Namespace) -> tuple[Settings, float | None]:
    """Threshold and what fails, and the allowance; all that is wrong with the usage is told together."""
    problems = list(_misused(arguments))
    allowance = None
    if arguments.allowance is not None:
        try:
            allowance = percent(arguments.allowance.strip())
        except Refused as refused:
            problems.append(
                BadInput(f"Flag `--allowance` is {shown(arguments.allowance)}; allowed: {refused.allowed}.")
            )
    flags = {"threshold": arguments.threshold, "fail-on": arguments.fail_on}
    try:
        settings = from_flags({name: value for name, value in flags.items() if value}, arguments.environ)
    except BadInputs as bad:
        raise BadInputs([*problems, *bad.problems]) from None
    if problems:
        raise BadInputs(problems)
    return settings, allowance


def _misused(arguments: argparse.Namespace) -> Iterable[BadInput]:
    usage = "See `benchmark-ci compare --help`."
    trees = {"--baseline": arguments.baseline, "--current": arguments.current}
    missing = [flag for flag, value in trees.items() if value is None]
    if arguments.files and len(missing) < len(trees):
        yield BadInput("Give either two folders with `--baseline` and `--current`, or two JSON files.", usage)
    elif arguments.files and len(arguments.files) != len(trees):
        yield BadInput("The memory form takes two files: BASELINE.json and CURRENT.json.", usage)
    elif not arguments.files and missing:
        yield BadInput(f"{' and '.join(f'`{flag}`' for flag in missing)} must name a folder.", usage)
    if arguments.files and arguments.baseline_name is not None:
        yield BadInput("`--baseline-name` chooses in a Criterion tree; lists of memory results have none.")
    if arguments.files and arguments.allowance is not None:
        yield BadInput("`--allowance` is for Criterion trees; lists of memory results have no intervals.")
    if arguments.files and arguments.format == "html":
        yield BadInput("Memory results are written as `json` or `markdown`, not as `html`.")


def _report(
    sides: Sides, comparison: Comparison, settings: Settings, judging: Judging, fails: bool
) -> Report:
    return Report(
        tool_version=__version__,
        verdict=comparison.verdict,
        fails_job=fails,
        fail_on=settings.fail_on,
        threshold_percent=settings.threshold_percent,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        baseline=Commit(sha=_NO_SHA, what=sides.baseline_what),
        current=Commit(sha=_NO_SHA, what=sides.current_what),
        baseline_reason=sides.reason,
        environment=None,
        counts=comparison.counts,
        benchmarks=comparison.benchmarks,
        smallest_visible_percent=comparison.smallest_visible_percent,
        cautions=(_worth(comparison, judging), *sides.cautions),
        rounds=1,
    )


def _worth(comparison: Comparison, judging: Judging) -> str:
    """What one process per side is worth."""
    if judging.allowance_percent is not None:
        allowed = f"the {judging.allowance_percent:g} % that --allowance states"
    else:
        endpoints = {one.endpoint for one in comparison.benchmarks if one.endpoint}
        figures = " or ".join(f"{ALLOWANCE_PERCENT[one]:g} %" for one in Endpoint if one in endpoints)
        allowed = f"{figures} (99 of 100 pairs of processes of the same code were closer where we measured)"
    return (
        "One process per side was measured, which says little about small changes. Every interval allows "
        f"for {allowed}. To learn more, measure both sides in turns: `benchmark-ci run`."
    )


def _drawn(report: Report, form: str | None) -> str:
    match form:
        case "json":
            return document.to_json(report)
        case "markdown":
            return summary(report, Links())
        case "html":
            from benchmark_ci.report.page import page  # the other forms need no templates

            return page(report)
    return text(report, _WIDTH)
