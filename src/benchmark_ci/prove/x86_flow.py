"""What becomes of an address after an x86-64 function took it, as far as a straight line of code tells.

An address at the border of two constants may mean the beginning of one or the end of the other: a loop counts
up to an end, or from it with a negative index. Neither happens to an address that is only stored, passed to
a call, returned, or read from at a fixed distance. Whatever else is done, or a branch with the address still
in a register, leaves it open.
"""

from __future__ import annotations

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

_KEPT_BY_CALLS = frozenset(
    (Register.RBX, Register.RBP, Register.RSP, Register.R12, Register.R13, Register.R14, Register.R15)
)
_ADDRESSES = _KEPT_BY_CALLS | {
    *(Register.RAX, Register.RCX, Register.RDX, Register.RSI, Register.RDI),
    *(Register.R8, Register.R9, Register.R10, Register.R11),
}
_WRITES = frozenset((OpAccess.WRITE, OpAccess.COND_WRITE, OpAccess.READ_WRITE, OpAccess.READ_COND_WRITE))
_CALLS = (FlowControl.CALL, FlowControl.INDIRECT_CALL)
_ENDS = (FlowControl.RETURN, FlowControl.EXCEPTION, FlowControl.INTERRUPT)


class Handing:
    """Follows addresses in registers; each is known by the index of its reference."""

    def __init__(self) -> None:
        self._held: dict[int, int] = {}  # register → reference
        self._open: set[int] = set()
        self._all: set[int] = set()
        self._factory = InstructionInfoFactory()

    def take(self, register: int, reference: int) -> None:
        """An address was put into a register."""
        self._all.add(reference)
        if register in _ADDRESSES:
            self._held[register] = reference
        else:
            self._open.add(reference)

    def only_handed(self) -> set[int]:
        """The addresses of which everything is known."""
        return self._all - self._open - set(self._held.values())

    def follow(self, instruction: Instruction) -> None:
        """What the next instruction does with the addresses that are held."""
        if not self._held:
            return
        flow = instruction.flow_control
        if flow in _CALLS:
            if any(self._used_in_memory(instruction, register) for register in self._held):
                self._open.update(self._held.values())
            self._held = {name: one for name, one in self._held.items() if name in _KEPT_BY_CALLS}
        elif flow in _ENDS or self._calls_for_good(instruction):
            self._held = {}
        elif flow != FlowControl.NEXT:
            self._open.update(self._held.values())
            self._held = {}
        else:
            self._step(instruction)

    def _calls_for_good(self, instruction: Instruction) -> bool:
        """Whether it jumps to another function by the slot that holds its address: a call that ends this one.

        A jump straight to another symbol need not be one: compilers part functions in two.
        """
        return bool(
            instruction.flow_control == FlowControl.INDIRECT_BRANCH and instruction.is_ip_rel_memory_operand
        )

    def _step(self, instruction: Instruction) -> None:
        copied = self._copied(instruction)
        written: list[int] = []
        for used in self._factory.info(instruction).used_registers():
            register: int = RegisterExt.full_register(used.register)
            if register not in self._held:
                continue
            if used.access in _WRITES:
                written.append(register)
                if RegisterExt.size(used.register) < 4:  # the rest of the address stays
                    self._open.add(self._held[register])
            if used.access not in (OpAccess.WRITE,) and not self._harmless(instruction, register):
                self._open.add(self._held[register])
        for register in written:
            self._held.pop(register, None)
        if copied:
            self._held[copied[0]] = copied[1]

    def _copied(self, instruction: Instruction) -> tuple[int, int] | None:
        """Register and reference, where an address is copied from one register to another."""
        if instruction.mnemonic != Mnemonic.MOV or instruction.op0_kind != OpKind.REGISTER:
            return None
        if instruction.op1_kind != OpKind.REGISTER or instruction.op1_register not in self._held:
            return None
        return instruction.op0_register, self._held[instruction.op1_register]

    def _harmless(self, instruction: Instruction, register: int) -> bool:
        """Whether a register that holds an address is only handed on, or read from at a fixed distance."""
        in_memory = self._used_in_memory(instruction, register)
        if in_memory:
            return (
                instruction.memory_base == register
                and instruction.memory_index == Register.NONE
                and instruction.memory_displacement < 1 << 31
                and instruction.mnemonic != Mnemonic.LEA
                and not self._is_operand(instruction, register)
            )
        if instruction.mnemonic == Mnemonic.PUSH:
            return True
        return (
            instruction.mnemonic == Mnemonic.MOV
            and instruction.op1_kind == OpKind.REGISTER
            and instruction.op1_register == register
            and instruction.op0_kind in (OpKind.MEMORY, OpKind.REGISTER)
        )

    def _used_in_memory(self, instruction: Instruction, register: int) -> bool:
        return register in (instruction.memory_base, instruction.memory_index)

    def _is_operand(self, instruction: Instruction, register: int) -> bool:
        return any(
            instruction.op_kind(index) == OpKind.REGISTER
            and RegisterExt.full_register(instruction.op_register(index)) == register
            for index in range(1, instruction.op_count)
        )
