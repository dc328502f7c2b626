"""Where functions go on when something that they call panics: the tables for unwinding.

`.eh_frame_hdr` finds a function's frame description, that leads to its table of calls and landing pads
(LSB, Linux Standard Base Core 5.0, chapter 10.6; the table is the Itanium C++ ABI's).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.instructions import Landing

_ABSOLUTE_FROM_HEADER = 0x3B  # four signed bytes, from the header's start
_OMITTED = 0xFF
_FROM_PLACE = 0x10
_INDIRECT = 0x80
_NUMBERS = {0x00: "<Q", 0x03: "<I", 0x04: "<Q", 0x0B: "<i", 0x0C: "<q"}
_VARIABLE_LENGTH = 0x01
MOST_CALLS = 1_000_000


class _Common(NamedTuple):
    """What the descriptions of many functions share: how they write addresses; None: no such table."""

    code: int
    table: int | None


class Unwinding:
    """The landing pads of one executable's functions."""

    def __init__(self, image: Image) -> None:
        """Raises Doubt when the executable has no index of them."""
        self._image = image
        self._common: dict[int, _Common] = {}
        self._descriptions: dict[int, int] = {}
        header = next((one for one in image.sections if one.name == ".eh_frame_hdr"), None)
        if header is None or header.data is None or len(header.data) < 12:
            raise Doubt("nothing tells where the executable's functions go on after panics")
        version, pointer, count, table = header.data[:4]
        if (version, table) != (1, _ABSOLUTE_FROM_HEADER) or pointer & 15 != 11 or count != 3:
            raise Doubt("the executable's index for unwinding is odd")
        [entries] = struct.unpack_from("<I", header.data, 8)
        if 12 + 8 * entries > len(header.data):
            raise Doubt("the executable's index for unwinding is cut short")
        for code, description in struct.iter_unpack("<ii", header.data[12 : 12 + 8 * entries]):
            self._descriptions[header.start + code] = header.start + description

    def landings(self, start: int, end: int) -> list[Landing]:
        """Of the function in [start, end); raises Doubt when they cannot be read."""
        if start not in self._descriptions:
            return []  # nobody unwinds it
        try:
            table = self._table(self._descriptions[start], start, end)
            return self._landings(table, end - start) if table else []
        except (struct.error, IndexError, ValueError) as error:
            raise Doubt("has a table for unwinding that cannot be read") from error

    def _table(self, place: int, start: int, end: int) -> int | None:
        """Where a function's table of calls stands; None when it has none."""
        reader = _Reader(self._image, place)
        length = reader.number("<I")
        if not 8 <= length < 0xFFFFFFF0:
            raise Doubt("has a table for unwinding that cannot be read")
        here = reader.place
        common = self._shared(here - reader.number("<I"))
        if reader.pointer(common.code) != start or start + reader.size(common.code) > end:
            raise Doubt("has a table for unwinding that is another function's")
        augmentation = reader.length()
        if common.table is None or not augmentation:
            return None
        before = reader.place
        address = reader.pointer(common.table)
        return address if address != before else None  # a null is written as no distance

    def _shared(self, place: int) -> _Common:
        if place not in self._common:
            self._common[place] = self._read_common(place)
        return self._common[place]

    def _read_common(self, place: int) -> _Common:
        reader = _Reader(self._image, place + 8)
        version = reader.byte()
        text = reader.text()
        if version != 1 or not text.startswith("z"):
            raise Doubt("has a table for unwinding that cannot be read")
        reader.length()
        reader.length()
        reader.byte()
        reader.length()
        code, table = 0, None
        for letter in text[1:]:
            if letter == "P":
                reader.pointer(reader.byte() & ~_INDIRECT)
            elif letter == "L":
                encoding = reader.byte()
                table = None if encoding == _OMITTED else encoding
            elif letter == "R":
                code = reader.byte()
            elif letter not in "SB":
                raise Doubt("has a table for unwinding that cannot be read")
        return _Common(code, table)

    def _landings(self, place: int, size: int) -> list[Landing]:
        reader = _Reader(self._image, place)
        if reader.byte() != _OMITTED:
            raise Doubt("has a table for unwinding that cannot be read")
        if reader.byte() != _OMITTED:
            reader.length()
        encoding = reader.byte()
        length = reader.length()
        end = reader.place + length
        found: list[Landing] = []
        while reader.place < end:
            first, length, pad = (reader.offset(encoding) for _ in range(3))
            reader.length()
            if first + length > size or pad >= size or len(found) > MOST_CALLS:
                raise Doubt("has a table for unwinding that is another function's")
            if pad:
                found.append(Landing(first, first + length, pad))
        return found


class _Reader:
    """Reads on from a place."""

    def __init__(self, image: Image, place: int) -> None:
        section = image.section(place)
        if section is None or section.data is None:
            raise Doubt("has a table for unwinding that cannot be read")
        self.place = place
        self._start = section.start
        self._data = section.data

    def byte(self) -> int:
        """One byte."""
        value = self._data[self.place - self._start]
        self.place += 1
        return value

    def number(self, form: str) -> int:
        """A number of fixed length."""
        value: int = struct.unpack_from(form, self._data, self.place - self._start)[0]
        self.place += struct.calcsize(form)
        return value

    def length(self) -> int:
        """A number of variable length."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128 or shift > 63:
                return value

    def text(self) -> str:
        """Up to a null."""
        end = self._data.index(b"\0", self.place - self._start)
        found = self._data[self.place - self._start : end]
        self.place += len(found) + 1
        return found.decode("latin-1")

    def size(self, encoding: int) -> int:
        """A number written as an address of this encoding would be."""
        return self.number(_number(encoding & 15))

    def pointer(self, encoding: int) -> int:
        """An address; null is the place itself where it is written as a distance."""
        here = self.place
        value = self.number(_number(encoding & 15))
        if encoding & ~15 not in (0, _FROM_PLACE):
            raise Doubt("has a table for unwinding that cannot be read")
        return value + here if encoding & _FROM_PLACE else value

    def offset(self, encoding: int) -> int:
        """A distance within a function."""
        return self.length() if encoding == _VARIABLE_LENGTH else self.number(_number(encoding))


def _number(encoding: int) -> str:
    if encoding not in _NUMBERS:
        raise Doubt("has a table for unwinding that cannot be read")
    return _NUMBERS[encoding]
