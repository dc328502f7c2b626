"""Jump tables of AArch64 code: where they lead, and what is no table that we know."""

from __future__ import annotations

import struct

import pytest

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.instructions import Use
from tests.prove.a64_code import (
    NOP,
    PAGE,
    RET,
    Around,
    add,
    add_lsl,
    add_sxtb,
    adr,
    adrp,
    body,
    br,
    cbz,
    ldr,
    ldrb_at,
    ldrh_at,
    ldrsw_at,
    movz,
    references,
)

ARMS = (movz(0, 1), RET, movz(0, 2), RET, movz(0, 3), RET)  # behind five instructions: at 20, 28, 36
TABLE = PAGE + 0x40


def switch(load: int, added: int) -> tuple[int, ...]:
    """Two for the table, the label at 20, then the arms."""
    return (adrp(9, 5), add(9, 9, 0x40), adr(10, 16), load, added, br(10), *ARMS)


@pytest.mark.parametrize(
    ("load", "added", "content"),
    [
        (ldrb_at(11, 9, 8), add_lsl(10, 10, 11, 2), bytes((0, 2, 4))),
        (ldrh_at(11, 9, 8), add_lsl(10, 10, 11, 2), struct.pack("<3H", 0, 2, 4)),
        (ldrsw_at(11, 9, 8), add_lsl(10, 10, 11), struct.pack("<3i", 0, 8, 16)),
        (ldrb_at(11, 9, 8), add_sxtb(10, 10, 11, 2), struct.pack("<3b", 0, 2, 4)),
    ],
    ids=["bytes", "halfwords", "words", "GCC's"],
)
def test_a_jump_table_leads_to_places_of_its_function(load: int, added: int, content: bytes) -> None:
    found = body(*switch(load, added), around=Around({TABLE: content}))
    assert [one.target for one in found.references] == [TABLE]
    assert found.references[0].jumps == (24, 32, 40)
    if len(content) == 3:
        swapped = body(*switch(load, added), around=Around({TABLE: content[::-1]}))
        assert swapped.references[0].jumps == (40, 32, 24)


def test_a_page_is_known_in_the_arms_of_a_table() -> None:
    arms = (ldr(0, 20), RET, ldr(0, 20, 8), RET)
    head = (adrp(20, 6), adrp(9, 5), add(9, 9, 0x40), adr(10, 16))
    jump = (ldrb_at(11, 9, 8), add_lsl(10, 10, 11, 2), br(10))
    found = references(*head, *jump, *arms, around=Around({TABLE: bytes((0, 2))}))
    assert [target for _, use, target, _ in found if use is Use.READ] == [PAGE + 0x1000, PAGE + 0x1008]


def test_a_table_ends_where_the_next_one_begins() -> None:
    first = switch(ldrb_at(11, 9, 8), add_lsl(10, 10, 11, 2))
    again = (
        adrp(9, 5),
        add(9, 9, 0x43),
        adr(10, 16),
        ldrb_at(11, 9, 8),
        add_lsl(10, 10, 11, 2),
        br(10),
        *ARMS,
    )
    found = body(cbz(0, 4 * len(first) + 4), *first, *again, around=Around({TABLE: bytes((0, 2, 4, 2, 2))}))
    assert [one.jumps for one in found.references] == [(28, 36, 44), (84, 84)]


LOST = {
    "a table out of the function": (switch(ldrb_at(11, 9, 8), add_lsl(10, 10, 11, 2)), bytes((0, 200))),
    "a table that nobody knows": (switch(ldrb_at(11, 9, 8), add_lsl(10, 10, 11, 2)), b""),
    "entries of another size": (switch(ldrh_at(11, 9, 8), add_sxtb(10, 10, 11, 2)), bytes((0, 0))),
    "an index that is no entry": ((*switch(NOP, add_lsl(10, 10, 11, 2)),), bytes((0, 2))),
    "an address that no table uses": ((adr(0, 8), RET, RET), b""),
    "an address of the function": ((adrp(0, 0), add(0, 0, 8), RET), b""),
}


@pytest.mark.parametrize("name", LOST)
def test_what_leads_into_the_function_otherwise_is_a_doubt(name: str) -> None:
    words, content = LOST[name]
    with pytest.raises(Doubt):
        body(*words, around=Around({TABLE: content} if content else {}))
