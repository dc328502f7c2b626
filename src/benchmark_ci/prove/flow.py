"""Following an address through a function: what becomes of it after it was taken, along every path.

An address at the border of two constants may mean the beginning of one or the end of the other: a loop counts
up to an end, or from it with a negative index. Neither happens to an address that is only stored, passed to
a call, returned, or read from at a fixed distance. Whatever else is done leaves it open.

A register that holds an address is followed from instruction to instruction, through branches, until it is
written. An address that is stored in the function's frame is followed from every load of that place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

MOST_STEPS = 100_000
"""For all addresses of a function; those that are not settled by then are open."""

Slot = tuple[int, int]
"""Base register and displacement: a place in the frame."""


class Taken(NamedTuple):
    """An address in a register from an instruction on: `reference` is its index among the references."""

    at: int
    register: int
    reference: int


class Fate(NamedTuple):
    """What was found out about an address that is only handed on: where it goes with a jump, if anywhere.

    A jump to another symbol is a call that ends the function, or leads to another part of it: compilers part
    functions in two. Who knows the symbols can tell.
    """

    leaves: tuple[int, ...]


class Handing(ABC):
    """Follows the addresses that one function takes."""

    def __init__(self) -> None:
        self._open: set[int] = set()
        self._leaves: dict[int, set[int]] = defaultdict(set)
        self._queue: list[Taken] = []
        self._seen: set[Taken] = set()

    def follow(self, taken: Sequence[Taken]) -> dict[int, Fate]:
        """The addresses of which everything is known, by reference."""
        for one in taken:
            self._put(one.at, one.register, one.reference)
        steps = 0
        while self._queue:
            steps += 1
            if steps > MOST_STEPS:
                self._open.update(one.reference for one in self._queue)
                break
            one = self._queue.pop()
            if one.reference not in self._open:
                self._step(one)
        return {
            one.reference: Fate(tuple(sorted(self._leaves[one.reference])))
            for one in taken
            if one.reference not in self._open
        }

    def _put(self, at: int, register: int, reference: int) -> None:
        """The address is in a register when the instruction at `at` runs."""
        if not self._can_follow(register):
            self._open.add(reference)
            return
        one = Taken(at, register, reference)
        if one not in self._seen:
            self._seen.add(one)
            self._queue.append(one)

    @abstractmethod
    def _can_follow(self, register: int) -> bool:
        """Whether an address in this register can be followed."""

    @abstractmethod
    def _step(self, one: Taken) -> None:
        """What the instruction at `one.at` does with the register, and where that leads."""
