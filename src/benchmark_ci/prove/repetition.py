"""One side's benchmark through many iterations: what ran in them, and what ran around them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmark_ci.build.executable import exactly
from benchmark_ci.prove import callgrind
from benchmark_ci.prove.counts import Counts, Place, read_counts
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.names import panics, readable
from benchmark_ci.prove.opened import Opened
from benchmark_ci.prove.spans import STARTS_PROCESS, STARTS_THREAD, UNWINDS, Span, called, note_ancestors
from benchmark_ci.prove.touched import LARGEST_RECORD, Touched, read_record, stretches

MOST_ROUNDS = 16
"""Rounds of 1, 2, 4 … iterations that are looked at: 65,535 in all."""

_TOLD_EXACTLY = ("EM_X86_64",)
"""On AArch64 what runs behind a return may be told as the code of a library that was returned from."""

_ADDRESS = re.compile(r"0x[0-9a-f]+")
_ANSWER = re.compile(r" *(?:\[a?sync\]|-->).*$")


class Repetition:
    """What one side's process left."""

    def __init__(
        self, rounds: Sequence[Counts], span: Span, touched: Touched, system_calls: Sequence[Sequence[str]]
    ) -> None:
        self.rounds = tuple(rounds)
        self.span = span  # what ran around the rounds prepared them
        self.touched = touched  # until the last round ended
        self.system_calls = tuple(tuple(calls) for calls in system_calls)  # in each round, without addresses


def repeat(side: Opened, full_id: str, here: Path, folder: Path, limit_seconds: float) -> Repetition:
    """Run a benchmark; `here` is the common path, `folder` takes the dumps.

    Raises Doubt for what it did that counts do not show, and where they cannot be read.
    """
    if side.image.machine not in _TOLD_EXACTLY:
        raise Doubt("callgrind does not tell on this processor to which function an instruction belongs")
    left = callgrind.repeat(side.subject, exactly(full_id), folder, limit_seconds)
    around, within = (
        [
            read_counts(callgrind.read(folder, file), side.image, str(side.exe.path), str(here))
            for file in files[:MOST_ROUNDS]
        ]
        for files in (left.around, left.within)
    )
    for counts, when in [(one, "before") for one in around] + [(one, "after") for one in within]:
        if not counts.trigger.startswith(f"--dump-{when}="):
            raise Doubt("its measured region is entered while it measures")
    record = callgrind.read(folder, left.record, LARGEST_RECORD).decode("utf-8", "surrogateescape")
    touched = read_record(record, side.subject.directory, len(left.around) + len(left.within))
    calls = [list(map(_plain, calls)) for calls in stretches(record)]
    last = 2 * len(within)
    _refuse(within, side.image)
    return Repetition(within, _span(side, around, within), _joined(touched[:last]), calls[1:last:2])


def _span(side: Opened, around: Sequence[Counts], within: Sequence[Counts]) -> Span:
    span = Span()
    entered = {start for start in side.methods if any(one.own.get(start) for one in within)}
    if len(entered) != 1 or any(sum(one.own.get(start, 0) for start in entered) != 1 for one in within):
        raise Doubt("its measured region is not entered exactly once")
    [span.entry] = entered
    ran = {side.image.function(address) for one in around for address in one.own}
    span.prepared = frozenset(symbol.start for symbol in ran if symbol is not None)
    callers: dict[Place, list[Place]] = defaultdict(list)
    for caller, callee in {arc for one in (*around, *within) for arc in one.arcs}:
        callers[callee].append(caller)
    note_ancestors(span, callers, {span.entry}, side.image)
    return span


def _refuse(within: Sequence[Counts], image: Image) -> None:
    if not all(thing.startswith("/") for one in within for thing, _ in one.libraries):
        raise Doubt("it runs code of no file")
    places = {place for one in within for arc in one.arcs for place in arc}
    for hazard, words in _HAZARDS.items():
        if any(called(place, hazard) for place in places):
            raise Doubt(words)
    starts = {start for one in within for start in one.functions(image)}
    if any(panics(readable(image.functions[start].name)) for start in starts):
        raise Doubt("it panics")


_HAZARDS = {STARTS_THREAD: "it starts threads", STARTS_PROCESS: "it starts processes", UNWINDS: "it panics"}


def _plain(call: str) -> str:
    """A system call without addresses and its answer."""
    return _ADDRESS.sub("*", _ANSWER.sub("", call))


def _joined(parts: Sequence[Touched]) -> Touched:
    whole = Touched()
    for part in parts:
        whole.paths |= part.paths
        whole.unknown = whole.unknown or part.unknown
    return whole
