"""`python -m benchmarks.proof run | report`; benchmarks/README.md tells what they do."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from benchmarks.proof import store, study
from benchmarks.proof.report import report

DOCS = Path(__file__).resolve().parents[2] / "docs" / "data" / "proof"


def main() -> int:
    """Run one command; returns the exit code."""
    arguments = _parser().parse_args()
    return int(arguments.command(arguments))


def _run(arguments: argparse.Namespace) -> int:
    wanted = study.Wanted(
        only=arguments.only,
        again=arguments.again,
        crates=tuple(arguments.crate or ()),
        changes=tuple(arguments.change or ()),
    )
    study.study(arguments.minutes, arguments.work, arguments.data, wanted)
    return 0


def _report(arguments: argparse.Namespace) -> int:
    for name in report(store.read(arguments.data), arguments.output):
        print(name)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proof", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="prove, time and arrange what is missing")
    run.add_argument("--minutes", type=float, default=60.0, help="how long (default: 60)")
    run.add_argument("--crate", action="append", help="only this crate's changes")
    run.add_argument("--change", action="append", help='only this change ("itoa 2a261f9f")')
    run.add_argument("--again", action="store_true", help="prove anew what another prover proved")
    run.add_argument("--only", choices=get_args(study.Kind), help="only this step")
    run.add_argument("--work", type=Path, default=study.WORK, help="where clones and builds are kept")
    run.set_defaults(command=_run)
    told = commands.add_parser("report", help="figures and tables of what is done")
    told.add_argument("--output", type=Path, default=DOCS)
    told.set_defaults(command=_report)
    for one in (run, told):
        one.add_argument("--data", type=Path, default=store.DATA, help="the study's data")
    return parser


if __name__ == "__main__":
    sys.exit(main())
