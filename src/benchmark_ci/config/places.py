"""Where each key and value of a TOML document stands.

`tomllib` says what a document means, and tells a line only of what is no TOML; no library gives both values
and places without being an editor of TOML. This walks over a document without judging it, only to know
places; what it does not understand it leaves to `tomllib` to complain about.
"""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from typing import NamedTuple

MOST_NESTED = 16
"""Tables and lists in each other, and parts of a dotted key; `tomllib` is slow or fails far beyond it."""

_BLANK = re.compile(r"[ \t]*")
_BETWEEN = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_TEXT = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'''',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\[\]{}#\r\n\"']+")

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """Counted from 1, as editors do."""

    line: int
    column: int


class TooDeep(Exception):
    """Something is nested too deep; says where."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.place = place


class _Lost(Exception):
    """This is not TOML any more."""


def places(text: str) -> dict[Path, Place]:
    """The place of every key, and of every element of a list, by its path.

    Raises TooDeep. A document that is no TOML has the places up to where it ceases to be.
    """
    walk = _Walk(text)
    with suppress(_Lost):
        walk.document()
    return walk.places


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line, self._line_start = 1, 0
        self._tables: dict[Path, int] = {}  # lists of tables, by how many there are
        self.places: dict[Path, Place] = {}

    def document(self) -> None:
        table: Path = ()
        while True:
            self._skip(_BETWEEN)
            if self._at == len(self._text):
                return
            place = self._place()
            if self._takes("[["):
                table = self._header(place, "]]")
            elif self._takes("["):
                table = self._header(place, "]")
            else:
                self._pair(table, 0)

    def _header(self, place: Place, close: str) -> Path:
        keys = self._key()
        if not self._takes(close):
            raise _Lost
        for count in range(1, len(keys)):
            self.places.setdefault(self._resolved(keys[:count]), place)
        table = (*self._resolved(keys[:-1]), keys[-1])
        self.places.setdefault(table, place)
        if close == "]]":
            number = self._tables.get(table, 0)
            self._tables[table] = number + 1
            self.places[*table, number] = place
        return self._resolved(keys)

    def _resolved(self, keys: list[str]) -> Path:
        """The table that a header means: of a list of tables the last one."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
        return path

    def _pair(self, table: Path, depth: int) -> None:
        place = self._place()
        key = self._key()
        for count in range(1, len(key) + 1):
            self.places.setdefault((*table, *key[:count]), place)
        if not self._takes("="):
            raise _Lost
        self._value((*table, *key), depth)

    def _key(self) -> list[str]:
        """A dotted key's parts."""
        place = self._place()
        parts = []
        while True:
            self._skip(_BLANK)
            parts.append(self._plain(self._match(_KEY)))
            if len(parts) > MOST_NESTED:
                raise TooDeep(place)
            self._skip(_BLANK)
            if not self._takes("."):
                return parts

    def _plain(self, key: str) -> str:
        if key[0] not in "\"'":
            return key
        try:
            return str(tomllib.loads(f"key = {key}")["key"])
        except ValueError:
            raise _Lost from None

    def _value(self, path: Path, depth: int) -> None:
        self._skip(_BLANK)
        if depth > MOST_NESTED:
            raise TooDeep(self._place())
        if self._takes("["):
            self._list(path, depth + 1)
        elif self._takes("{"):
            self._table(path, depth + 1)
        elif self._text.startswith(('"', "'"), self._at):
            self._match(_TEXT)
        else:
            self._match(_SCALAR)

    def _list(self, path: Path, depth: int) -> None:
        number = 0
        while True:
            self._skip(_BETWEEN)
            if self._takes("]"):
                return
            self.places[*path, number] = self._place()
            self._value((*path, number), depth)
            self._skip(_BETWEEN)
            if not self._takes(",") and not self._text.startswith("]", self._at):
                raise _Lost
            number += 1

    def _table(self, path: Path, depth: int) -> None:
        while True:
            self._skip(_BETWEEN)
            if self._takes("}"):
                return
            self._pair(path, depth)
            self._skip(_BETWEEN)
            if not self._takes(",") and not self._text.startswith("}", self._at):
                raise _Lost

    def _takes(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _skip(self, expression: re.Pattern[str]) -> None:
        self._match(expression)

    def _match(self, expression: re.Pattern[str]) -> str:
        found = expression.match(self._text, self._at)
        if found is None:
            raise _Lost
        self._at = found.end()
        lines = found[0].count("\n")
        if lines:
            self._line += lines
            self._line_start = found.start() + found[0].rindex("\n") + 1
        return found[0]

    def _place(self) -> Place:
        return Place(line=self._line, column=self._at - self._line_start + 1)
