"""Timing what was proven the same, for long: by the product's rounds, all of them with its short times."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime

from benchmark_ci import __version__
from benchmark_ci.judge.endpoints import rounds_of
from benchmark_ci.measure import recording as recordings
from benchmark_ci.measure.kept import KeptFiles
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.measure.rounds import Rounds
from benchmark_ci.measure.timing import SHORT
from benchmark_ci.model import (
    BenchmarkId,
    Commit,
    Config,
    FailOn,
    Header,
    Process,
    Recording,
    Side,
    TimesRule,
)
from benchmark_ci.voice import Voice
from benchmarks.proof.plan import Part
from benchmarks.proof.record import Timed, TimedBenchmark
from benchmarks.proof.workshop import Pair
from benchmarks.truth.load import Watch

ROUNDS = 20
ENDLESS_SECONDS = 24 * 3600.0
ALWAYS_SHORT = Config(
    path="study",
    side=Side.CURRENT,
    times=(TimesRule(pattern="*", measurement_seconds=SHORT.measurement_seconds),),
)


class Enough:
    """A `Question` that is decided after so many rounds, whatever they say."""

    def __init__(self, rounds: int) -> None:
        self._processes = rounds * len(Side)
        self._heard: Counter[BenchmarkId] = Counter()

    def hear(self, process: Process) -> None:
        """Take in one process."""
        self._heard[process.id] += 1

    def decided(self) -> frozenset[BenchmarkId]:
        """What has its rounds."""
        return frozenset(one for one, count in self._heard.items() if count >= self._processes)


def timed(part: Part, pair: Pair, voice: Voice) -> Timed:
    """Time a part of a change's sample."""
    watch = Watch()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    recording, elapsed = _measure(pair, part.benchmarks, part.seed, voice)
    averages, share = watch.read()
    return Timed(
        change=part.change,
        part=part.number,
        seed=part.seed,
        started=started,
        load_average=averages,
        cpu_share=share,
        elapsed_seconds=round(elapsed, 1),
        benchmarks=tuple(
            TimedBenchmark(id=benchmark, rounds=rounds)
            for benchmark, rounds in rounds_of(recording.processes).items()
            if len(rounds) >= ROUNDS
        ),
        failed=tuple(dict.fromkeys(f"{one.id}: {one.reason}" for one in recording.failures)),
    )


def _measure(pair: Pair, wanted: Collection[BenchmarkId], seed: int, voice: Voice) -> tuple[Recording, float]:
    scratch = pair.site.root / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    recorder = Recorder(scratch / "recording.jsonl.gz")
    recorder.add(_header(seed))
    recorder.add(pair.build.preparation)
    rounds = Rounds(
        pair.build.executables,
        tuple(one for one in pair.build.preparation.benchmarks if one.id in wanted),
        pair.site,
        recorder,
        KeptFiles(scratch / "kept"),
        Enough(ROUNDS),
        voice,
        seed,
        ENDLESS_SECONDS,
        config=ALWAYS_SHORT,
    )
    began = time.monotonic()
    rounds.run()
    elapsed = time.monotonic() - began
    recorder.close()
    return recordings.read(recorder.path), elapsed


def _header(seed: int) -> Header:
    nobody = Commit(sha="0" * 40, what="study")
    return Header(
        tool_version=__version__,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=seed,
        threshold_percent=10,
        fail_on=FailOn.NEVER,
        time_budget_minutes=ENDLESS_SECONDS / 60,
        baseline=nobody,
        current=nobody,
        baseline_reason="study",
    )
