"""What AArch64 code refers to: addresses that several instructions put together, on every path."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from benchmark_ci.prove.a64 import leads_to, steps, stub_slot
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.instructions import ANYWHERE, Departure, Landing, Reference, Use
from tests.prove.a64_code import (
    BRK,
    NOP,
    PAGE,
    RET,
    SP,
    START,
    SVC,
    ZERO,
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
    casp,
    cbz,
    cmp,
    code,
    csel,
    fmov,
    ldp,
    ldr,
    ldr_after,
    ldr_at,
    ldr_literal,
    ldr_q,
    ldrb,
    ldrh,
    ldrsw,
    mov,
    movz,
    mrs_thread,
    prfm,
    references,
    stp,
    str_,
    swp,
    tbz,
)


@pytest.mark.parametrize(
    ("access", "size"),
    [(ldr, 8), (ldr_q, 16), (ldrb, 1), (ldrh, 2), (ldrsw, 4), (str_, 8)],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_an_access_behind_a_page_has_its_own_size(access, size: int) -> None:  # type: ignore[no-untyped-def]
    assert references(adrp(8, 5), access(0, 8, 0x40), RET) == [(4, Use.READ, PAGE + 0x40, size)]


def test_a_prefetch_may_read_anything() -> None:
    assert references(adrp(8, 5), prfm(8, 0x40), RET) == [(4, Use.READ, PAGE + 0x40, 1)]


@pytest.mark.parametrize("pages", [5, -9, 0x1234])
def test_a_page_and_twelve_bits_are_an_address(pages: int) -> None:
    target = START + pages * 4096 + 0xFF3
    one = body(adrp(8, pages), add(0, 8, 0xFF3), RET)
    assert one.references == (Reference(4, Use.ADDRESS, target, 0, handed=True),)
    other = body(adrp(8, pages + 1), add(0, 8, 0xFF4), RET)
    assert other.shape == one.shape  # nothing of the address is left


CLEAR = {
    "one page serves many": (
        (adrp(8, 5), ldr(0, 8), ldr(1, 8, 8), add(2, 8, 16), RET),
        [(4, PAGE), (8, PAGE + 8), (12, PAGE + 16)],
    ),
    "far apart, on both paths": (
        (adrp(8, 5), NOP, cbz(0, 12), ldr(0, 8), RET, ldr(0, 8, 8), RET),
        [(12, PAGE), (20, PAGE + 8)],
    ),
    "two pages that are one": (
        (cbz(0, 12), adrp(8, 5), b(8), adrp(8, 5), ldr(0, 8), RET),
        [(16, PAGE)],
    ),
    "in another register": ((adrp(8, 5), mov(9, 8), ldr(0, 9), RET), [(8, PAGE)]),
    "kept by a call": ((adrp(19, 5), bl(-64), ldr(0, 19), RET), [(8, PAGE)]),
    "lost in a call, taken anew": (
        (adrp(8, 5), ldr(0, 8), bl(-64), adrp(8, 5), ldr(0, 8, 8), RET),
        [(4, PAGE), (16, PAGE + 8)],
    ),
    "not what a call returns": ((adrp(0, 5), ldr(1, 0), bl(-64), ldr(1, 0, 8), RET), [(4, PAGE)]),
    "around a loop": ((adrp(8, 5), ldr(9, 8), cbz(9, -4), RET), [(4, PAGE)]),
    "written meanwhile": ((adrp(8, 5), ldr(0, 8), movz(8, 5), ldr(0, 8, 8), RET), [(4, PAGE)]),
    "loaded into the same register": ((adrp(8, 5), ldr(8, 8), ldr(0, 8, 8), RET), [(4, PAGE)]),
    "after a system call": ((adrp(8, 5), SVC, ldr(0, 8), RET), [(8, PAGE)]),
    "through a slot of the offset table": ((adrp(8, 5), ldr(8, 8), br(8)), [(4, PAGE)]),
    "nothing but a trap behind it": ((adrp(8, 5), ldr(0, 8), BRK), [(4, PAGE)]),
    "a load of zeros into nothing": ((adrp(8, 5), ldrb(ZERO, 8), RET), [(4, PAGE)]),
}


@pytest.mark.parametrize("name", CLEAR)
def test_parts_of_an_address_are_found_on_every_path(name: str) -> None:
    words, expected = CLEAR[name]
    found = [(at, target) for at, use, target, _ in references(*words) if use is not Use.BRANCH]
    assert found == expected


UNCLEAR = {
    "two different pages": (cbz(0, 12), adrp(8, 5), b(8), adrp(8, 6), ldr(0, 8), RET),
    "on one path only": (cbz(0, 8), adrp(8, 5), ldr(0, 8), RET),
    "not kept by a call": (adrp(8, 5), ldr(0, 8), bl(-64), ldr(0, 8, 8), RET),
    "not kept by a call by a pointer": (adrp(8, 5), ldr(9, 8), blr(9), ldr(0, 8, 8), RET),
    "used for nothing": (adrp(8, 5), RET),
    "returned, once it served": (adrp(8, 5), adrp(0, 5), ldr(1, 8), RET),
    "stored": (adrp(8, 5), str_(8, SP), RET),
    "stored as one of two": (adrp(8, 5), stp(9, 8, SP), RET),
    "stored behind itself": (adrp(8, 5), str_(8, 8), RET),
    "an index added": (adrp(8, 5), add_lsl(0, 8, 9), RET),
    "an index scaled": (adrp(8, 5), ldr_at(0, 8, 9), RET),
    "an index itself": (adrp(8, 5), ldr_at(0, 9, 8), RET),
    "moved on": (adrp(8, 5), ldr_after(0, 8, 8), RET),
    "read in pairs": (adrp(8, 5), ldp(0, 1, 8), RET),
    "compared": (adrp(8, 5), cmp(8, 9), RET),
    "asked for zero": (adrp(8, 5), cbz(8, 8), RET, RET),
    "asked for a bit": (adrp(8, 5), tbz(8, 8), RET, RET),
    "chosen": (adrp(8, 5), csel(0, 8, 9), RET),
    "in a vector": (adrp(8, 5), fmov(0, 8), RET),
    "exchanged": (adrp(8, 5), swp(8, 0, 1), RET),
    "in half": (adrp(8, 5), 0x11000100, RET),  # add w0, w8, #0
    "high bits": (adrp(8, 5), 0x91400500, RET),  # add x0, x8, #1, lsl #12
    "jumped to": (adrp(8, 5), br(8)),
    "beside an instruction that hides what it writes": (adrp(8, 5), ldr(0, 8), casp(2, 4, 6), RET),
    "beside one that signs": (adrp(17, 5), ldr(0, 17), 0xD503211F, RET),  # pacia1716
    "into the stack pointer": (adrp(8, 5), add(SP, 8, 16), RET),
    "where nothing leads": (RET, adrp(8, 5), ldr(0, 8), RET),
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_else_is_done_with_a_part_of_an_address_is_a_doubt(name: str) -> None:
    with pytest.raises(Doubt):
        body(*UNCLEAR[name])


def test_what_is_no_instruction_is_a_doubt() -> None:
    for word in (0xFFFFFFFF, 0x00010000, 0x74000000, 0xD4FFFFFF, 0xD6FFFFFF):
        with pytest.raises(Doubt):
            body(word, RET)
    with pytest.raises(Doubt):
        body(ldr_literal(0, 8), RET, RET)  # its own code
    for other in (code(RET)[:3], code(RET) + b"\0"):
        with pytest.raises(Doubt):
            steps(other, START, [0, 4])


def test_a_literal_is_read_as_far_as_it_is_loaded() -> None:
    assert references(ldr_literal(0, 0x100), RET) == [(0, Use.READ, START + 0x100, 8)]
    assert references(0x9C000800, RET) == [(0, Use.READ, START + 0x100, 16)]  # ldr q0
    assert references(0x98000800, RET) == [(0, Use.READ, START + 0x100, 4)]  # ldrsw
    assert references(0xD8000800, RET) == [(0, Use.READ, START + 0x100, 1)]  # prfm


def test_branches_out_of_the_function_are_references_and_leave_no_trace() -> None:
    words = (cbz(0, 0x100), tbz(1, 0x200), b_eq(0x300), bl(0x400), b(0x500))
    found = references(*words)
    assert found == [
        (at, Use.BRANCH, START + at + distance, 0)
        for at, distance in ((0, 0x100), (4, 0x200), (8, 0x300), (12, 0x400), (16, 0x500))
    ]
    moved = (cbz(0, 0x140), tbz(1, 0x240), b_eq(0x340), bl(0x440), b(0x540))
    assert body(*moved).shape == body(*words).shape
    other = (cbz(2, 0x100), tbz(1, 0x200), b_eq(0x300), bl(0x400), b(0x500))
    assert body(*other).shape != body(*words).shape


def test_thread_locals_are_found_by_the_thread_pointer() -> None:
    assert body(mrs_thread(0), add(0, 0, 16), RET).thread_local
    assert not body(add(0, 0, 16), RET).thread_local


def test_whoever_leaves_with_a_part_of_an_address_says_so() -> None:
    jumps = body(adrp(8, 5), ldr(0, 8), b(0x100))
    assert jumps.departs == (Departure(START + 0x108, called=False),)
    calls = body(adrp(8, 5), ldr(0, 8), bl(0x100), RET)
    assert calls.departs == (Departure(START + 0x108, called=True),)
    assert calls.returns_parts
    neither = body(adrp(8, 5), add(0, 8, 4), mov(8, 0), bl(0x100), RET)
    assert neither.departs == ()
    assert not neither.returns_parts


# --- what a panic leads to

PANICS = (adrp(20, 5), bl(-64), ldr(0, 20), RET, ldr(0, 20, 8), RET)


def test_a_panic_goes_on_where_the_tables_for_unwinding_say() -> None:
    pads = [Landing(4, 8, 16)]
    found = references(*PANICS, around=Around(pads=pads))
    assert found[1:] == [(8, Use.READ, PAGE, 8), (16, Use.READ, PAGE + 8, 8)]


def test_only_what_calls_keep_is_known_after_a_panic() -> None:
    words = (adrp(8, 5), ldr(0, 8), bl(-64), RET, ldr(0, 8, 8), RET)
    with pytest.raises(Doubt):
        body(*words, around=Around(pads=[Landing(8, 12, 16)]))
    given = (adrp(0, 5), ldr(1, 0), bl(-64), RET, ldr(1, 0, 8), RET)
    assert len(references(*given, around=Around(pads=[Landing(8, 12, 16)]))) == 2


def test_panics_from_two_places_must_find_the_same() -> None:
    words = (adrp(20, 5), bl(-64), ldr(0, 20), adrp(20, 6), bl(-64), ldr(0, 20), RET, ldr(0, 20, 8), RET)
    with pytest.raises(Doubt):
        body(*words, around=Around(pads=[Landing(4, 8, 28), Landing(16, 20, 28)]))
    assert references(*words, around=Around(pads=[Landing(16, 20, 28)]))[-1][2] == PAGE + 0x1008


# --- what linkers make of code


def test_a_page_that_a_linker_writes_otherwise_is_the_same() -> None:
    usual = body(adrp(8, 5), ldr(0, 8, 8), RET)
    changed = body(adr(8, 0x5000), ldr(0, 8, 8), RET)
    assert changed == usual


def test_what_is_left_of_a_pair_of_instructions_is_whole_by_its_use() -> None:
    """A linker may save one of two; the address may be a page's all the same."""
    read = references(NOP, adr(8, 0x4FFC), ldr(0, 8, 8), RET)
    assert read == [(8, Use.READ, PAGE + 8, 8)]  # whichever it is
    assert references(NOP, adr(0, 0x4FFC), bl(-64), RET)[0] == (4, Use.ADDRESS, PAGE, 0)
    two = (NOP, adr(0, 0x4FFC), NOP, adr(1, 0x4FF4), bl(-64), RET)
    for words in (two, (adr(0, 0x5000), bl(-64), RET)):
        with pytest.raises(Doubt):
            body(*words)


def test_a_near_address_is_whole() -> None:
    assert references(NOP, adr(8, 0x5004), RET) == [(4, Use.ADDRESS, PAGE + 8, 0)]


@pytest.mark.parametrize("before", [(), (0xD503245F,)], ids=["plain", "with a landing mark"])
def test_a_stub_of_the_linkage_table_is_known(before: tuple[int, ...]) -> None:
    words = (*before, adrp(16, 5), ldr(17, 16, 0x48), add(16, 16, 0x48), br(17), NOP)
    assert stub_slot(code(*words), START) == PAGE + 0x48
    for index in range(len(before), len(words) - 1):
        broken = list(words)
        broken[index] = RET
        assert stub_slot(code(*broken), START) is None
    assert stub_slot(code(*words[:3]), START) is None
    assert stub_slot(b"", START) is None


def test_a_direct_call_says_where_it_leads() -> None:
    assert leads_to(code(bl(0x40)), START) == START + 0x40
    assert leads_to(code(b(-8), RET), START) == START - 8
    assert [leads_to(code(word), START) for word in (blr(3), br(3))] == [ANYWHERE] * 2
    assert [leads_to(code(word), START) for word in (RET, b_eq(8), NOP)] == [None] * 3
    assert leads_to(b"", START) is leads_to(code(bl(8)), START + 2) is None


# --- single instructions


def test_steps_tell_where_they_go_within_the_function() -> None:
    words = (cbz(3, 8), b(0x100), tbz(4, -8), bl(-12), RET, BRK, SVC)
    [*found] = steps(code(*words), START, [0, 4, 8, 12, 16])
    assert [(one.at, one.end, one.inside, one.falls) for one in found] == [
        (0, 4, 8, True),
        (4, 8, None, False),
        (8, 12, 0, True),
        (12, 16, 0, True),
        (16, 20, None, False),
    ]
    assert found[0].word != steps(code(cbz(2, 8), RET, RET), START, [0])[0].word
    assert found[0].word == steps(code(cbz(3, 4), RET), START, [0])[0].word
    for at in (2, 20, 24, 28):
        with pytest.raises(Doubt):
            steps(code(*words), START, [at])


def test_whatever_words_stand_there_are_read_or_a_doubt() -> None:
    chance = random.Random(10)
    known = [words for words, _ in CLEAR.values()]
    outcomes = Counter[bool]()
    for _ in range(1000):
        words = [*chance.choice(known)]
        for _ in range(chance.randrange(3)):
            words[chance.randrange(len(words))] ^= 1 << chance.randrange(32)
        pads = [Landing(0, 4 * len(words), 4 * chance.randrange(len(words)))] if chance.random() < 0.5 else []
        try:
            outcomes[body(*words, around=Around({PAGE + 0x40: bytes((0, 2))}, pads)).references != ()] += 1
        except Doubt:
            outcomes[False] += 1
    assert min(outcomes[True], outcomes[False]) > 100
