"""What a decoder says about a function's body, whatever the instruction set."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol


class Use(IntEnum):
    """What an instruction does with an address."""

    BRANCH = 0  # goes there; with a size: to the address that stands there
    READ = 1  # reads or writes so many bytes there
    ADDRESS = 2  # takes the address: whoever gets it may do anything with it


ANYWHERE = -1
"""Where a register says."""


class Reference(NamedTuple):
    """An address outside of the function, at an offset of its body.

    `handed`: an address that the function takes only to hand it on (as an argument, into memory) or to read
    at a fixed distance behind it. No loop runs up to it or counts from it. `leaves`: where the function jumps
    out of itself and still has it. `jumps`: it is of a jump table, whose entries lead to these offsets of the
    function.
    """

    at: int
    use: Use
    target: int
    size: int
    handed: bool = False
    leaves: tuple[int, ...] = ()
    jumps: tuple[int, ...] = ()


class Departure(NamedTuple):
    """A jump or call out of a function, in which some register holds a part of an address."""

    target: int
    called: bool


class Body(NamedTuple):
    """A function's bytes with every address outside of it blanked, and those addresses in order.

    `thread_local`: it finds thread-locals by their distance from the thread pointer, which its bytes hold.
    `departs`: whoever is meant there must not expect what is in registers. `returns_parts`: some register may
    hold a part of an address when it returns; nor may its caller expect it.
    """

    shape: bytes
    references: tuple[Reference, ...]
    thread_local: bool
    departs: tuple[Departure, ...] = ()
    returns_parts: bool = False


class Step(NamedTuple):
    """One instruction of a function, by offsets from the function's start: [at, end).

    `word` names what it does apart from where it goes, if it goes to `inside`, elsewhere in the function.
    `falls`: the next one may run after it.
    """

    at: int
    end: int
    word: str
    inside: int | None
    falls: bool


class Landing(NamedTuple):
    """Where a function goes on when a call at an offset in [first, end) of it panics: also an offset."""

    first: int
    end: int
    offset: int


class Around(Protocol):
    """What else an executable tells of a function while it is decoded."""

    def table(self, address: int) -> bytes:
        """From an address to the end of the function's own jump tables; raises Doubt where there are none."""

    def landings(self) -> Sequence[Landing]:
        """Where it goes on after panics; raises Doubt."""


class Decoder(Protocol):
    """An instruction set."""

    parted: bool
    """Whether several instructions put an address together. Then an address can only be followed where one
    knows all that lies around it, and code is told from data by its start."""

    def decode(self, code: bytes, start: int, around: Around, /) -> Body:
        """The body of the function that lies at `start`; raises Doubt."""

    def steps(self, code: bytes, start: int, offsets: Sequence[int]) -> list[Step]:
        """The instructions that begin at these offsets of a function that lies at `start`; raises Doubt."""

    def leads_to(self, code: bytes, start: int) -> int | None:
        """Where the instruction at `start` jumps or calls: an address, or ANYWHERE; None: it does neither.

        Only asked where callgrind does not always tell who calls (`spans`), that is where it is `parted`.
        """

    def stub_slot(self, code: bytes, start: int) -> int | None:
        """Where a stub of the procedure linkage table reads its target."""
