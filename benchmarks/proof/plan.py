"""What the study does in which order: everything is proven first, then timed part by part.

Of each change's identical benchmarks a sample is timed, drawn with a seed of its own. Every change's first
part comes before any second one, so that the study is a smaller whole one whenever it stops.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator

from benchmark_ci.model import BenchmarkId, Noun
from benchmarks.proof.changes import CHANGES, Change
from benchmarks.proof.record import Proven, Study

SAMPLE = 12
PART = 2
WHOLE_SAMPLE = 1
"""Of executables that are equal as a whole: there is nothing that the proof could have overlooked."""


class Part(Noun):
    """Some benchmarks of a change's sample, to be timed together."""

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
    """Parts of all samples that were not timed yet."""
    done = {(one.change, one.part) for one in study.timed}
    for number in range(-(-SAMPLE // PART)):
        for change in CHANGES:
            if change.key in study.proven and (change.key, number) not in done:
                drawn = sample(change, study.proven[change.key])
                if part := drawn[number * PART : (number + 1) * PART]:
                    yield Part(change=change.key, number=number, seed=seed(change) + number, benchmarks=part)


def sample(change: Change, proven: Proven) -> tuple[BenchmarkId, ...]:
    """The identical benchmarks that are timed; those of executables that differ, where there are any."""
    differing = _identical(proven, whole=False)
    found = differing or _identical(proven, whole=True)
    most = SAMPLE if differing else WHOLE_SAMPLE
    ordered = sorted(found, key=str)
    return tuple(random.Random(seed(change)).sample(ordered, min(most, len(ordered))))


def _identical(proven: Proven, *, whole: bool) -> list[BenchmarkId]:
    return [
        one.id
        for proof in proven.proofs
        for one in proof.benchmarks
        if one.identical and proof.whole is whole
    ]
