"""All runs of the study, ordered so that it is a smaller whole study whenever it stops."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from benchmarks.truth.crates import CRATES, PLANTED
from benchmarks.truth.record import Experiment, Key, Load

REPETITIONS = 30
ARRANGEMENTS = 10
SIZES_PERCENT = (0, 2, 5, 8, 12, 15, 20)
THRESHOLDS = (3.0, 5.0, 10.0)
USUAL = (10.0,)
EVERY = 3
"""One in so many repetitions is measured for ten rounds at least, which the Mann–Whitney rule needs, and one
of equal sides then until it is decided at all thresholds."""

TEN_ROUNDS = 10


def runs() -> Iterator[Key]:
    """Repetition by repetition."""
    for repetition in range(REPETITIONS):
        for crate in CRATES:
            for load in Load:
                yield Key(experiment=Experiment.SAME, crate=crate.name, load=load, repetition=repetition)
            if repetition < ARRANGEMENTS:
                for load in Load:
                    yield Key(experiment=Experiment.MOVED, crate=crate.name, load=load, repetition=repetition)
        for size in SIZES_PERCENT:
            for load in Load:
                yield Key(
                    experiment=Experiment.PLANTED,
                    crate=PLANTED,
                    load=load,
                    size_percent=size,
                    repetition=repetition,
                )


def thresholds(key: Key) -> tuple[float, ...]:
    """At which thresholds a run is decided."""
    thorough = key.experiment is Experiment.PLANTED or _thorough(key)
    return THRESHOLDS if thorough else USUAL


def least_rounds(key: Key) -> int:
    """How many rounds every benchmark of a run gets at least."""
    return TEN_ROUNDS if _thorough(key) else 0


def seed(key: Key) -> int:
    """Each run's own, always the same."""
    return zlib.crc32(key.model_dump_json().encode())


def _thorough(key: Key) -> bool:
    return key.repetition % EVERY == 0 and key.experiment is not Experiment.MOVED
