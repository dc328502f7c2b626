"""How often each instruction ran between two dumps of callgrind, and who called whom."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image

Place = int | str
"""A function: the address of one of the executable's own, or object and name of a library's."""


class Calls(NamedTuple):
    """From one instruction of one function."""

    caller: Place
    site: int  # where the call stands
    callee: Place


class Counts:
    """Executed instructions by address: the executable's own, and those of libraries with their object."""

    __slots__ = ("arcs", "calls", "libraries", "own", "trigger")

    def __init__(self) -> None:
        self.trigger = ""  # why callgrind wrote the dump
        self.own: dict[int, int] = defaultdict(int)
        self.libraries: dict[tuple[str, int], int] = defaultdict(int)
        self.calls: dict[Calls, int] = defaultdict(int)
        self.arcs: set[tuple[Place, Place]] = set()  # calls that are still on their way too

    def functions(self, image: Image) -> frozenset[int]:
        """The executable's own functions that ran. Raises Doubt for code that belongs to none."""
        found = set()
        for address in self.own:
            symbol = image.function(address)
            if symbol is None:
                raise Doubt("code without a symbol runs")
            found.add(symbol.start)
        return frozenset(found)


def read_counts(text: bytes, image: Image, executable: str, private: str) -> Counts:
    """Read a dump; `executable` and `private` as in `SpanReader`. Raises Doubt when it is not as expected."""
    try:
        return _Reader(image, executable.encode(), private.rstrip("/").encode() + b"/").read(text)
    except (ValueError, IndexError) as error:
        raise Doubt("a callgrind dump is not as callgrind writes it") from error


class _Reader:
    def __init__(self, image: Image, own: bytes, private: bytes) -> None:
        self._image = image
        self._own = own
        self._private = private
        self._counts = Counts()
        self._here = self._there = self._name = self._called = b""

    def read(self, text: bytes) -> Counts:
        call: tuple[int, int] | None = None
        for line in text.split(b"\n"):
            if not line.startswith(b"0x"):
                call = self._head(line) or call
                continue
            fields = line.split(b" ")
            address = int(fields[0], 16)
            if call is None:
                self._ran(address, int(fields[2]))
                continue
            self._call(address, *call)
            call = None
            self._there = self._here
        if not text.rstrip().rpartition(b"\n")[2].startswith(b"totals:"):
            raise Doubt("a callgrind dump is cut short")
        return self._counts

    def _head(self, line: bytes) -> tuple[int, int] | None:
        """Take in a line that is not a cost; times and target, where it announces a call."""
        key, _, value = line.partition(b"=")
        if key == b"fn":
            self._name = value
        elif key == b"ob":
            self._here = self._there = value
        elif key == b"cob":
            self._there = value
        elif key == b"cfn":
            self._called = value
        elif key == b"calls":
            times, target, _ = value.split(b" ", 2)
            return int(times), int(target, 16)
        elif line.startswith(b"desc: Trigger: "):
            self._counts.trigger = line[15:].decode("utf-8", "replace")
        return None

    def _ran(self, address: int, times: int) -> None:
        if self._here == self._own:
            self._counts.own[address] += times
            return
        if self._here.startswith(self._private):
            raise Doubt("it runs code of a library that was built with it")
        self._counts.libraries[self._here.decode("utf-8", "replace"), address] += times

    def _call(self, site: int, times: int, target: int) -> None:
        caller = self._place(self._here, self._name, site)
        callee = self._place(self._there, self._called, target)
        self._counts.arcs.add((caller, callee))
        if times:
            self._counts.calls[Calls(caller, site, callee)] += times

    def _place(self, thing: bytes, name: bytes, address: int) -> Place:
        symbol = self._image.function(address) if thing == self._own else None
        if symbol is not None:
            return symbol.start
        return f"{thing.decode('utf-8', 'replace')}|{name.decode('utf-8', 'replace')}"
