"""`benchmark-ci history`: list, filter, export and check the points that runs have kept."""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from benchmark_ci.errors import BadFile, BadInput, BadInputs, ExitCode
from benchmark_ci.history import file, lines
from benchmark_ci.history.layout import LARGEST_BYTES, MARK, HistoryFile, newest_first, place
from benchmark_ci.history.layout import path as path_of
from benchmark_ci.model import BenchmarkId, HistoryPoint
from benchmark_ci.model.patterns import pattern
from benchmark_ci.parsers import shown
from benchmark_ci.report import units
from benchmark_ci.report.points import Chosen, as_csv, as_json, text
from benchmark_ci.wall import files

FORMATS = ("text", "json", "csv")
_SUFFIXES = {".json": "json", ".csv": "csv"}
_EARLIEST = "0001-01-01T00:00:00"
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}Z?)?)?)?)?")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its flags. `arguments.deliver` and `arguments.environ` come from the command line."""
    command = commands.add_parser("history", help="list, filter, export and check the history")
    command.add_argument(
        "source",
        nargs="?",
        type=Path,
        default=Path(),
        metavar="SOURCE",
        help="a checkout with the branch benchmark-history, a folder with history files, or one such file; "
        "default: here",
    )
    command.add_argument(
        "--benchmark",
        action="append",
        metavar="PATTERN",
        help="only benchmarks whose full id matches, with * and ? as in benchmark-ci.toml; can be repeated",
    )
    command.add_argument("--since", metavar="DATE", help="only points from then on (UTC), such as 2026-03-02")
    command.add_argument("--releases", action="store_true", help="only points of releases")
    command.add_argument(
        "--format", choices=FORMATS, help="default: by the name of --output (.json, .csv), else text"
    )
    command.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    command.add_argument(
        "--check", action="store_true", help="read every line and say what is wrong, or that nothing is"
    )
    command.set_defaults(command=_history)


def _history(arguments: argparse.Namespace) -> ExitCode:
    asked = _Asked(arguments)
    with _files(arguments.source, arguments.environ) as found:
        written = _checked(found) if arguments.check else asked.drawn(found)
    arguments.deliver(written, arguments.output)
    return ExitCode.OK


class _Asked:
    """Which points and benchmarks are asked for, and in which form."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        """Raises BadInputs with all that is wrong with the usage."""
        problems = []
        self._since: str = arguments.since or ""
        self._releases: bool = arguments.releases
        self._patterns = tuple(map(pattern, arguments.benchmark or ()))
        self._said = tuple(arguments.benchmark or ())
        self._form: str | None = arguments.format
        if self._since and not _is_date(self._since):
            problems.append(
                BadInput(
                    f"Flag `--since` is {shown(self._since)}; allowed: a day (2026-03-02), a month, a year, "
                    "or a time in UTC (2026-03-02T09:30)."
                )
            )
        selecting = {
            "--benchmark": self._said,
            "--since": self._since,
            "--releases": self._releases,
            "--format": self._form,
        }
        if arguments.check and (given := [flag for flag, value in selecting.items() if value]):
            problems.append(
                BadInput(
                    f"`--check` reads everything and takes no {' or '.join(f'`{one}`' for one in given)}."
                )
            )
        if problems:
            raise BadInputs(problems)
        if self._form is None and arguments.output is not None:
            self._form = _SUFFIXES.get(arguments.output.suffix.lower())

    def drawn(self, found: Iterable[HistoryFile]) -> str:
        """What is asked for, newest first."""
        chosen = list(self._chosen(newest_first(found, self._since)))
        match self._form:
            case "json":
                return as_json(chosen)
            case "csv":
                return as_csv(chosen)
        return text(chosen, each=bool(self._patterns)) or "There is no such point.\n"

    def _chosen(self, points: Iterable[HistoryPoint]) -> Iterator[Chosen]:
        columns: dict[tuple[BenchmarkId, ...], tuple[int, ...]] = {}
        known, matched = 0, False
        for point in points:
            known += 1
            if point.benchmarks not in columns:
                columns[point.benchmarks] = tuple(self._columns(point.benchmarks))
            wanted = columns[point.benchmarks]
            matched = matched or bool(wanted)
            if (wanted or not self._patterns) and (point.event == "release" or not self._releases):
                yield point, wanted
        if known and self._patterns and not matched:
            said = " or ".join(map(shown, self._said))
            raise BadInput(
                f"No benchmark of {units.count(known, 'point')} matches {said}.",
                "Without `--benchmark` and with `--format json` every id is listed.",
            )

    def _columns(self, benchmarks: tuple[BenchmarkId, ...]) -> Iterator[int]:
        for column, benchmark in enumerate(benchmarks):
            if not self._patterns or any(one.matches(benchmark) for one in self._patterns):
                yield column


def _is_date(text: str) -> bool:
    """Whether it is the beginning of a moment that the calendar has."""
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.rstrip("Z") + _EARLIEST[len(text.rstrip("Z")) :])
    except ValueError:
        return False
    return True


def _checked(found: Iterable[HistoryFile]) -> str:
    """What there is, when nothing is wrong. Raises BadInputs with the first problem of each file."""
    problems: list[BadInput] = []
    number = points = 0
    series: set[str] = set()
    for number, one in enumerate(found, start=1):  # noqa: B007 - how many there are
        try:
            for point in file.read(one.lines(), one.path):
                points += 1
                series.add(point.series)
                if (there := place(one.path)) and one.path != path_of(point, there.number):
                    where = path_of(point, there.number)
                    raise BadFile(f"`{one.path}`: the point of {point.sha[:12]} belongs to `{where}`.")
        except BadInput as problem:
            problems.append(problem)
    if problems:
        raise BadInputs(problems)
    counted = (
        units.count(number, "file"),
        units.count(points, "point"),
        units.count(len(series), "series", "series"),
    )
    return f"{', '.join(counted)}; nothing is wrong.\n"


@contextmanager
def _files(source: Path, environ: Mapping[str, str]) -> Iterator[tuple[HistoryFile, ...]]:
    """The history's files, to be read within the context. Raises BadInput, BadFile, GitFailed."""
    if not source.exists():
        raise BadInput(f"There is no `{source}`.", "Name a checkout, a folder with history files, or a file.")
    if not source.is_dir():
        yield (_file(source, source.name),)
        return
    checkout = (source / ".git").exists()
    if not checkout or (source / MARK).exists():
        if found := tuple(_file(one, one.relative_to(source).as_posix()) for one in _walk(source)):
            yield found
            return
        if not any((above / ".git").exists() for above in source.resolve().parents):
            raise BadInput(
                f"There is no history in `{source}`: no file `*.jsonl`, and no git repository.",
                "Name a checkout, an unpacked artifact `benchmark-history-<sha>`, or a file.",
            )
    from benchmark_ci.plan.history import local_branch  # plain files need no git

    with (
        tempfile.TemporaryDirectory(prefix="benchmark-ci-") as private,
        local_branch(source, Path(private), environ) as branch,
    ):
        yield branch


def _walk(folder: Path) -> Iterator[Path]:
    """Every history file below, links not followed."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one != ".git")
        yield from (Path(here, name) for name in sorted(names) if name.endswith(".jsonl"))


def _file(one: Path, called: str) -> HistoryFile:
    def read() -> list[bytes]:
        try:
            content, _ = files.read_found(str(one), LARGEST_BYTES, called)
        except FileNotFoundError:
            raise lines.damaged(called, 1, "the file has gone") from None
        return content.splitlines(keepends=True)

    return HistoryFile(called, read)
