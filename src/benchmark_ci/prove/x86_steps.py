"""x86-64: single instructions of a function, those that ran."""

from __future__ import annotations

from collections.abc import Sequence

from iced_x86 import Code, Decoder, FlowControl, Instruction, Mnemonic, OpKind

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.instructions import Step

_LONGEST = 15
_FALLS = (FlowControl.NEXT, FlowControl.CONDITIONAL_BRANCH, FlowControl.CALL, FlowControl.INDIRECT_CALL)
_ENDS = (FlowControl.UNCONDITIONAL_BRANCH, FlowControl.INDIRECT_BRANCH, FlowControl.RETURN)
_CALLS_SYSTEM = (Mnemonic.SYSCALL, Mnemonic.SYSENTER)
_BRANCHES = (OpKind.NEAR_BRANCH64, OpKind.NEAR_BRANCH32, OpKind.NEAR_BRANCH16)


def steps(code: bytes, start: int, offsets: Sequence[int]) -> list[Step]:
    """The instructions at these ascending offsets; Doubt when one is none, or is not understood."""
    found: list[Step] = []
    for at in offsets:
        instruction = Decoder(64, code[at : at + _LONGEST], ip=start + at).decode()
        if instruction.code == Code.INVALID or (found and at < found[-1].end):
            raise Doubt("has bytes that are no instructions")
        flow = instruction.flow_control
        if flow not in _FALLS + _ENDS or instruction.mnemonic in _CALLS_SYSTEM:
            raise Doubt("has an instruction that is not understood")
        inside = _inside(instruction, start, start + len(code))
        # the same branch is longer where it has to go farther: its bytes say nothing more than these two
        word = f"branch {instruction.mnemonic}"
        found.append(Step(at, at + len(instruction), word, inside, flow in _FALLS))
    return found


def _inside(instruction: Instruction, start: int, end: int) -> int | None:
    if not instruction.op_count or instruction.op0_kind not in _BRANCHES:
        return None
    target: int = instruction.near_branch_target
    return target - start if start <= target < end else None
