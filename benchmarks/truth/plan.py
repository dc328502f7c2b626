"""All runs of the study, ordered so that it is a smaller whole study whenever it stops."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from benchmarks.truth.crates import CRATES, PLANTED
from benchmarks.truth.record import Experiment, Key, Load

ARRANGEMENTS = 10
SIZES_PERCENT = (0, 2, 5, 8, 12, 15, 20)
PLANTED_REPETITIONS = 5
LARGE_PERCENT = (15, 20)
"""Sizes that must be found at the usual threshold, so that more is measured of them, at that one alone."""

LARGE_REPETITIONS = 20
THRESHOLDS = (3.0, 5.0, 10.0)
USUAL = (10.0,)
THOROUGH = (0, 3, 6, 9)
"""These repetitions are measured for ten rounds at least, which the Mann–Whitney rule needs, and those of
equal sides until they are decided at all thresholds."""

TEN_ROUNDS = 10


def runs() -> Iterator[Key]:
    """Repetition by repetition."""
    for repetition in range(max(crate.repetitions for crate in CRATES)):
        for crate in CRATES:
            if repetition >= crate.repetitions:
                continue
            for load in crate.loads:
                yield Key(experiment=Experiment.SAME, crate=crate.name, load=load, repetition=repetition)
            if repetition < ARRANGEMENTS:
                for load in crate.loads:
                    yield Key(experiment=Experiment.MOVED, crate=crate.name, load=load, repetition=repetition)
        for size in _sizes(repetition):
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
    planted = key.experiment is Experiment.PLANTED and key.repetition < PLANTED_REPETITIONS
    return THRESHOLDS if planted or _thorough(key) else USUAL


def least_rounds(key: Key) -> int:
    """How many rounds every benchmark of a run gets at least."""
    return TEN_ROUNDS if _thorough(key) else 0


def seed(key: Key) -> int:
    """Each run's own, always the same."""
    return zlib.crc32(key.model_dump_json().encode())


def _sizes(repetition: int) -> tuple[int, ...]:
    if repetition < PLANTED_REPETITIONS:
        return SIZES_PERCENT
    return LARGE_PERCENT if repetition < LARGE_REPETITIONS else ()


def _thorough(key: Key) -> bool:
    usual = key.experiment is Experiment.PLANTED and key.repetition >= PLANTED_REPETITIONS
    return key.repetition in THOROUGH and key.experiment is not Experiment.MOVED and not usual
