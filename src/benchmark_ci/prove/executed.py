"""The canonical form of what ran: of each function only the instructions that were executed, and how often.

Equal forms, and equal pieces behind all that they refer to, mean that both sides go through the same steps:
from one state the same instruction leads to one state. What never ran may differ, and functions that never
ran are not followed. A branch inside of a function is written as the number of the executed instruction that
it leads to; so is a jump table.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.counts import Counts, Place
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Symbol
from benchmark_ci.prove.form import Form, Kind, Node, Writer
from benchmark_ci.prove.instructions import Reference, Step, Use
from benchmark_ci.prove.names import full

_CLOCK = re.compile(r"^<?std::(?:time::Instant|sys::(?:\w+::)*time::Timespec)\b")
"""Criterion reads the clock in its measured region, and where a second ends another branch is taken. What is
in these functions must be the same as a whole; how often each part of it ran is left out."""

_MANGLED = ("_ZN", "_R")

Key = TypeVar("Key")


class Executed(Canonical):
    """One side's code as far as it ran in some rounds; a count is a number for each round."""

    def __init__(self, code: Canonical, rounds: Sequence[Counts]) -> None:
        """`code` is the same executable's, whole."""
        self.image = code.image
        self._layout = code._layout
        self._cuts = code._cuts
        self._decoder = code._decoder
        self._unwinding = code._unwinding
        self._forms = {}
        self.functions = frozenset().union(*(one.functions(code.image) for one in rounds))
        self._times = _together([one.own for one in rounds])
        self._addresses = sorted(self._times)
        self._calls: dict[int, dict[Place, tuple[int, ...]]] = {}
        for calls, times in _together([one.calls for one in rounds]).items():
            if isinstance(calls.caller, int):
                self._calls.setdefault(calls.site, {})[calls.callee] = times

    def _function(self, node: Node) -> Form:
        clock = _CLOCK.match(full(self.image.functions[node.start].name))
        if clock or node.start not in self.functions:
            return super()._function(node)
        symbol, body = self._body(node)
        ran = self._offsets(symbol)
        steps = self._decoder.steps(self.image.read(node.start, node.end), node.start, ran)
        references: dict[int, list[Reference]] = {at: [] for at in ran}
        for reference in body.references:
            references.get(reference.at, []).append(reference)
        used = self._used_otherwise(
            body._replace(references=tuple(one for ones in references.values() for one in ones))
        )
        writer = Writer(b"executed")
        for number, step in enumerate(steps):
            writer.note(f"{self._times[node.start + step.at]}")
            if step.inside is None:
                writer.raw(body.shape[step.at : step.end])
            else:
                writer.note(f"{step.word} {_number(ran, step.inside)}")
            if step.falls:
                writer.note("on" if number + 1 < len(steps) and steps[number + 1].at == step.end else "end")
            for reference in references[step.at]:
                writer.note(f"{reference.use}:{reference.size}")
                self._refer(
                    writer, reference, symbol, used if self._cuts.only_handed(symbol, reference) else None
                )
            if not references[step.at]:
                self._call(writer, symbol, step)
        if body.thread_local:
            writer.edge(Node(Kind.THREAD, *self.image.thread_image[::2]), False)
        return writer.form()

    def _offsets(self, symbol: Symbol) -> list[int]:
        """Where in a function the instructions stand that ran."""
        first, last = (bisect_left(self._addresses, place) for place in (symbol.start, symbol.end))
        return [address - symbol.start for address in self._addresses[first:last]]

    def _call(self, writer: Writer, symbol: Symbol, step: Step) -> None:
        """Whom an instruction called that does not say whom: a pointer led there."""
        callees = self._calls.get(symbol.start + step.at, {})
        own = {place: times for place, times in callees.items() if isinstance(place, int)}
        names = {place: full(self.image.functions[place].name) for place in own}
        if len(set(names.values())) < len(names):
            raise Doubt("calls several functions of one name by pointers")
        for place in sorted(own, key=lambda place: names[place]):
            writer.note(f"calls {own[place]}")
            writer.edge(self.function_node(self.image.functions[place]), True)
        for library in sorted(place for place in callees if isinstance(place, str)):
            writer.note(f"calls {library} {callees[library]}")

    def _refer_to_code(self, writer: Writer, target: int, use: Use) -> None:
        function = self.image.function(target)
        if function and function.start not in self.functions and self._only_code(function, target, use):
            writer.note("never ran")
        else:
            super()._refer_to_code(writer, target, use)

    def _only_code(self, function: Symbol, target: int, use: Use) -> bool:
        """Whether an address can only be meant to go there: in assembly, tables may stand among the code."""
        taken = use is Use.ADDRESS and target == function.start and function.name.startswith(_MANGLED)
        return taken or use is Use.BRANCH

    def _jumps(self, table: Sequence[int], function: Symbol) -> Iterable[str]:
        ran = self._offsets(function)
        return (_number(ran, target) for target in table)


def _number(ran: Sequence[int], offset: int) -> str:
    """The number of the executed instruction at an offset."""
    index = bisect_left(ran, offset)
    return str(index) if index < len(ran) and ran[index] == offset else "never"


def _together(rounds: Sequence[Mapping[Key, int]]) -> dict[Key, tuple[int, ...]]:
    """Of each key its counts in all rounds."""
    return {key: tuple(one.get(key, 0) for one in rounds) for key in {key for one in rounds for key in one}}
