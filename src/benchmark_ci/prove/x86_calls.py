"""What a call passes and takes back, as unoptimised x86-64 code of the System V convention shows it."""

from __future__ import annotations

from iced_x86 import (
    Decoder,
    FlowControl,
    Instruction,
    InstructionInfoFactory,
    OpAccess,
    Register,
    RegisterExt,
)

_PASSED = frozenset(
    {Register.RDI, Register.RSI, Register.RDX, Register.RCX, Register.R8, Register.R9}
    | {getattr(Register, f"ZMM{number}") for number in range(8)}
)
_RETURNED = frozenset({Register.RAX, Register.RDX, Register.ZMM0, Register.ZMM1})
_CALLS = (FlowControl.CALL, FlowControl.INDIRECT_CALL)
_BRANCHES = (FlowControl.UNCONDITIONAL_BRANCH, FlowControl.CONDITIONAL_BRANCH)
_WRITES = (OpAccess.WRITE, OpAccess.COND_WRITE)
_READS = (OpAccess.READ, OpAccess.COND_READ, OpAccess.READ_WRITE, OpAccess.READ_COND_WRITE)
_FURTHEST = 10_000
"""Instructions that are looked at behind a call; also an end to endless loops."""


def passes_one_word(code: bytes, start: int, callee: int) -> bool:
    """Whether a function that lies at `start` and calls `callee` hands it no more than one word, each time.

    Without optimisation no register is kept from one block of instructions to the next. So what is handed on
    was put there since the block began or somebody else was called; in the first block it may be what the
    function itself was handed.
    """
    instructions = [one.copy() for one in Decoder(64, code, ip=start)]
    blocks = {one.near_branch_target for one in instructions if one.flow_control in _BRANCHES}
    factory, put, handed, found = InstructionInfoFactory(), set[int](), True, False
    for instruction in instructions:
        if instruction.ip in blocks:
            put, handed = set(), False
        if _calls(instruction, callee):
            if handed or (put & _PASSED) - {Register.RDI}:
                return False
            found = True
        if instruction.flow_control == FlowControl.NEXT:
            put |= _used(factory, instruction)[1]
        else:
            put, handed = set(), False
    return found


def ignores(code: bytes, start: int, callee: int) -> bool:
    """Whether a function that lies at `start` and calls `callee` takes nothing back from any such call."""
    instructions = {one.ip: one.copy() for one in Decoder(64, code, ip=start)}
    calls = [one for one in instructions.values() if _calls(one, callee)]
    return bool(calls) and all(_ignored(instructions, one.next_ip) for one in calls)


def _calls(instruction: Instruction, callee: int) -> bool:
    return instruction.flow_control == FlowControl.CALL and instruction.near_branch_target == callee


def _ignored(instructions: dict[int, Instruction], at: int) -> bool:
    factory, pending = InstructionInfoFactory(), set(_RETURNED)
    for _ in range(_FURTHEST):
        instruction = instructions.get(at)
        if instruction is None:
            return False
        flow = instruction.flow_control
        if flow in _CALLS or flow == FlowControl.RETURN:
            return True
        if flow == FlowControl.UNCONDITIONAL_BRANCH:
            at = instruction.near_branch_target
            continue
        if flow != FlowControl.NEXT:
            return False
        reads, writes = _used(factory, instruction)
        if pending & reads:
            return False
        pending -= writes
        if not pending:
            return True
        at = instruction.next_ip
    return False


def _used(factory: InstructionInfoFactory, instruction: Instruction) -> tuple[set[int], set[int]]:
    """The whole registers that an instruction reads, and those that it writes."""
    used = [
        (RegisterExt.full_register(one.register), one.access)
        for one in factory.info(instruction).used_registers()
    ]
    return (
        {register for register, access in used if access in _READS},
        {register for register, access in used if access in _WRITES},
    )
