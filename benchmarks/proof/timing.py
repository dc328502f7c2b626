"""Timing what was proven the same, in many rounds: by the product's `Rounds`, all with one short time."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from benchmark_ci import __version__
from benchmark_ci.build.executable import Executable
from benchmark_ci.judge.endpoints import rounds_of
from benchmark_ci.measure import recording as recordings
from benchmark_ci.measure.kept import KeptFiles
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.measure.rounds import Rounds
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
from benchmarks.proof.record import Measured, Timed, TimedBenchmark
from benchmarks.proof.workshop import Pair
from benchmarks.truth.load import Watch

ROUNDS = 20
MEASUREMENT_SECONDS = 0.04
"""A quarter of what the product's shortest processes take, so that hours suffice for all that was proven."""

TIMES = Config(
    path="study",
    side=Side.CURRENT,
    times=(TimesRule(pattern="*", measurement_seconds=MEASUREMENT_SECONDS),),
)
DEAR_SETUP_SECONDS = 60.0
"""What we say that starting takes, so that as many benchmarks share a process as the product lets."""

ENDLESS_SECONDS = 24 * 3600.0


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
    """Time a part of what was proven of a change."""
    return Timed(part=part.number, **dict(measured(part, pair, pair.build.executables, ROUNDS, voice)))


def measured(
    part: Part, pair: Pair, executables: Iterable[Executable], rounds: int, voice: Voice
) -> Measured:
    """Measure benchmarks of these executables of a pair for so many rounds."""
    watch = Watch()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    recording, elapsed = _recording(part, pair, executables, rounds, voice)
    averages, share = watch.read()
    return Measured(
        change=part.change,
        seed=part.seed,
        started=started,
        load_average=averages,
        cpu_share=share,
        elapsed_seconds=round(elapsed, 1),
        measurement_seconds=MEASUREMENT_SECONDS,
        benchmarks=tuple(
            TimedBenchmark(id=benchmark, rounds=found)
            for benchmark, found in rounds_of(recording.processes).items()
            if len(found) >= rounds
        ),
        failed=tuple(dict.fromkeys(f"{one.id}: {one.reason}" for one in recording.failures)),
    )


def _recording(
    part: Part, pair: Pair, executables: Iterable[Executable], rounds: int, voice: Voice
) -> tuple[Recording, float]:
    scratch = pair.site.root / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    recorder = Recorder(scratch / "recording.jsonl.gz")
    recorder.add(_header(part.seed))
    recorder.add(pair.build.preparation)
    measuring = Rounds(
        tuple(exe.model_copy(update={"setup_seconds": DEAR_SETUP_SECONDS}) for exe in executables),
        tuple(one for one in pair.build.preparation.benchmarks if one.id in part.benchmarks),
        pair.site,
        recorder,
        KeptFiles(scratch / "kept"),
        Enough(rounds),
        voice,
        part.seed,
        ENDLESS_SECONDS,
        config=TIMES,
    )
    began = time.monotonic()
    measuring.run()
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
