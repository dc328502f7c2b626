"""A64 instructions, a word each, whose meaning depends on where they stand or that lead elsewhere.

Told by the encodings (Arm ARM, C4.1) of the few that hold a distance, jump, or complete an address. What all
others do is `a64_meaning`'s.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from benchmark_ci.prove.doubt import Doubt

WORD = 4
PAGE = 4096
NOP = 0xD503201F


class Flow(IntEnum):
    """Where the next instruction may stand."""

    NEXT = 0
    BRANCH = 1
    CONDITIONAL = 2
    CALL = 3
    CALL_REGISTER = 4
    JUMP_REGISTER = 5
    RETURN = 6
    STOP = 7
    SYSTEM = 8


class Form(IntEnum):
    """What kind of distance a word holds."""

    NONE = 0
    BRANCH = 1
    NEAR_ADDRESS = 2
    PAGE_ADDRESS = 3
    LITERAL = 4


class Word(NamedTuple):
    """A word as far as its encoding tells: `distance` in bytes, as mask of its bits `holds`."""

    flow: Flow
    form: Form = Form.NONE
    distance: int = 0
    holds: int = 0


_PLAIN = Word(Flow.NEXT)
_SYSTEM_CALL = Word(Flow.SYSTEM)
_BRANCH_26 = 0x03FFFFFF
_BRANCH_19 = 0x00FFFFE0
_BRANCH_14 = 0x0007FFE0
_ADDRESS_21 = 0x60FFFFE0


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


def look(word: int) -> Word:
    """What a word's encoding tells; Doubt for a jump of a kind that is not understood."""
    if word & 0x7C000000 == 0x14000000:
        flow = Flow.CALL if word >> 31 else Flow.BRANCH
        return Word(flow, Form.BRANCH, _signed(word & _BRANCH_26, 26) * WORD, _BRANCH_26)
    if word & 0xFF000000 == 0x54000000 or word & 0x7E000000 == 0x34000000:
        distance = _signed((word & _BRANCH_19) >> 5, 19) * WORD
        return Word(Flow.CONDITIONAL, Form.BRANCH, distance, _BRANCH_19)
    if word & 0x7E000000 == 0x36000000:
        distance = _signed((word & _BRANCH_14) >> 5, 14) * WORD
        return Word(Flow.CONDITIONAL, Form.BRANCH, distance, _BRANCH_14)
    if word & 0x1F000000 == 0x10000000:
        distance = _signed((word & _BRANCH_19) >> 3 | word >> 29 & 3, 21)
        if word >> 31:
            return Word(Flow.NEXT, Form.PAGE_ADDRESS, distance * PAGE, _ADDRESS_21)
        return Word(Flow.NEXT, Form.NEAR_ADDRESS, distance, _ADDRESS_21)
    if word & 0x3B000000 == 0x18000000:
        return Word(Flow.NEXT, Form.LITERAL, _signed((word & _BRANCH_19) >> 5, 19) * WORD, _BRANCH_19)
    if word & 0xFE000000 == 0xD6000000:
        return Word(_jump(word))
    if word & 0xFF000000 == 0xD4000000:
        return _SYSTEM_CALL if word & 0xFFE0001F == 0xD4000001 else Word(Flow.STOP)
    return Word(Flow.STOP) if word < 0x10000 else _PLAIN


def _jump(word: int) -> Flow:
    for encoding, mask, flow in (
        (0xD61F0000, 0xFFFFFC1F, Flow.JUMP_REGISTER),
        (0xD63F0000, 0xFFFFFC1F, Flow.CALL_REGISTER),
        (0xD65F0000, 0xFFFFFC1F, Flow.RETURN),
        (0xD65F0BFF, 0xFFFFFBFF, Flow.RETURN),  # with the return address authenticated
    ):
        if word & mask == encoding:
            return flow
    raise Doubt("has a jump that is not understood")


def literal_size(word: int) -> int:
    """How many bytes a load from a distance reads."""
    if word >> 26 & 1:
        return 4 << (word >> 30)
    return (4, 8, 4, 1)[word >> 30]


def literal_register(word: int) -> int | None:
    """The general register that a load from a distance writes, if any."""
    return word & 31 if not word >> 26 & 1 and word >> 30 != 3 else None


def fields(word: int) -> tuple[int, int, int, int]:
    """The four places of a word where registers may stand."""
    return word & 31, word >> 5 & 31, word >> 10 & 31, word >> 16 & 31


ALL = (1 << 32) - 1
_SILENT_HINTS = frozenset((*range(6), 16, 17, 18, 20, 32, 34, 36, 38))
"""By number: nop, yield, wfe, wfi, sev, sevl, esb, psb, tsb, csdb, bti."""


def mentions(word: int) -> int:
    """A bit for each register that an instruction may read or write, or all."""
    if word & 0xFFFFF01F == 0xD503201F:
        return 0 if word >> 5 & 127 in _SILENT_HINTS else ALL
    if word & 0xBFA07C00 == 0x08207C00 or (
        word & 0xFF208C00 == 0xF8208000 and word >> 12 & 7 in (1, 2, 3, 5)
    ):
        return ALL  # named by the first of two (casp) or eight (64 bytes at once)
    first, second, third, fourth = fields(word)
    return 1 << first | 1 << second | 1 << third | 1 << fourth


class Low(NamedTuple):
    """An instruction that adds twelve bits to a page: it accesses `size` bytes, or takes the address (0)."""

    base: int
    offset: int
    size: int
    loads: int | None  # general register that it writes
    stores: int | None  # general register that it stores


def low(word: int) -> Low | None:
    """None: it is no such instruction."""
    first, base, _, _ = fields(word)
    immediate = word >> 10 & 0xFFF
    if word & 0xFFC00000 == 0x91000000:
        return Low(base, immediate, 0, first, None)
    if word & 0x3B000000 != 0x39000000:
        return None
    size, vector, operation = word >> 30, word >> 26 & 1, word >> 22 & 3
    if vector:
        scale = size | (operation & 2) << 1
        return Low(base, immediate << scale, 1 << scale, None, None) if scale <= 4 else None
    if size == 3 and operation == 2:
        return Low(base, immediate << 3, 1, None, None)  # a prefetch
    transferred = first if first != 31 else None  # nothing, or zero
    if operation == 0:
        return Low(base, immediate << size, 1 << size, None, transferred)
    return Low(base, immediate << size, 1 << size, transferred, None)
