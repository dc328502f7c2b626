"""The recording: one JSON object a line, compressed, written as it is measured (docs/recording.md).

Each line is flushed through the compressor, so that a run that is killed leaves everything it measured.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from benchmark_ci.errors import BadFile
from benchmark_ci.measure.criterion import flaw
from benchmark_ci.model import (
    ArrangedProcess,
    Arrangement,
    End,
    Failure,
    Header,
    History,
    Noun,
    Preparation,
    Process,
    Proof,
    Recording,
    ReferenceProcess,
    Unmeasured,
)

AnyLine = (
    Header
    | Preparation
    | History
    | Proof
    | Process
    | Failure
    | Arrangement
    | ArrangedProcess
    | ReferenceProcess
    | Unmeasured
    | End
)
Line = Annotated[AnyLine, Field(discriminator="kind")]
_LINES: TypeAdapter[AnyLine] = TypeAdapter(Line)
OneLine = TypeVar("OneLine", bound=AnyLine)
VALUE_BYTES, OBJECT_BYTES = 32, 700
"""What a number and a noun take in memory; `weight` is made of them."""


class Bounds(Noun):
    """How large a recording may be; None: as large as it is."""

    line_bytes: int = 64 * 1024 * 1024
    unpacked_bytes: int | None = None
    memory_bytes: int | None = None  # text that is all commas and braces takes sixteen times its size


OUR_OWN = Bounds()


class Recorder:
    """Appends lines to a recording."""

    def __init__(self, path: Path) -> None:
        """Start a new recording at `path`, replacing an old one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self.path = path
        # No name and no time in the gzip header: the same lines give the same bytes.
        self._raw = path.open("xb")
        self._file = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, compresslevel=6, mtime=0)

    def add(self, line: AnyLine) -> None:
        """Append one line and push it out to the file."""
        self._file.write(line.model_dump_json().encode() + b"\n")
        self._file.flush(zlib.Z_SYNC_FLUSH)
        self._raw.flush()

    def close(self) -> None:
        """End the file; a recording that is never closed can be read all the same."""
        self._file.close()
        self._raw.close()


def weight(text: bytes) -> int:
    """About how many bytes of memory a line takes once it is read, known before it is."""
    return VALUE_BYTES * text.count(b",") + OBJECT_BYTES * text.count(b"{") + len(text)


def read(path: Path, called: str = "", bounds: Bounds = OUR_OWN) -> Recording:
    """Read a recording; one that ends in the middle gives what it holds.

    `called` is how errors name it. Raises BadFile naming the line that is not what the format says.
    """
    called = called or str(path)
    lines: list[AnyLine] = []
    weighs = 0
    for number, text in enumerate(_lines(path, called, bounds), start=1):
        weighs += weight(text)
        if bounds.memory_bytes is not None and weighs > bounds.memory_bytes:
            raise BadFile(f"`{called}`, line {number}: it holds more values than can be read.")
        line = _parse(called, number, text)
        ended = bool(lines) and isinstance(lines[-1], End)
        if ended or isinstance(line, Header) != (not lines):
            raise _damaged(called, number, f"a line of kind `{line.kind}` does not belong here")
        lines.append(line)
    if not lines:
        raise BadFile(f"`{called}` holds no recording.", "Give a `recording.jsonl.gz` that a run left.")
    return Recording(
        header=_all(lines, Header)[0],
        preparation=next(iter(_all(lines, Preparation)), None),
        history=next(iter(_all(lines, History)), None),
        proofs=_all(lines, Proof),
        processes=_all(lines, Process),
        failures=_all(lines, Failure),
        arrangements=_all(lines, Arrangement),
        arranged=_all(lines, ArrangedProcess),
        references=_all(lines, ReferenceProcess),
        unmeasured=_all(lines, Unmeasured),
        end=next(iter(_all(lines, End)), None),
    )


def _all(lines: Iterable[AnyLine], kind: type[OneLine]) -> tuple[OneLine, ...]:
    return tuple(line for line in lines if isinstance(line, kind))


def _parse(called: str, number: int, text: bytes) -> AnyLine:
    try:
        line = _LINES.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _damaged(called, number, f"{place + ': ' if place else ''}{first['msg']}") from error
    if isinstance(line, Process | ArrangedProcess | ReferenceProcess) and (
        problem := flaw(line.iters, line.times)
    ):
        raise _damaged(called, number, problem)
    return line


def _damaged(called: str, number: int, problem: str) -> BadFile:
    return BadFile(
        f"`{called}`, line {number}: {problem}.",
        "It was damaged, or written by another version of Benchmark CI.",
    )


def _lines(path: Path, called: str, bounds: Bounds) -> Iterator[bytes]:
    """Complete lines; a file cut off inside its last block, or line, ends before that line."""
    try:
        with gzip.open(path, "rb") as opened:
            left = bounds.unpacked_bytes
            while True:
                try:
                    line = opened.readline(bounds.line_bytes)
                except EOFError:
                    return
                if len(line) >= bounds.line_bytes:
                    raise BadFile(f"`{called}` has a line of more than {bounds.line_bytes} bytes.")
                if left is not None and (left := left - len(line)) < 0:
                    raise BadFile(f"`{called}` unpacks to more than {bounds.unpacked_bytes} bytes.")
                if not line.endswith(b"\n"):
                    return
                yield line
    except FileNotFoundError as error:
        raise BadFile(f"There is no recording at `{called}`.", "Give a `recording.jsonl.gz`.") from error
    except (OSError, zlib.error) as error:
        raise BadFile(f"`{called}` cannot be read: {error}.", "Give a `recording.jsonl.gz`.") from error
