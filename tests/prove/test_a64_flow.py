"""Which addresses an AArch64 function only hands on: told from its machine code."""

from __future__ import annotations

import pytest

from benchmark_ci.prove.instructions import Landing
from tests.prove.a64_code import (
    RET,
    SP,
    START,
    Around,
    add,
    add_lsl,
    adr,
    adrp,
    b,
    b_eq,
    bl,
    blr,
    body,
    br,
    cbz,
    cmp,
    cmp_number,
    csel,
    fmov,
    ldp,
    ldr,
    ldr_after,
    ldr_at,
    ldr_q,
    ldrb_at,
    mov,
    movz,
    prfm,
    stp,
    str_,
    swp,
    tbz,
)

TAKEN = (adrp(1, 5), add(1, 1, 0x40))  # in x1
STR_BEFORE = 0xF81F0FE1  # str x1, [sp, #-16]!

CASES = {
    "passed to a call": ((bl(0x100), RET), True),
    "passed to what a pointer leads to": ((blr(3), RET), True),
    "called itself": ((blr(1), RET), False),
    "returned": ((RET,), True),
    "jumped to": ((br(1),), False),
    "passed to a call that ends the function": ((br(3),), True),
    "compared": ((cmp(0, 1), RET), False),
    "compared with nothing": ((cmp_number(1, 0), RET), True),
    "compared with a number": ((cmp_number(1, 8), RET), False),
    "asked for zero": ((cbz(1, 8), RET, RET), True),
    "asked for a bit": ((tbz(1, 8), RET, RET), False),
    "read from": ((ldr(0, 1, 8), RET), True),
    "read from in pairs": ((ldp(0, 2, 1, 8), RET), True),
    "read from before it": ((0xF85F8020, RET), False),  # ldur x0, [x1, #-8]
    "fetched ahead": ((prfm(1), RET), True),
    "read from by an index": ((ldr_at(0, 1, 2), RET), False),
    "an index itself": ((ldr_at(0, 2, 1), RET), False),
    "read from and moved": ((ldr_after(0, 1, 8), RET), False),
    "more added": ((add(0, 1, 8), RET), False),
    "an index added": ((add_lsl(0, 1, 2, 3), RET), False),
    "stored somewhere": ((str_(1, 0, 8), RET), True),
    "stored where it points to": ((str_(1, 1, 8), RET), True),
    "exchanged": ((swp(1, 0, 2), RET), False),
    "moved to a vector": ((fmov(0, 1), RET), True),
    "moved, then compared": ((mov(2, 1), cmp(2, 3), RET), False),
    "written, then compared": ((movz(1, 5), cmp(1, 3), RET), True),
    "loaded over, then compared": ((ldr(1, 1), cmp(1, 3), RET), True),
    "lost in a call, then compared": ((bl(0x100), cmp(1, 3), RET), True),
    "kept by a call, then compared": ((mov(19, 1), bl(0x100), cmp(19, 3), RET), False),
    "compared on one path": ((b_eq(8), RET, cmp(1, 3), RET), False),
    "compared on no path": ((b(8), cmp(1, 3), RET), True),
    "around a loop": ((cbz(2, 0), RET), True),
    "chosen": ((csel(0, 1, 2), RET), True),
    "chosen, then compared": ((csel(0, 1, 2), cmp(0, 3), RET), False),
    "chosen into itself, then compared": ((csel(1, 2, 1), cmp(1, 3), RET), False),
    "kept in the frame": ((str_(1, SP, 8), bl(0x100), RET), True),
    "kept in the frame, then compared": ((str_(1, SP, 8), bl(0x100), ldr(0, SP, 8), cmp(0, 3), RET), False),
    "in the frame beside what is compared": (
        (str_(1, SP, 8), bl(0x100), ldr(0, SP, 16), cmp(0, 3), RET),
        True,
    ),
    "kept in pairs, then compared": ((stp(0, 1, SP, 16), ldr(0, SP, 24), cmp(0, 3), RET), False),
    "loaded in pairs, then compared": ((str_(1, SP, 24), ldp(4, 5, SP, 16), cmp(5, 3), RET), False),
    "kept by the frame's pointer": ((str_(1, 29, 24), ldr(0, 29, 24), cmp(0, 3), RET), False),
    "copied from the frame by a vector": ((str_(1, SP, 16), ldr_q(0, SP, 16), RET), True),
    "exchanged in the frame": ((str_(1, SP), swp(2, 0, SP), RET), False),
    "pushed": ((STR_BEFORE, RET), False),
    "in part": ((0xB9000001, RET), True),  # str w1, [x0]
    "something that is not understood": ((0x5AC01020, RET), False),  # clz w0, w1
}


@pytest.mark.parametrize("name", CASES)
def test_what_becomes_of_an_address(name: str) -> None:
    words, handed = CASES[name]
    [found] = [one for one in body(*TAKEN, *words).references if one.target == START + 0x5040]
    assert found.handed is handed
    assert found.leaves == ()


def test_a_jump_out_of_the_function_is_told() -> None:
    found = body(*TAKEN, cbz(1, 0x100), b(0x200)).references[0]
    assert found.handed
    assert found.leaves == (START + 0x108, START + 0x20C)


def test_an_address_goes_through_a_jump_table() -> None:
    jump = (adrp(9, 6), add(9, 9, 0), adr(10, 16), ldrb_at(11, 9, 8), add_lsl(10, 10, 11, 2), br(10))
    around = Around({START + 0x6000: bytes((0, 2))})
    for arm, handed in ((cmp(1, 3), False), (cmp(2, 3), True)):
        found = body(*TAKEN, *jump, RET, RET, arm, RET, around=around).references
        assert [one.handed for one in found] == [handed, False]


def test_an_address_that_a_call_keeps_goes_on_after_a_panic() -> None:
    words = (*TAKEN, mov(19, 1), bl(0x100), RET, cmp(19, 3), RET)
    assert body(*words).references[0].handed
    around = Around(pads=[Landing(12, 16, 20)])
    assert not body(*words, around=around).references[0].handed


def test_a_near_address_is_followed_as_well() -> None:
    for word, handed in ((RET, True), (cmp(1, 3), False)):
        assert body(adr(1, 0x5004), word, RET).references[0].handed is handed
