"""AArch64: what each instruction refers to, and its bytes without the address."""

from __future__ import annotations

import struct

from benchmark_ci.prove.a64_flow import fates
from benchmark_ci.prove.a64_meaning import check
from benchmark_ci.prove.a64_paths import Paths, doubtful_pages
from benchmark_ci.prove.a64_steps import steps
from benchmark_ci.prove.a64_values import Goal, Label, Page, State, Unclear
from benchmark_ci.prove.a64_words import (
    WORD,
    Flow,
    Form,
    Word,
    fields,
    literal_size,
    look,
    low,
)
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.flow import Taken
from benchmark_ci.prove.instructions import ANYWHERE, Around, Body, Departure, Reference, Use

__all__ = ["decode", "leads_to", "parted", "steps", "stub_slot"]

parted = True
"""A page and its twelve bits."""

_THREAD_POINTERS = (0xD53BD040, 0xD53BD060)  # mrs …, tpidr_el0 and tpidrro_el0
_LOW = 0x003FFC00  # the twelve bits
_PAGE = 0x80000000  # what tells `adrp` from `adr`


def decode(code: bytes, start: int, around: Around, /) -> Body:
    """The body of a function that lies at `start`; Doubt when a word of it is no instruction."""
    if start % WORD or len(code) % WORD:
        raise Doubt("has bytes that are no instructions")
    words = [word for (word,) in struct.iter_unpack("<I", code)]
    check(words)
    try:
        return _Function(Paths(code, start, words, around)).body()
    except Doubt:
        # what else but a lone address can it be that is used in other ways than a page?
        if len(doubtful_pages(words, start)) != 1:
            raise
        return _Function(Paths(code, start, words, around, whole=True)).body()


class _Function:
    """Collects what one function refers to."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._shape = list(paths.words)
        self._references: list[Reference] = []
        self._taken: list[Taken] = []
        self._pages: set[int] = set()
        self._completed: set[int] = set()
        self._labels: set[int] = set()
        self._landed: set[int] = set()
        self._departs: set[Departure] = set()
        self._returns_parts = False

    def body(self) -> Body:
        """All of it; raises Doubt."""
        reached = set()
        for at, before, after in self._paths.states():
            reached.add(at)
            self._values(at, before, after)
        for index, (word, known) in enumerate(zip(self._paths.words, self._paths.known, strict=True)):
            at = index * WORD
            if at not in reached and known.form not in (Form.NONE, Form.BRANCH):
                raise Doubt("has code to which nothing leads")
            if known.form is Form.BRANCH and self._paths.inside(at) is None:
                self._refer(at, known.holds, Use.BRANCH, self._paths.start + at + known.distance, 0)
            elif known.form is Form.LITERAL:
                self._literal(at, word, known)
        if self._pages - self._completed:
            raise Doubt("takes a part of an address that it does not use")
        if self._labels - self._landed:
            raise Doubt("takes an address of its own code")
        return self._finished()

    def _values(self, at: int, before: State, after: State) -> None:
        """What is done with addresses, by what an instruction finds in registers."""
        word, known = self._paths.words[at // WORD], self._paths.known[at // WORD]
        if known.form in (Form.PAGE_ADDRESS, Form.NEAR_ADDRESS):
            self._take(at, word, known, after)
        elif known.flow is Flow.NEXT and before:
            self._use(at, word, before, after)
        elif known.flow is Flow.JUMP_REGISTER and isinstance(goal := before.get(fields(word)[1]), Goal):
            self._landed |= goal.taken
        leaves = known.form is Form.BRANCH and self._paths.inside(at) is None
        parts = any(isinstance(one, Page | Label | Unclear) for one in before.values())
        if leaves and parts:
            target = self._paths.start + at + known.distance
            self._departs.add(Departure(target, known.flow is Flow.CALL))
        elif parts and known.flow in (Flow.RETURN, Flow.JUMP_REGISTER):
            self._returns_parts = True

    def _take(self, at: int, word: int, known: Word, after: State) -> None:
        value = after[word & 31]
        if word & 31 == 31:
            raise Doubt("has an instruction that is not understood")
        if isinstance(value, Page):
            self._pages.add(at)
            self._shape[at // WORD] = word & ~known.holds | _PAGE
        elif isinstance(value, Label):
            self._labels.add(at)
            self._shape[at // WORD] &= ~known.holds
        else:
            self._address(at, known.holds, self._paths.start + at + known.distance, word & 31)

    def _use(self, at: int, word: int, before: State, after: State) -> None:
        found = low(word)
        if found is None or not isinstance(page := before.get(found.base), Page):
            return
        self._completed |= page.taken
        if found.size:
            self._refer(at, _LOW, Use.READ, page.address + found.offset, found.size)
        else:
            self._address(at, _LOW, page.address + found.offset, word & 31)

    def _address(self, at: int, holds: int, target: int, register: int) -> None:
        paths = self._paths
        if paths.start < target < paths.end:
            raise Doubt("takes an address of its own code")
        self._taken.append(Taken(at + WORD, register, len(self._references)))
        self._refer(at, holds, Use.ADDRESS, target, 0)

    def _literal(self, at: int, word: int, known: Word) -> None:
        target = self._paths.start + at + known.distance
        if self._paths.start <= target < self._paths.end:
            raise Doubt("reads its own code")
        self._refer(at, known.holds, Use.READ, target, literal_size(word))

    def _refer(self, at: int, holds: int, use: Use, target: int, size: int) -> None:
        self._shape[at // WORD] &= ~holds
        self._references.append(Reference(at, use, target, size))

    def _finished(self) -> Body:
        for index, fate in fates(self._paths, self._taken).items():
            self._references[index] = self._references[index]._replace(handed=True, leaves=fate.leaves)
        for index, reference in enumerate(self._references):
            table = self._paths.tables.get(reference.target)
            if table is not None and reference.use is Use.ADDRESS:
                self._references[index] = reference._replace(jumps=table[1])
        return Body(
            struct.pack(f"<{len(self._shape)}I", *self._shape),
            tuple(sorted(self._references, key=lambda one: one.at)),
            any(word & ~31 in _THREAD_POINTERS for word in self._paths.words),
            tuple(sorted(self._departs)),
            self._returns_parts,
        )


def leads_to(code: bytes, start: int) -> int | None:
    """Where the instruction at `start` jumps or calls: an address, or ANYWHERE; None when it does neither."""
    if len(code) < WORD or start % WORD:
        return None
    [word] = struct.unpack("<I", code[:WORD])
    if word & 0x7C000000 == 0x14000000:
        return start + look(word).distance
    return ANYWHERE if word & 0xFFDFFC1F == 0xD61F0000 else None


def stub_slot(code: bytes, start: int) -> int | None:
    """Where a stub of the procedure linkage table reads its target; None when it is no such stub."""
    words = [word for (word,) in struct.iter_unpack("<I", code[: len(code) - len(code) % WORD])]
    at = 0
    if words and words[0] == _BRANCH_TARGET:
        at = 1
    if len(words) < at + 4:
        return None
    page, load, add, jump = words[at : at + 4]
    found = low(load)
    if page & 0x9F00001F != _PAGE_16 or found is None or found.base != 16:
        return None
    if (found.size, found.loads) != (8, 17) or add & 0xFFC003FF != _ADD_16 or jump != _JUMP_17:
        return None
    here = start + at * WORD
    return here - here % 4096 + look(page).distance + found.offset


_BRANCH_TARGET = 0xD503245F  # bti c
_PAGE_16 = 0x90000010  # adrp x16, …
_ADD_16 = 0x91000210  # add x16, x16, #…
_JUMP_17 = 0xD61F0220
