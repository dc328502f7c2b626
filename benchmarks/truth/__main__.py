"""`python -m benchmarks.truth run | report | quick`; benchmarks/README.md tells what they do."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.truth import lanes, quick, store, study
from benchmarks.truth.figures import figures
from benchmarks.truth.quoted import quoted
from benchmarks.truth.record import Experiment, Key, Load
from benchmarks.truth.report import report

DOCS = Path(__file__).resolve().parents[2] / "docs" / "data" / "truth"


def main() -> int:
    """Run one command; returns the exit code."""
    arguments = _parser().parse_args()
    return int(arguments.command(arguments))


def _run(arguments: argparse.Namespace) -> int:
    def wanted(key: Key) -> bool:
        return (
            key.crate in (arguments.crate or (key.crate,))
            and key.load in (arguments.load or (key.load,))
            and key.experiment in (arguments.experiment or (key.experiment,))
            and key.size_percent in (arguments.size or (key.size_percent,))
        )

    study.study(arguments.minutes, arguments.work, arguments.data, wanted, alone=not arguments.beside)
    return 0


def _lanes(arguments: argparse.Namespace) -> int:
    return lanes.lanes(
        arguments.lane, arguments.experiment or (), arguments.minutes, arguments.work, arguments.data
    )


def _report(arguments: argparse.Namespace) -> int:
    found = figures(store.read(arguments.data))
    for name in report(found, arguments.output):
        print(name)
    print(quoted(found))
    return 0


def _quick(arguments: argparse.Namespace) -> int:
    answer = quick.quick(arguments.work)
    print(answer)
    return 0 if answer.sound else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="do runs that are missing")
    run.add_argument("--minutes", type=float, default=60.0, help="how long (default: 60)")
    run.add_argument("--load", action="append", choices=list(Load), type=Load)
    run.add_argument("--crate", action="append")
    run.add_argument("--size", action="append", type=int, help="percent that is planted")
    run.add_argument("--beside", action="store_true", help="of `lanes`: its neighbours are there")
    run.set_defaults(command=_run)
    several = commands.add_parser("lanes", help="runs beside busy neighbours, several at a time")
    several.add_argument("--minutes", type=float, default=60.0, help="how long (default: 60)")
    several.add_argument("--lane", action="append", required=True, help="crates of a lane: ryu,half")
    several.set_defaults(command=_lanes)
    for one in (run, several):
        one.add_argument("--experiment", action="append", choices=list(Experiment), type=Experiment)
    told = commands.add_parser("report", help="figures, tables and plots of the runs that are done")
    told.add_argument("--output", type=Path, default=DOCS)
    told.set_defaults(command=_report)
    short = commands.add_parser("quick", help="a minute: equal sides, and a slowdown that nobody can miss")
    short.set_defaults(command=_quick)
    for one in (run, several, short):
        one.add_argument("--work", type=Path, default=study.WORK, help="where builds are kept")
    for one in (run, several, told):
        one.add_argument("--data", type=Path, default=store.DATA, help="the study's runs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
