"""Words of A64 code, as an assembler would write them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from benchmark_ci.prove.a64 import decode
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.instructions import Body, Landing, Use

START = 0x10000
PAGE = START + 0x5000
RET = 0xD65F03C0
NOP = 0xD503201F
SVC = 0xD4000001
BRK = 0xD4200000
SP = ZERO = 31


def adrp(to: int, pages: int) -> int:
    return 0x90000000 | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5 | to


def adr(to: int, distance: int) -> int:
    return 0x10000000 | (distance & 3) << 29 | (distance >> 2 & 0x7FFFF) << 5 | to


def add(to: int, base: int, number: int) -> int:
    return 0x91000000 | number << 10 | base << 5 | to


def add_lsl(to: int, one: int, other: int, shift: int = 0) -> int:
    return 0x8B000000 | other << 16 | shift << 10 | one << 5 | to


def add_sxtb(to: int, one: int, other: int, shift: int) -> int:
    return 0x8B208000 | other << 16 | shift << 10 | one << 5 | to


def ldr(to: int, base: int, distance: int = 0) -> int:
    return 0xF9400000 | distance // 8 << 10 | base << 5 | to


def str_(what: int, base: int, distance: int = 0) -> int:
    return 0xF9000000 | distance // 8 << 10 | base << 5 | what


def ldr_q(to: int, base: int, distance: int = 0) -> int:
    return 0x3DC00000 | distance // 16 << 10 | base << 5 | to


def ldrb(to: int, base: int, distance: int = 0) -> int:
    return 0x39400000 | distance << 10 | base << 5 | to


def ldrh(to: int, base: int, distance: int = 0) -> int:
    return 0x79400000 | distance // 2 << 10 | base << 5 | to


def ldrsw(to: int, base: int, distance: int = 0) -> int:
    return 0xB9800000 | distance // 4 << 10 | base << 5 | to


def prfm(base: int, distance: int = 0) -> int:
    return 0xF9800000 | distance // 8 << 10 | base << 5


def ldp(one: int, other: int, base: int, distance: int = 0) -> int:
    return 0xA9400000 | (distance // 8 & 127) << 15 | other << 10 | base << 5 | one


def stp(one: int, other: int, base: int, distance: int = 0) -> int:
    return 0xA9000000 | (distance // 8 & 127) << 15 | other << 10 | base << 5 | one


def ldr_after(to: int, base: int, distance: int) -> int:
    return 0xF8400400 | (distance & 511) << 12 | base << 5 | to


def ldrb_at(to: int, base: int, index: int) -> int:
    return 0x38606800 | index << 16 | base << 5 | to


def ldrh_at(to: int, base: int, index: int) -> int:
    return 0x78607800 | index << 16 | base << 5 | to


def ldrsw_at(to: int, base: int, index: int) -> int:
    return 0xB8A07800 | index << 16 | base << 5 | to


def ldr_at(to: int, base: int, index: int) -> int:
    return 0xF8607800 | index << 16 | base << 5 | to


def ldr_literal(to: int, distance: int) -> int:
    return 0x58000000 | (distance >> 2 & 0x7FFFF) << 5 | to


def mov(to: int, what: int) -> int:
    return 0xAA0003E0 | what << 16 | to


def movz(to: int, number: int) -> int:
    return 0xD2800000 | number << 5 | to


def cmp(one: int, other: int) -> int:
    return 0xEB00001F | other << 16 | one << 5


def cmp_number(one: int, number: int) -> int:
    return 0xF100001F | number << 10 | one << 5


def csel(to: int, one: int, other: int) -> int:
    return 0x9A800000 | other << 16 | one << 5 | to


def fmov(to: int, what: int) -> int:
    return 0x9E670000 | what << 5 | to


def swp(what: int, to: int, base: int) -> int:
    return 0xF8208000 | what << 16 | base << 5 | to


def casp(one: int, other: int, base: int) -> int:
    return 0x48207C00 | one << 16 | base << 5 | other


def b(distance: int) -> int:
    return 0x14000000 | distance >> 2 & 0x3FFFFFF


def bl(distance: int) -> int:
    return 0x94000000 | distance >> 2 & 0x3FFFFFF


def b_eq(distance: int) -> int:
    return 0x54000000 | (distance >> 2 & 0x7FFFF) << 5


def cbz(register: int, distance: int) -> int:
    return 0xB4000000 | (distance >> 2 & 0x7FFFF) << 5 | register


def tbz(register: int, distance: int) -> int:
    return 0x36000000 | (distance >> 2 & 0x3FFF) << 5 | register


def br(register: int) -> int:
    return 0xD61F0000 | register << 5


def blr(register: int) -> int:
    return 0xD63F0000 | register << 5


def mrs_thread(to: int) -> int:
    return 0xD53BD040 | to


def code(*words: int) -> bytes:
    return struct.pack(f"<{len(words)}I", *words)


class Around:
    """What an executable would tell of a function."""

    def __init__(self, tables: Mapping[int, bytes] | None = None, pads: Sequence[Landing] = ()) -> None:
        self._tables = tables or {}
        self._pads = pads

    def table(self, address: int) -> bytes:
        """All tables are one piece, as in a section."""
        for start, content in self._tables.items():
            if start <= address < start + len(content):
                return content[address - start :]
        raise Doubt("has a table whose end cannot be told")

    def landings(self) -> Sequence[Landing]:
        return self._pads


def body(*words: int, around: Around | None = None) -> Body:
    return decode(code(*words), START, around or Around())


def references(*words: int, around: Around | None = None) -> list[tuple[int, Use, int, int]]:
    return [one[:4] for one in body(*words, around=around).references]
