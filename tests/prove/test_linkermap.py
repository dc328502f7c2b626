"""What a linker's map says of constants, where its own words need a second look."""

from __future__ import annotations

import pytest

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.linkermap import LinkerMap

# GNU ld merged all of the second file's constants into the first one's, and tells of them all the same
MERGED = b"""
 .rodata.cst16  0x0000000000001000       0x30 one.o
 .rodata..Lanon.1
                0x0000000000001030        0xf one.o
 .rodata.cst16  0x000000000000103f       0x30 two.o
 *fill*         0x000000000000103f        0x1
 .rodata.cst8   0x0000000000001040        0x8 three.o
 .rodata.str1.1
                0x0000000000001048       0x20 three.o
 .rodata..Lanon.2
                0x0000000000001048        0x4 four.o
"""


def test_constants_that_were_merged_elsewhere_hide_nothing() -> None:
    found = LinkerMap(MERGED)
    pieces = {address: found.at(address) for address in (0x1000, 0x102F, 0x103E, 0x1040, 0x1048)}
    assert {address: piece.origin for address, piece in pieces.items() if piece} == {
        0x1000: b"one.o",
        0x102F: b"one.o",
        0x103E: b"one.o",
        0x1040: b"three.o",
        0x1048: b"four.o",
    }
    assert found.at(0x103F) is None
    assert found.at(0x1050) is None


def test_of_two_merged_ones_in_one_place_none_is_believed() -> None:
    both = MERGED.replace(b"0x0000000000001040        0x8", b"0x000000000000103f       0x10")
    assert LinkerMap(both).at(0x1040) is None


def test_other_sections_that_overlap_are_a_doubt() -> None:
    with pytest.raises(Doubt):
        LinkerMap(MERGED.replace(b".rodata.cst8   0x0000000000001040", b".rodata..Lx    0x0000000000001032"))


def test_thread_local_zeros_take_no_room() -> None:
    zeros = b" .tbss.A        0x0000000000001000       0x90 one.o\n"
    piece = LinkerMap(zeros + b" .init_array    0x0000000000001000        0x8 one.o\n").at(0x1000)
    assert piece is not None
    assert piece.name == ".init_array"
