"""Single AArch64 instructions, against Capstone, which reads the same words in its own way."""

from __future__ import annotations

import random
import struct

from capstone import CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, Cs

from benchmark_ci.prove.a64_words import WORD, Flow, Form, look, low
from tests.prove.a64_code import BRK, RET, SVC, blr, br

_capstone = Cs(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN)
_capstone.detail = True
DISTANCES = (0x10000000, 0x90000000, 0x14000000, 0x94000000, 0x54000000, 0x34000000, 0xB5000000)
TESTS = (0x36000000, 0xB7000000)
LITERALS = (0x18000000, 0x58000000, 0x98000000, 0x1C000000, 0x5C000000, 0x9C000000)


def test_distances_are_as_capstone_reads_them() -> None:
    chance = random.Random(8)
    here = 0x12345678
    for _ in range(3000):
        word = chance.choice(DISTANCES + TESTS + LITERALS)
        word |= chance.randrange(1 << 24) & (0xFFFFEF if word == 0x54000000 else 0xFFFFFF)
        [instruction] = _capstone.disasm(struct.pack("<I", word), here)
        found = look(word)
        from_page = here - here % 4096 if found.form is Form.PAGE_ADDRESS else here
        assert (from_page + found.distance - instruction.operands[-1].imm) % (1 << 64) == 0, hex(word)
        assert look(word & ~found.holds).distance == 0
        jumps = instruction.mnemonic.startswith(("b", "cb", "tb"))
        assert (found.flow is not Flow.NEXT) == jumps


def test_accesses_behind_a_page_are_as_capstone_reads_them() -> None:
    chance = random.Random(9)
    seen = 0
    for _ in range(3000):
        word = 0x39000000 | chance.randrange(4) << 30 | chance.randrange(1 << 26)
        decoded = list(_capstone.disasm(struct.pack("<I", word), 0))
        found = low(word)
        if not decoded:
            continue
        [instruction] = decoded
        assert found is not None
        seen += 1
        place = instruction.operands[-1].mem
        assert place.disp == found.offset, hex(word)
        name = _capstone.reg_name(instruction.operands[0].reg) or "prefetch"
        sizes = {"b": 1, "h": 2, "s": 4, "d": 8, "q": 16, "x": 8, "w": 4, "f": 8, "l": 8, "p": 1}
        by_name = {"b": 1, "h": 2, "w": 4, "m": 1}
        sized = instruction.mnemonic[-1] if instruction.mnemonic not in ("str", "ldr") else ""
        assert found.size == by_name.get(sized, sizes[name[0]]), hex(word)
    assert seen > 1000


def test_an_instruction_of_each_kind_ends_or_goes_on() -> None:
    flows = {
        RET: Flow.RETURN,
        BRK: Flow.STOP,
        SVC: Flow.SYSTEM,
        br(3): Flow.JUMP_REGISTER,
        blr(3): Flow.CALL_REGISTER,
    }
    assert {word: look(word).flow for word in flows} == flows
    assert WORD == 4
