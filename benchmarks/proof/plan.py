"""What the study does in which order: everything is proven first, then timed part by part.

Of each change everything is timed that was proven although its executables differ, in an order drawn with a
seed of the change's own. Every change's next part comes before any change's part after that, so that the
study is a smaller whole one whenever it stops.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator

from benchmark_ci.measure.unit import MOST_TOGETHER
from benchmark_ci.model import BenchmarkId, Noun
from benchmarks.proof.changes import CHANGES, Change
from benchmarks.proof.record import Proven, Study

PART = MOST_TOGETHER
WHOLE_SAMPLE = 1
"""Of executables that are equal as a whole: there is nothing that the proof could have overlooked."""


class Part(Noun):
    """Some of what was proven of a change, to be timed together."""

    change: str
    number: int
    seed: int
    benchmarks: tuple[BenchmarkId, ...]


def seed(change: Change) -> int:
    """Each change's own, always the same."""
    return zlib.crc32(change.key.encode())


def unproven(study: Study, prover: str | None = None) -> Iterator[Change]:
    """Changes that were not proven yet; with `prover`: not by this version of it."""
    for change in CHANGES:
        proven = study.proven.get(change.key)
        if proven is None or (prover is not None and proven.prover != prover):
            yield change


def untimed(study: Study) -> Iterator[Part]:
    """Parts that were not timed yet."""
    parts = [_parts(change, left(change, study), study) for change in CHANGES]
    for turn in range(max(map(len, parts))):
        yield from (some[turn] for some in parts if turn < len(some))


def left(change: Change, study: Study) -> tuple[BenchmarkId, ...]:
    """What of a change is to be timed and was not."""
    if change.key not in study.proven:
        return ()
    done = {one.id for part in study.timed if part.change == change.key for one in part.benchmarks}
    return tuple(one for one in drawn(change, study.proven[change.key]) if one not in done)


def drawn(change: Change, proven: Proven) -> tuple[BenchmarkId, ...]:
    """The identical benchmarks that are timed: all of executables that differ, where there are any."""
    differing = _identical(proven, whole=False)
    found = sorted(differing or _identical(proven, whole=True), key=str)
    most = len(differing) or min(WHOLE_SAMPLE, len(found))
    return tuple(random.Random(seed(change)).sample(found, most))


def _parts(change: Change, left: tuple[BenchmarkId, ...], study: Study) -> list[Part]:
    """In numbers that no part of the change has yet."""
    first = max((one.part + 1 for one in study.timed if one.change == change.key), default=0)
    return [
        Part(
            change=change.key,
            number=first + turn,
            seed=seed(change) + first + turn,
            benchmarks=left[turn * PART : (turn + 1) * PART],
        )
        for turn in range(-(-len(left) // PART))
    ]


def _identical(proven: Proven, *, whole: bool) -> list[BenchmarkId]:
    return [
        one.id
        for proof in proven.proofs
        for one in proof.benchmarks
        if one.identical and proof.whole is whole
    ]
