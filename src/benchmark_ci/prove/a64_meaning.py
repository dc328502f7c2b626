"""What A64 instructions do with the general registers, by Capstone, which also tells what is an instruction.

Only what is listed here is understood. Nothing is concluded from an instruction that is not.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, NamedTuple

from capstone import CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, Cs, CsError
from capstone.arm64_const import ARM64_OP_MEM, ARM64_OP_REG

from benchmark_ci.prove.doubt import Doubt

STACK, LINK = 31, 30


class Memory(NamedTuple):
    """What an instruction accesses: at a distance from `base`, unless another register is `added`."""

    base: int
    added: int | None
    distance: int
    moves_base: bool


class Meaning(NamedTuple):
    """An instruction's general registers by number: those that it writes, and those whose content it uses.

    Those of `memory` are used as well. `data`: registers that a plain load or store transfers, in order, with
    their bytes; None for a vector register.
    """

    mnemonic: str
    writes: tuple[int, ...]
    uses: tuple[int, ...]
    memory: Memory | None = None
    data: tuple[tuple[int | None, int], ...] = ()

    def all_uses(self) -> tuple[int, ...]:
        """All registers whose content makes a difference."""
        if self.memory is None:
            return self.uses
        added = () if self.memory.added is None else (self.memory.added,)
        return (*self.uses, self.memory.base, *added)


_FIRST_IS_WRITTEN = """
abs adc adcs add adds and ands asr asrv bic bics cinc cinv cls clz cneg crc32b crc32cb crc32ch crc32cw crc32cx
crc32h crc32w crc32x csel cset csetm csinc csinv csneg eon eor extr lsl lslv lsr lsrv madd mneg mov movn movz
mrs msub mul mvn neg negs ngc ngcs orn orr rbit rev rev16 rev32 ror rorv sbc sbcs sbfiz sbfm sbfx sdiv smaddl
smnegl smsubl smulh smull sub subs sxtb sxth sxtw ubfiz ubfm ubfx udiv umaddl umnegl umsubl umulh umull uxtb
uxth uxtw
"""
_LOAD = """
ldapr ldaprb ldaprh ldar ldarb ldarh ldaxp ldaxr ldaxrb ldaxrh ldnp ldp ldpsw ldr ldrb ldrh ldrsb ldrsh ldrsw
ldur ldurb ldurh ldursb ldursh ldursw ldxp ldxr ldxrb ldxrh
"""
_STORE = "stlr stlrb stlrh stnp stp str strb strh stur sturb sturh"
_EXCLUSIVE = "stlxp stlxr stlxrb stlxrh stxp stxr stxrb stxrh"
_LISTS = "ld1 ld1r ld2 ld2r ld3 ld3r ld4 ld4r st1 st2 st3 st4"  # of vector registers
_NOTHING = "bti clrex csdb dmb dsb esb isb nop sev sevl wfe wfi yield"
_SIGNS_LINK = frozenset(("paciasp", "pacibsp", "paciaz", "pacibz", "autiasp", "autibsp", "autiaz", "autibz"))
_KEEPS_FIRST = frozenset(("movk", "bfi", "bfxil", "bfm", "bfc"))
_RESULTS = _KEEPS_FIRST.union(_FIRST_IS_WRITTEN.split())
_ALL_ARE_USED = frozenset(("ccmn", "ccmp", "cmn", "cmp", "msr", "tst"))
_NO_REGISTERS = frozenset(_NOTHING.split())
_LOADS = frozenset(_LOAD.split())
_STORES = frozenset(_STORE.split())
_EXCLUSIVE_STORES = frozenset(_EXCLUSIVE.split())
_VECTOR_LISTS = frozenset(_LISTS.split())
_PREFETCHES = frozenset(("prfm", "prfum"))
_ATOMIC = ("ldadd", "ldclr", "ldeor", "ldset", "ldsmax", "ldsmin", "ldumax", "ldumin", "swp")
_ATOMIC_STORES = ("stadd", "stclr", "steor", "stset", "stsmax", "stsmin", "stumax", "stumin")
_BYTES = {"b": 1, "h": 2, "s": 4, "d": 8, "q": 16, "w": 4, "x": 8}

_checking = Cs(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN)
_capstone = Cs(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN)
_capstone.detail = True
_valid: dict[int, bool] = {}
_meanings: dict[int, Meaning | None] = {}


def check(words: Iterable[int]) -> None:
    """Raise Doubt when one of the words is no instruction."""
    new = sorted({word for word in words if word not in _valid})
    while new:
        found = sum(1 for _ in _checking.disasm_lite(struct.pack(f"<{len(new)}I", *new), 0))
        _valid.update(dict.fromkeys(new[:found], True))
        if found < len(new):
            _valid[new[found]] = new[found] < 0x10000  # permanently undefined: a trap
        new = new[found + 1 :]
    if not all(_valid[word] for word in words):
        raise Doubt("has bytes that are no instructions")


def meaning(word: int) -> Meaning | None:
    """What an instruction does with general registers; None when that is not understood."""
    if word not in _meanings:
        try:
            [instruction] = _capstone.disasm(struct.pack("<I", word), 0)
            _meanings[word] = _understand(word, instruction)
        except (CsError, ValueError):
            _meanings[word] = None
    return _meanings[word]


def _understand(word: int, instruction: Any) -> Meaning | None:
    name: str = instruction.mnemonic
    operands = list(instruction.operands)
    registers = [_register(operand.reg) for operand in operands if operand.type == ARM64_OP_REG]
    general = tuple(number for number, _ in registers if number is not None)
    places = [operand.mem for operand in operands if operand.type == ARM64_OP_MEM]
    if places:
        return _accesses(name, registers, places[0], _moves(word, instruction, operands))
    if name in _SIGNS_LINK:
        return Meaning(name, (LINK,), (LINK, STACK))
    if name in _NO_REGISTERS and not general:
        return Meaning(name, (), ())
    if word >> 25 & 7 == 7 or name in _RESULTS:  # vectors: the first operand is the result, too
        if not registers:
            return Meaning(name, (), ())
        writes = general[:1] if registers[0][0] is not None else ()
        kept = name in _KEEPS_FIRST
        return Meaning(name, writes, general if kept else general[len(writes) :])
    return Meaning(name, (), general) if name in _ALL_ARE_USED else None


def _moves(word: int, instruction: Any, operands: list[Any]) -> bool:
    """Whether an access changes its base: before it, or after it by what stands behind the place."""
    return bool(instruction.writeback) or operands[-1].type != ARM64_OP_MEM


def _accesses(name: str, registers: list[tuple[int | None, int]], place: Any, moves: bool) -> Meaning | None:
    base, added = _register(place.base)[0], _register(place.index)[0] if place.index else None
    if base is None:
        return None
    memory = Memory(base, added, place.disp, moves)
    moved = (base,) if moves else ()
    general = tuple(number for number, _ in registers if number is not None)
    each = _each(name)
    data = tuple((number, each or size) for number, size in registers)
    if name in _LOADS:
        return Meaning(name, (*general, *moved), (), memory, data)
    if name in _STORES:
        return Meaning(name, moved, general, memory, data)
    if name in _PREFETCHES or (name in _VECTOR_LISTS and not moves and not general):
        return Meaning(name, (), (), memory)
    return None if moves else _exclusive(name, registers, general, memory)


def _exclusive(
    name: str, registers: list[tuple[int | None, int]], general: tuple[int, ...], memory: Memory
) -> Meaning | None:
    """Accesses that something depends on: they exchange, or tell whether they succeeded."""
    if name.startswith(_ATOMIC_STORES):
        return Meaning(name, (), general, memory)
    if len(registers) < 2:
        return None
    first, second = registers[0][0], registers[1][0]
    if name in _EXCLUSIVE_STORES:
        return Meaning(name, () if first is None else (first,), general, memory)
    if name.startswith(_ATOMIC) and len(registers) == 2:
        return Meaning(name, () if second is None else (second,), general[:1], memory)
    if name.startswith("cas") and not name.startswith("casp") and len(registers) == 2:
        return Meaning(name, () if first is None else (first,), general, memory)
    return None


def _each(name: str) -> int:
    """Bytes of each register that is transferred, where the name says it."""
    if name in ("ldrsw", "ldursw", "ldpsw"):
        return 4
    if name not in _LOADS | _STORES:
        return 0
    return {"b": 1, "h": 2}.get(name[-1], 0)


def _register(number: int) -> tuple[int | None, int]:
    """A register by Capstone's number: as a general one, and its bytes."""
    name = _capstone.reg_name(number) or ""
    if name in ("sp", "wsp"):
        return STACK, 8
    if name in ("xzr", "wzr"):
        return None, _BYTES[name[0]]
    if name in ("fp", "lr"):
        return (29 if name == "fp" else LINK), 8
    if name[:1] in ("x", "w") and name[1:].isdigit():
        return int(name[1:]), _BYTES[name[0]]
    return None, _BYTES.get(name[:1], 0)
