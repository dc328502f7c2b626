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


class Reference(NamedTuple):
    """An address outside of the function, at an offset of its body.

    `handed`: an address that the function takes only to hand it on (as an argument, into memory) or to read
    at a fixed distance behind it. No loop runs up to it or counts from it. `leaves`: where the function jumps
    out of itself and still has it.
    """

    at: int
    use: Use
    target: int
    size: int
    handed: bool = False
    leaves: tuple[int, ...] = ()


class Body(NamedTuple):
    """A function's bytes with every address outside of it blanked, and those addresses in order.

    `thread_local`: it finds thread-locals by their distance from the thread pointer, which its bytes hold.
    """

    shape: bytes
    references: tuple[Reference, ...]
    thread_local: bool


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


class Decoder(Protocol):
    """An instruction set."""

    def decode(self, code: bytes, start: int) -> Body:
        """The body of the function that lies at `start`; raises Doubt."""

    def steps(self, code: bytes, start: int, offsets: Sequence[int]) -> list[Step]:
        """The instructions that begin at these offsets of a function that lies at `start`; raises Doubt."""

    def stub_slot(self, code: bytes, start: int) -> int | None:
        """Where a stub of the procedure linkage table reads its target."""
