"""What the loader writes into an executable's memory when it starts: pointers, by place."""

from __future__ import annotations

import struct
from collections.abc import Callable

from benchmark_ci.prove.doubt import Doubt

MOST_POINTERS = 8_000_000
_RELOCATION = struct.Struct("<QQq")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELATIVE = {"EM_X86_64": 8, "EM_AARCH64": 1027}
_SYMBOLIC = {"EM_X86_64": {1, 6, 7}, "EM_AARCH64": {257, 1025, 1026}}
_THREAD = {
    "EM_X86_64": {16: "module", 17: "offset", 18: "from the thread pointer"},
    "EM_AARCH64": {1028: "module", 1029: "offset", 1030: "from the thread pointer", 1031: "descriptor"},
}


class Pointer:
    """What stands in a place once the loader was there.

    Either an address of the executable itself (`address`), or something that only has a name (`name`): a
    function or variable of a shared library, or an offset of a thread-local.
    """

    __slots__ = ("address", "name")

    def __init__(self, address: int | None, name: str = "") -> None:
        self.address = address
        self.name = name


def read_table(machine: str, table: bytes, symbols: bytes, names: bytes, into: dict[int, Pointer]) -> None:
    """Read a RELA table."""
    if machine not in _RELATIVE:
        raise Doubt(f"executables for {machine} are not understood")
    if len(table) % _RELOCATION.size or len(table) // _RELOCATION.size + len(into) > MOST_POINTERS:
        raise Doubt("the executable's relocations are odd")
    for place, info, addend in _RELOCATION.iter_unpack(table):
        kind, symbol = info & 0xFFFFFFFF, info >> 32
        if place in into:
            raise Doubt("the executable has two relocations for one place")
        if kind == _RELATIVE[machine]:
            into[place] = Pointer(addend)
        elif kind in _SYMBOLIC[machine]:
            into[place] = _symbolic(symbol, addend, symbols, names)
        elif kind in _THREAD[machine]:
            name, value = _symbol(symbol, symbols, names)
            into[place] = Pointer(None, f"thread-local {_THREAD[machine][kind]} {name} {value + addend}")
        else:
            # copies of a library's variables, functions chosen at the start: the name of the doubt says it
            name, _ = _symbol(symbol, symbols, names)
            into[place] = Pointer(None, f"\0relocation {kind} {name}")


def _symbol(index: int, symbols: bytes, names: bytes) -> tuple[str, int]:
    if not index:
        return "", 0
    start = index * _SYMBOL.size
    if start + _SYMBOL.size > len(symbols):
        raise Doubt("the executable's relocations name no symbol")
    name, _, _, section, value, _ = _SYMBOL.unpack_from(symbols, start)
    end = names.find(b"\0", name)
    return names[name:end].decode("utf-8", "replace"), value if section else 0


def _symbolic(index: int, addend: int, symbols: bytes, names: bytes) -> Pointer:
    name, value = _symbol(index, symbols, names)
    if value:
        return Pointer(value + addend)
    return Pointer(None, f"{name}+{addend}")


def read_relative_table(table: bytes, word: Callable[[int], int], into: dict[int, Pointer]) -> None:
    """Read a RELR table: an address, then bitmaps of the words behind it."""
    place = 0
    if len(table) % 8:
        raise Doubt("the executable's relocations are odd")
    for (entry,) in struct.iter_unpack("<Q", table):
        places = []
        if entry & 1:
            places = [place + 8 * bit for bit in range(63) if entry >> (bit + 1) & 1]
            place += 8 * 63
        else:
            places = [entry]
            place = entry + 8
        for one in places:
            if one in into or len(into) > MOST_POINTERS:
                raise Doubt("the executable has two relocations for one place")
            into[one] = Pointer(word(one))
