"""The command line. The only module that reads the process's environment and arguments.

Commands import what they alone need: `compare` is done before numpy and the engine are loaded.
"""

from __future__ import annotations

import argparse
import base64
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from benchmark_ci import __version__
from benchmark_ci.commands import compare, history
from benchmark_ci.errors import UNWRITABLE, BadFile, BenchmarkCIError, ExitCode, Unexpected, unwritable
from benchmark_ci.inputs import CURRENT_FLAG, INPUTS
from benchmark_ci.model import Job, Links, Mode
from benchmark_ci.parsers import Refused, percent
from benchmark_ci.publish.workflow import WorkflowVoice
from benchmark_ci.report import document
from benchmark_ci.report.summary import summary
from benchmark_ci.settings import from_flags, read_inputs, read_job
from benchmark_ci.wall import files

LARGEST_REPORT_BYTES = 256 * 1024 * 1024
"""A report of 100,000 benchmarks has about half of it."""

NOT_LOCAL = ("mode", "github_token", "comment", "history", "name")
FLAGS = {one.flag_name: one for one in (*INPUTS, CURRENT_FLAG) if one.name not in NOT_LOCAL}
"""Flags of `run`: every input that makes sense on one's own machine."""

LOCAL_DEFAULTS = {
    "baseline": "where current left the default branch",
    "toolchain": "the repository's rust-toolchain file, else the machine's",
    "working-directory": "DIR itself",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (README, exit codes)."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.command(arguments))
    except BenchmarkCIError as error:
        sys.stderr.write("".join(f"{line}\n" for line in (f"error: {error.message}", error.remedy) if line))
        return int(error.exit_code)
    except OSError as error:
        sys.stderr.write(f"error: {error}\nCheck the path, its permissions and the free disk space.\n")
        return int(ExitCode.NO_VERDICT)
    except Exception:  # a traceback alone would end with 1, the code of a regression
        sys.stderr.write(f"{traceback.format_exc()}error: this is a bug of ours. Please report it.\n")
        return int(ExitCode.NO_VERDICT)


def _action(_: argparse.Namespace) -> ExitCode:
    """What the container runs: inputs and job from the environment."""
    from benchmark_ci.action import ActionDoor, refuse
    from benchmark_ci.run import run

    voice = WorkflowVoice()
    job: Job | None = None
    try:
        job = read_job(os.environ)
        settings = read_inputs(os.environ)
    except BenchmarkCIError as error:
        refuse(job, error, voice)
        return error.exit_code
    token = settings.github_token.get_secret_value()
    voice.mask(token)
    voice.mask(base64.b64encode(f"x-access-token:{token}".encode()).decode())  # as git sends it
    try:
        if settings.mode is Mode.PUBLISH:
            from benchmark_ci.relay import relay

            return relay(settings, job, voice)
        return run(ActionDoor(settings, job, dict(os.environ), voice), voice)
    except Exception as bug:  # a traceback would end with 1, the code of a regression
        if job.debug:
            voice.say(traceback.format_exc())
        unexpected = Unexpected(
            f"{type(bug).__name__}: {bug}", "Run again with debug logging, and report what it shows."
        )
        refuse(job, unexpected, voice)
        return unexpected.exit_code


def _run(arguments: argparse.Namespace) -> ExitCode:
    from rich.console import Console  # the action starts without it

    from benchmark_ci.run import run
    from benchmark_ci.terminal import TerminalDoor, TerminalVoice

    asked = {name: getattr(arguments, name.replace("-", "_")) for name in FLAGS}
    given = {name: "\n".join(texts) for name, texts in asked.items() if texts is not None}
    settings = from_flags(given, os.environ)
    console = Console()
    if arguments.container:
        from benchmark_ci.container import run_in_container

        names = ("REGRESSION_THRESHOLD", *settings.environment)
        passed_on = {name: os.environ[name] for name in names if name in os.environ}
        flags = [FLAGS[name].argument(text) for name, text in given.items()]
        return run_in_container(
            arguments.directory, arguments.output, flags, passed_on, arguments.image, console
        )
    voice = TerminalVoice(console, verbose=arguments.verbose)
    door = TerminalDoor(settings, arguments.directory, arguments.output, dict(os.environ), console, voice)
    return run(door, voice)


def _judge(arguments: argparse.Namespace) -> ExitCode:
    from benchmark_ci.measure import recording as recordings
    from benchmark_ci.run import judge

    report, code = judge(recordings.read(arguments.recording), arguments.threshold)
    _deliver(document.to_json(report), arguments.output)
    return code


def _percent(text: str) -> float:
    try:
        return percent(text.strip())
    except Refused as refused:
        raise argparse.ArgumentTypeError(f"{text!r} is not {refused.allowed}") from None


def _render(arguments: argparse.Namespace) -> ExitCode:
    from benchmark_ci.report.page import page

    try:
        with arguments.report.open("rb") as opened:
            content = opened.read(LARGEST_REPORT_BYTES + 1)
        if len(content) > LARGEST_REPORT_BYTES:
            raise BadFile(
                f"`{arguments.report}` has more than {LARGEST_REPORT_BYTES:,} bytes.", "Give a `report.json`."
            )
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"`{arguments.report}` cannot be read: {error}.", "Give a `report.json`.") from error
    report = document.from_json(text, str(arguments.report))
    _deliver(page(report) if arguments.format == "html" else summary(report, Links()), arguments.output)
    return ExitCode.OK


def _deliver(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        files.write_whole(output, text.encode())
    except UNWRITABLE as error:
        raise unwritable(output, error) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="benchmark-ci", description="Is the current side slower than the baseline, beyond doubt?"
    )
    parser.add_argument("--version", action="version", version=f"benchmark-ci {__version__}")
    parser.set_defaults(deliver=_deliver, environ=os.environ)  # what commands in modules of their own need
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)

    again = commands.add_parser("judge", help="recompute a report from a recording")
    again.add_argument("recording", type=Path, metavar="RECORDING", help="a recording.jsonl.gz")
    again.add_argument(
        "--threshold",
        type=_percent,
        metavar="N",
        help="judge against another threshold (percent) than the run's; "
        "limits of benchmark-ci.toml's own rules stay as they were",
    )
    again.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    again.set_defaults(command=_judge)

    render = commands.add_parser("render", help="draw a report again")
    render.add_argument("report", type=Path, metavar="REPORT", help="a report.json")
    render.add_argument("--format", choices=("markdown", "html"), default="markdown")
    render.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    render.set_defaults(command=_render)

    compare.add(commands)
    history.add(commands)
    action = commands.add_parser("action", help="what the GitHub Action's container runs")
    action.set_defaults(command=_action)
    return parser


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "run", help="compare a checkout's benchmarks with a baseline, on this machine"
    )
    command.add_argument(
        "directory", nargs="?", type=Path, default=Path(), metavar="DIR", help="of a checkout; default: here"
    )
    command.add_argument("--output", type=Path, metavar="DIR", help="default: DIR/benchmark-results")
    command.add_argument("--container", action="store_true", help="run in the action's image")
    command.add_argument(
        "--image", default="benchmark-ci", help="the image for --container; default: %(default)s"
    )
    command.add_argument("--verbose", action="store_true", help="show what cargo prints")
    for name, one in FLAGS.items():
        default = LOCAL_DEFAULTS.get(name, one.default)
        words = (one.switched_off or f"{one.description} Default: {default}.").replace("%", "%%")
        if one.switch:
            command.add_argument(f"--{name}", help=words, action="append_const", const=one.switch)
        else:
            command.add_argument(f"--{name}", help=words, action="append", metavar="VALUE")
    command.set_defaults(command=_run)
