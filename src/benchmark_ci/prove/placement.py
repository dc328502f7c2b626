"""Do both sides execute the same instructions the same number of times, though their code differs?

Then a difference in time comes from where the code and its data lie. Callgrind counts each instruction; they
are told apart by what they do, not by where they stand: addresses are left out, and so is padding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

from benchmark_ci.prove.decode import decoder_for
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.spans import Span

ALIKE = 0.02
"""Relative difference of the counts up to which a closer look is worth it: padding is counted there."""

Executed = Counter[Hashable]


def worth_a_look(baseline: Span, current: Span) -> bool:
    """Whether the counts are so close that the instructions may be the same."""
    return abs(baseline.instructions - current.instructions) <= ALIKE * baseline.instructions


def executed(dump: bytes, image: Image, executable: str, span: Span) -> Executed:
    """How often each instruction ran in the functions that a span measured, and how much in each library's.

    Raises Doubt where the code cannot be read.
    """
    own = executable.encode()
    bodies: dict[int, Mapping[int, Hashable]] = {}
    found: Executed = Counter()
    thing = name = b""
    call = False
    for line in dump.split(b"\n"):
        start = line[:2]
        if start == b"0x":
            if call:  # the inclusive cost of the call above
                call = False
                continue
            fields = line.split(b" ")
            if thing == own:
                _add(found, bodies, image, span, int(fields[0], 16), int(fields[-1]))
            elif (
                place := f"{thing.decode('utf-8', 'replace')}|{name.decode('utf-8', 'replace')}"
            ) in span.libraries:
                found[place] += int(fields[-1])
        elif start == b"fn":
            name = line[3:]
        elif start == b"ob":
            thing = line[3:]
        elif line.startswith(b"calls="):
            call = True
    return found


def _add(
    found: Executed,
    bodies: dict[int, Mapping[int, Hashable]],
    image: Image,
    span: Span,
    address: int,
    times: int,
) -> None:
    symbol = image.function(address)
    if symbol is None or symbol.start not in span.measured:
        return
    body = bodies.get(symbol.start)
    if body is None:
        code = image.read(symbol.start, symbol.end)
        body = bodies[symbol.start] = decoder_for(image.machine).doings(code, symbol.start)
    if address not in body:
        raise Doubt("an instruction ran that does not stand there")
    if doing := body[address]:
        found[doing] += times
