"""One line of a history file: its form, and the numbers in it."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from benchmark_ci.errors import BadFile
from benchmark_ci.model import Environment, Noun, Sha, UtcTime

FORMAT_VERSION = 1
LONGEST_LINE_BYTES = 8 * 1024 * 1024
MOST_BENCHMARKS = 100_000
MOST_NS = 1e15
MOST_PERCENT = 1e9

_Text = Annotated[str, Field(max_length=100_000)]
_Time = Annotated[float, Field(gt=0, le=MOST_NS)]
_Change = Annotated[float, Field(ge=-100, le=MOST_PERCENT)]
_Number = Annotated[int, Field(ge=0, lt=MOST_BENCHMARKS)]
_Size = Annotated[int, Field(gt=0, lt=2**63)]


class _Line(Noun):
    model_config = ConfigDict(strict=True)


class HeaderLine(_Line):
    """The first line of every file."""

    kind: Literal["history"] = "history"
    format_version: Literal[1] = 1


class BenchmarksLine(_Line):
    """The columns of the points that name this table: package, bench target and full id of each."""

    kind: Literal["benchmarks"] = "benchmarks"
    table: _Number
    ids: tuple[tuple[_Text, _Text, _Text], ...] = Field(max_length=MOST_BENCHMARKS)


class MachineLine(_Line):
    """Machine and toolchain of the points that name it."""

    kind: Literal["machine"] = "machine"
    machine: _Number
    environment: Environment


class PointLine(_Line):
    """One run."""

    kind: Literal["point"] = "point"
    time: UtcTime
    sha: Sha
    event: Literal["push", "release"]
    tag: _Text | None = None
    baseline: Sha
    series: _Text
    run: _Text
    machine: _Number | None = None
    table: _Number
    noise_percent: Annotated[float, Field(ge=0, le=1e6)] | None = None
    regressed: tuple[_Number, ...] = ()
    improved: tuple[_Number, ...] = ()
    times_ns: tuple[_Time | None, ...] = Field(max_length=MOST_BENCHMARKS)
    changes_percent: tuple[_Change | None, ...] = Field(max_length=MOST_BENCHMARKS)
    memory_bytes: tuple[tuple[_Number, _Size], ...] = Field(default=(), max_length=MOST_BENCHMARKS)


AnyLine = HeaderLine | BenchmarksLine | MachineLine | PointLine
_LINES: TypeAdapter[AnyLine] = TypeAdapter(Annotated[AnyLine, Field(discriminator="kind")])


def parse(text: bytes, source: str, number: int) -> AnyLine:
    """Read one line. Raises BadFile naming source and line; another version is told apart from damage."""
    try:
        return _LINES.validate_json(text)
    except ValidationError as error:
        version = _version(text)
        if version is not None and version != FORMAT_VERSION:
            raise BadFile(
                f"`{source}`, line {number}: the history is of format version {version}, "
                f"and this Benchmark CI knows version {FORMAT_VERSION}.",
                "Use a release of Benchmark CI that knows it; nothing was changed.",
            ) from None
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise damaged(
            source, number, f"{place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}"
        ) from None


def damaged(source: str, number: int, problem: str) -> BadFile:
    """The error of a line that is not what the format says."""
    return BadFile(
        f"`{source}`, line {number}: {problem}.",
        "The file was damaged or changed by hand; restore it from the branch's earlier commits.",
    )


def write(line: AnyLine) -> str:
    """A line as it stands in a file; what has its default is left out, but for the kind."""
    fields = line.model_dump(mode="json", exclude_defaults=True)
    if isinstance(line, PointLine):
        fields["times_ns"] = [_digits(value) for value in line.times_ns]
        fields["changes_percent"] = [_percent(value) for value in line.changes_percent]
    first = {"kind": line.kind} | ({"format_version": 1} if isinstance(line, HeaderLine) else {})
    return json.dumps(first | fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _digits(value: float | None) -> float | int | None:
    """A time with four significant digits, written as short as they allow."""
    return None if value is None else _short(float(f"{value:.4g}"))


def _percent(value: float | None) -> float | int | None:
    """A change with two decimals below 1 %, with one above."""
    return None if value is None else _short(round(value, 2 if abs(value) < 1 else 1))


def _short(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _version(text: bytes) -> int | None:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    version = line.get("format_version") if isinstance(line, dict) and line.get("kind") == "history" else None
    return version if isinstance(version, int) and not isinstance(version, bool) else None
