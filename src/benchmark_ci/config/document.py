"""The bytes of a TOML file → its values and their places; nothing yet of what the keys mean."""

from __future__ import annotations

import re
import tomllib
from typing import NamedTuple

from benchmark_ci.config.places import Path, Place, TooDeep, places

MOST_BYTES = 1_000_000

_WHERE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_START = Place(line=1, column=1)


class Flaw(NamedTuple):
    """What is wrong, and where; the words are safe to print."""

    place: Place
    problem: str


class BadToml(Exception):
    """The bytes are no TOML that we read."""

    def __init__(self, place: Place, problem: str) -> None:
        super().__init__(problem)
        self.flaw = Flaw(place, problem)


class Document(NamedTuple):
    """A TOML document."""

    values: dict[str, object]
    places: dict[Path, Place]

    def place(self, path: Path) -> Place:
        """Where a key or value stands; of what is not there, where its table does."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, _START)


def read(raw: bytes) -> Document:
    """Read a document. Raises BadToml."""
    if len(raw) > MOST_BYTES:
        raise BadToml(_START, f"the file has {len(raw):,} bytes; at most {MOST_BYTES:,} are read")
    text = _decoded(raw)
    try:
        found = places(text)
    except TooDeep as deep:
        raise BadToml(deep.place, "this is nested deeper than any key of ours") from None
    try:
        return Document(tomllib.loads(text), found)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(str(error), text) from None
    except (ValueError, RecursionError):
        raise BadToml(_START, "a number of the file has thousands of digits") from None


def _decoded(raw: bytes) -> str:
    if raw.startswith(b"\xef\xbb\xbf"):
        raise BadToml(_START, "the file begins with a byte order mark; save it as UTF-8 without one")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
        place = Place(line=before.count(b"\n") + 1, column=column)
        raise BadToml(place, "the file is not UTF-8") from None


def _syntax(message: str, text: str) -> BadToml:
    found = _WHERE.fullmatch(message)
    if found is None:
        return BadToml(_START, f"this is not TOML: {_plain(message)}")
    if found[2]:
        place = Place(line=int(found[2]), column=int(found[3]))
    else:
        place = Place(line=text.count("\n") + 1, column=len(text) - text.rfind("\n"))
    return BadToml(place, f"this is not TOML: {_plain(found[1])}")


def _plain(message: str) -> str:
    """On one line, without control characters, not too long; no capital inside our own sentence."""
    shown = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in message[:200])
    hint = "; a pattern stands in quotes" if "after a key" in shown else ""
    return shown[:1].lower() + shown[1:] + hint
