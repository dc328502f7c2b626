"""What becomes of an address after an x86-64 function took it, along every path of the function (`flow`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from iced_x86 import (
    FlowControl,
    Instruction,
    InstructionInfoFactory,
    Mnemonic,
    OpAccess,
    OpKind,
    Register,
    RegisterExt,
)

from benchmark_ci.prove.flow import Fate, Handing, Slot, Taken

_ADDRESSES = frozenset(
    (
        *(Register.RAX, Register.RBX, Register.RCX, Register.RDX, Register.RSI, Register.RDI, Register.RBP),
        *(Register.R8, Register.R9, Register.R10, Register.R11, Register.R12, Register.R13, Register.R14),
        Register.R15,
    )
)
_KEPT_BY_CALLS = frozenset(
    (Register.RBX, Register.RBP, Register.R12, Register.R13, Register.R14, Register.R15)
)
_FRAME = (Register.RSP, Register.RBP)
_WRITES = frozenset((OpAccess.WRITE, OpAccess.COND_WRITE, OpAccess.READ_WRITE, OpAccess.READ_COND_WRITE))
_CHOICES = frozenset(getattr(Mnemonic, name) for name in dir(Mnemonic) if name.startswith("CMOV"))
_VECTOR_MOVES = frozenset(
    (
        *(Mnemonic.MOVQ, Mnemonic.MOVUPS, Mnemonic.MOVAPS, Mnemonic.MOVDQU, Mnemonic.MOVDQA, Mnemonic.MOVUPD),
        *(Mnemonic.MOVAPD, Mnemonic.VMOVQ, Mnemonic.VMOVUPS, Mnemonic.VMOVAPS, Mnemonic.VMOVDQU),
        *(Mnemonic.VMOVDQA, Mnemonic.VMOVUPD, Mnemonic.VMOVAPD),
    )
)  # nobody counts up to an end in a vector register: what is in one will be stored
_CALLS = (FlowControl.CALL, FlowControl.INDIRECT_CALL)
_ENDS = (FlowControl.RETURN, FlowControl.EXCEPTION, FlowControl.INTERRUPT)
_BRANCHES = (FlowControl.CONDITIONAL_BRANCH, FlowControl.UNCONDITIONAL_BRANCH)

_LEAST_ADDRESS = 4  # bytes of a register; an instruction that writes four clears the rest


def fates(instructions: Mapping[int, Instruction], taken: Iterable[Taken]) -> dict[int, Fate]:
    """The addresses of which everything is known, by reference. `instructions`: a function's, by address."""
    return _Handing(instructions).follow(list(taken))


class _Handing(Handing):
    def __init__(self, instructions: Mapping[int, Instruction]) -> None:
        super().__init__()
        self._code = instructions
        self._factory = InstructionInfoFactory()
        self._used: dict[int, list[tuple[int, int, bool, bool]]] = {}
        self._loads: dict[Slot, list[Instruction]] | None = None

    def _can_follow(self, register: int) -> bool:
        return register in _ADDRESSES

    def _step(self, one: Taken) -> None:
        instruction = self._code.get(one.at)
        if instruction is None:  # behind the function's last instruction
            return
        flow = instruction.flow_control
        if flow in _ENDS:
            return
        if flow in _CALLS:
            if one.register in (instruction.memory_base, instruction.memory_index):
                self._open.add(one.reference)
            elif one.register in _KEPT_BY_CALLS:
                self._put(instruction.next_ip, one.register, one.reference)
        elif flow in _BRANCHES:
            self._branch(instruction, one)
        elif flow == FlowControl.INDIRECT_BRANCH and instruction.is_ip_rel_memory_operand:
            return  # a call by the slot that holds an address, which ends the function
        elif flow != FlowControl.NEXT:
            self._open.add(one.reference)
        else:
            self._plain(instruction, one)

    def _branch(self, instruction: Instruction, one: Taken) -> None:
        if instruction.op0_kind != OpKind.NEAR_BRANCH64:
            self._open.add(one.reference)
            return
        target = instruction.near_branch_target
        if target in self._code:
            self._put(target, one.register, one.reference)
        else:
            self._leaves[one.reference].add(target)
        if instruction.flow_control == FlowControl.CONDITIONAL_BRANCH:
            self._put(instruction.next_ip, one.register, one.reference)

    def _plain(self, instruction: Instruction, one: Taken) -> None:
        written = False
        for register, size, reads, writes in self._registers(instruction):
            if register != one.register or size < _LEAST_ADDRESS:
                continue  # a part of an address leads nowhere; the rest is followed
            if reads and not _harmless(instruction, register):
                self._open.add(one.reference)
                return
            written |= writes
        self._copy(instruction, one)
        if not written:
            self._put(instruction.next_ip, one.register, one.reference)

    def _registers(self, instruction: Instruction) -> list[tuple[int, int, bool, bool]]:
        """What an instruction uses: the whole register, bytes used, whether read and whether written."""
        known = self._used.get(instruction.ip)
        if known is None:
            chooses = instruction.mnemonic in _CHOICES
            known = self._used[instruction.ip] = [
                (
                    RegisterExt.full_register(used.register),
                    RegisterExt.size(used.register),
                    used.access != OpAccess.WRITE,
                    used.access in _WRITES and not chooses,
                )
                for used in self._factory.info(instruction).used_registers()
            ]
        return known

    def _copy(self, instruction: Instruction, one: Taken) -> None:
        """Where a copy of the address is from here on: in another register, or in the frame."""
        if instruction.op_count < 2 or instruction.op1_register != one.register:
            return
        if instruction.mnemonic != Mnemonic.MOV and instruction.mnemonic not in _CHOICES:
            return
        if instruction.op0_kind == OpKind.REGISTER:
            self._put(instruction.next_ip, instruction.op0_register, one.reference)
        elif (slot := _slot(instruction)) is not None:
            for load in self._loaded(slot):
                if load.mnemonic == Mnemonic.MOV:
                    self._put(load.next_ip, load.op0_register, one.reference)
                elif load.mnemonic not in _VECTOR_MOVES:
                    self._open.add(one.reference)

    def _loaded(self, slot: Slot) -> list[Instruction]:
        """All instructions of the function that read a place of the frame."""
        if self._loads is None:
            self._loads = defaultdict(list)
            for instruction in self._code.values():
                place = _slot(instruction)
                if place is not None and not (
                    instruction.mnemonic == Mnemonic.MOV and instruction.op0_kind == OpKind.MEMORY
                ):
                    self._loads[place].append(instruction)
        return self._loads.get(slot, [])


def _harmless(instruction: Instruction, register: int) -> bool:
    """Whether a register that holds an address is only handed on, or read from at a fixed distance."""
    if register in (instruction.memory_base, instruction.memory_index):
        return (
            instruction.memory_base == register
            and instruction.memory_index == Register.NONE
            and instruction.memory_displacement < 1 << 31
            and instruction.mnemonic != Mnemonic.LEA
            and not _is_operand(instruction, register)
        )
    if instruction.mnemonic == Mnemonic.PUSH or instruction.mnemonic in _CHOICES:
        return True
    if instruction.mnemonic == Mnemonic.TEST:  # for null
        return instruction.op0_register == instruction.op1_register == register
    return (
        instruction.mnemonic in (Mnemonic.MOV, Mnemonic.MOVQ, Mnemonic.VMOVQ)
        and instruction.op1_kind == OpKind.REGISTER
        and instruction.op1_register == register
        and instruction.op0_kind in (OpKind.MEMORY, OpKind.REGISTER)
    )


def _slot(instruction: Instruction) -> Slot | None:
    """The place of the frame that an instruction reads or writes, when it names one."""
    if instruction.memory_base not in _FRAME or instruction.memory_index != Register.NONE:
        return None
    if instruction.mnemonic in (Mnemonic.LEA, Mnemonic.NOP):
        return None
    return instruction.memory_base, instruction.memory_displacement


def _is_operand(instruction: Instruction, register: int) -> bool:
    return any(
        instruction.op_kind(index) == OpKind.REGISTER
        and RegisterExt.full_register(instruction.op_register(index)) == register
        for index in range(1, instruction.op_count)
    )
