"""Equal code that timing calls different, in other arrangements: is it only the place of the code?

By the product's `Arrangements`: both sides are linked anew with their sections in an order drawn at random,
as often as it may be done, and each time the benchmark gets a few rounds (`measure/arrangements.py`).
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime

from benchmark_ci.build.arranging import relink
from benchmark_ci.judge.arrangements import MOST_ARRANGEMENTS, arranged_of
from benchmark_ci.measure import recording as recordings
from benchmark_ci.measure.arrangements import Arrangements
from benchmark_ci.model import ArrangedProcess, BenchmarkId
from benchmark_ci.voice import Voice
from benchmarks.proof.changes import Change
from benchmarks.proof.plan import seed
from benchmarks.proof.record import Arranged, ArrangedBenchmark
from benchmarks.proof.timing import ENDLESS_SECONDS, TIMES, recorder
from benchmarks.proof.workshop import Pair
from benchmarks.truth.load import Watch


def arranged(change: Change, suspects: Collection[BenchmarkId], pair: Pair, voice: Voice) -> Arranged:
    """Time these benchmarks of a pair that was built just now, since linking needs what the build left."""
    watch = Watch()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    began = time.monotonic()
    kept = recorder(pair, seed(change))
    Arrangements(
        suspects,
        lambda targets, number, limit_seconds: relink(
            pair.build.recipes, pair.build.executables, targets, number, pair.site, voice, limit_seconds
        ),
        pair.site,
        kept,
        _enough,
        voice,
        seed(change),
        lambda: ENDLESS_SECONDS,
        TIMES,
    ).run()
    kept.close()
    recording = recordings.read(kept.path)
    averages, share = watch.read()
    return Arranged(
        change=change.key,
        started=started,
        load_average=averages,
        cpu_share=share,
        elapsed_seconds=round(time.monotonic() - began, 1),
        benchmarks=tuple(
            ArrangedBenchmark(id=one, arrangements=arrangements)
            for one, arrangements in arranged_of(recording.arranged).items()
        ),
        reasons=tuple(one.reason for one in recording.arrangements if one.reason),
    )


def _enough(_: BenchmarkId, processes: tuple[ArrangedProcess, ...]) -> bool:
    return any(len(found) >= MOST_ARRANGEMENTS for found in arranged_of(processes).values())
