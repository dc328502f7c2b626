"""x86-64: what each instruction refers to, and its bytes without the address."""

from __future__ import annotations

from iced_x86 import Code, Decoder, Instruction, MemorySizeExt, Mnemonic, OpKind, Register

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.flow import Taken
from benchmark_ci.prove.instructions import Around, Body, Reference, Use
from benchmark_ci.prove.x86_flow import fates
from benchmark_ci.prove.x86_steps import steps

__all__ = ["decode", "leads_to", "parted", "steps", "stub_slot"]

_FS_PREFIX = 0x64
_STACK_GUARD = 0x28
_BIT_STRINGS = (Mnemonic.BT, Mnemonic.BTC, Mnemonic.BTR, Mnemonic.BTS)  # reach beyond their operand
_NO_READ = (
    Mnemonic.NOP,
    Mnemonic.PREFETCHNTA,
    Mnemonic.PREFETCHT0,
    Mnemonic.PREFETCHT1,
    Mnemonic.PREFETCHT2,
    Mnemonic.PREFETCHW,
)


parted = False
"""An address is whole in one instruction."""


def decode(code: bytes, start: int, _around: Around | None = None) -> Body:  # noqa: C901 - one loop over all instructions
    """The body of a function that lies at `start`; Doubt when a byte of it is no instruction."""
    shape = bytearray(code)
    references: list[Reference] = []
    instructions: dict[int, Instruction] = {}
    taken: list[Taken] = []
    thread_local = False
    may_be_thread_local = _FS_PREFIX in code
    decoder = Decoder(64, code, ip=start)
    end = start + len(code)
    branches = (OpKind.NEAR_BRANCH64, OpKind.NEAR_BRANCH32, OpKind.NEAR_BRANCH16)
    for instruction in decoder:
        if instruction.code == Code.INVALID:
            raise Doubt("has bytes that are no instructions")
        instructions[instruction.ip] = instruction
        if instruction.is_ip_rel_memory_operand:
            target = instruction.ip_rel_memory_address
            offsets = decoder.get_constant_offsets(instruction)
            if not offsets.has_displacement or instruction.segment_prefix != Register.NONE:
                raise Doubt("has an instruction that is not understood")
            if not start <= target < end:
                at = instruction.ip - start
                first = at + offsets.displacement_offset
                shape[first : first + offsets.displacement_size] = bytes(offsets.displacement_size)
                references.append(
                    _memory(instruction.mnemonic, MemorySizeExt.size(instruction.memory_size), at, target)
                )
                if instruction.mnemonic == Mnemonic.LEA:
                    taken.append(Taken(instruction.next_ip, instruction.op0_register, len(references) - 1))
            elif instruction.mnemonic != Mnemonic.LEA:
                raise Doubt("reads its own code")
        elif instruction.op_count and instruction.op0_kind in branches:
            target = instruction.near_branch_target
            if not start <= target < end:
                offsets = decoder.get_constant_offsets(instruction)
                at = instruction.ip - start
                first = at + offsets.immediate_offset
                shape[first : first + offsets.immediate_size] = bytes(offsets.immediate_size)
                references.append(Reference(at, Use.BRANCH, target, 0))
        elif instruction.code in (Code.XBEGIN_REL16, Code.XBEGIN_REL32):
            raise Doubt("uses transactions")
        if may_be_thread_local and instruction.segment_prefix == Register.FS:
            thread_local |= instruction.memory_displacement != _STACK_GUARD
    for index, fate in fates(instructions, taken).items():
        references[index] = references[index]._replace(handed=True, leaves=fate.leaves)
    return Body(bytes(shape), tuple(references), thread_local)


def _memory(mnemonic: int, size: int, at: int, target: int) -> Reference:
    if mnemonic == Mnemonic.LEA:
        return Reference(at, Use.ADDRESS, target, 0)
    if mnemonic in (Mnemonic.CALL, Mnemonic.JMP):
        return Reference(at, Use.BRANCH, target, 8)
    if mnemonic in _NO_READ:
        return Reference(at, Use.READ, target, 1)
    if not size or mnemonic in _BIT_STRINGS:
        raise Doubt("has an instruction that reads an unknown number of bytes")
    return Reference(at, Use.READ, target, size)


def leads_to(_code: bytes, _start: int) -> int | None:
    """Not asked: callgrind tells who calls."""
    return None


def stub_slot(code: bytes, start: int) -> int | None:
    """Where a stub of the procedure linkage table reads its target; None when it is no such stub."""
    decoder = Decoder(64, code, ip=start)
    for _ in range(3):
        instruction = decoder.decode()
        if instruction.mnemonic == Mnemonic.ENDBR64:
            continue
        if instruction.code == Code.MOV_R32_IMM32 and instruction.op0_register == Register.R11D:
            continue  # mold's: the number of the stub, for the loader
        if instruction.mnemonic == Mnemonic.JMP and instruction.is_ip_rel_memory_operand:
            return instruction.ip_rel_memory_address
        return None
    return None
