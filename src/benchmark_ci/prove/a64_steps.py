"""AArch64: single instructions of a function, those that ran."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from benchmark_ci.prove.a64_meaning import check
from benchmark_ci.prove.a64_words import WORD, Flow, Form, look
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.instructions import Step

_FALLS = (Flow.NEXT, Flow.CONDITIONAL, Flow.CALL, Flow.CALL_REGISTER)
_REFUSED = (Flow.STOP, Flow.SYSTEM)


def steps(code: bytes, start: int, offsets: Sequence[int]) -> list[Step]:
    """The instructions at these ascending offsets; Doubt when one is none, or is not understood."""
    found: list[Step] = []
    for at in offsets:
        if at % WORD or at + WORD > len(code):
            raise Doubt("has bytes that are no instructions")
        [word] = struct.unpack_from("<I", code, at)
        check([word])
        known = look(word)
        if known.flow in _REFUSED:
            raise Doubt("has an instruction that is not understood")
        inside = at + known.distance if known.form is Form.BRANCH else None
        if inside is not None and not 0 <= inside < len(code):
            inside = None
        found.append(Step(at, at + WORD, f"branch {word & ~known.holds:08x}", inside, known.flow in _FALLS))
    return found
