"""One run of the study: the product's rounds, asked by the product's panels, and what is kept of it."""

from __future__ import annotations

import math
import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from benchmark_ci import __version__
from benchmark_ci.build.unoptimised import unoptimised
from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.endpoints import values
from benchmark_ci.judge.panel import Panel
from benchmark_ci.measure import recording as recordings
from benchmark_ci.measure.kept import KeptFiles
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.measure.rounds import Rounds
from benchmark_ci.model import BenchmarkId, Commit, FailOn, Header, Process, Proof, Recording, Side
from benchmark_ci.prove.suite import prove_suite
from benchmark_ci.second_look import SecondLook
from benchmark_ci.voice import Voice
from benchmarks.truth import plan
from benchmarks.truth.load import Watch, neighbours
from benchmarks.truth.record import (
    AVERAGED,
    FINENESS,
    FIRST,
    PARALLEL,
    Experiment,
    Kept,
    Key,
    Load,
    Machine,
    ProcessRow,
    Run,
)
from benchmarks.truth.replay import replay
from benchmarks.truth.workshop import Pair

ENDLESS_SECONDS = 24 * 3600.0
SECOND_LOOK_SECONDS = 600.0
"""What is left of the time budget for it."""

DIGITS = 7


class Thresholds:
    """A `Question` that is decided when it is at every threshold, and after a least number of rounds."""

    def __init__(self, thresholds: Iterable[float], seed: int, least_rounds: int) -> None:
        """One of the product's panels for each threshold."""
        self.panels = [Panel(threshold, seed) for threshold in thresholds]
        self._least_rounds = least_rounds
        self._heard: dict[BenchmarkId, int] = defaultdict(int)

    def hear(self, process: Process) -> None:
        """Take in one process."""
        self._heard[process.id] += 1
        for panel in self.panels:
            panel.hear(process)

    def decided(self) -> frozenset[BenchmarkId]:
        """What no panel wants to know more of."""
        enough = frozenset(one for one, count in self._heard.items() if count >= 2 * self._least_rounds)
        return enough.intersection(*(panel.decided() for panel in self.panels))


def measure(
    pair: Pair,
    thresholds: tuple[float, ...],
    seed: int,
    voice: Voice,
    load: Load = Load.REST,
    least_rounds: int = 0,
    proofs: Sequence[Proof] = (),
) -> tuple[Recording, float]:
    """Measure a pair until it is decided at all thresholds; the recording, and wall seconds.

    With `proofs` what is called regressed gets the product's second look, which the seconds do not hold.
    """
    scratch = pair.site.root / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    recorder = Recorder(scratch / "recording.jsonl.gz")
    recorder.add(_header(seed, max(thresholds)))
    recorder.add(pair.build.preparation)
    for proof in proofs:
        recorder.add(proof)
    question = Thresholds(thresholds, seed, least_rounds)
    with neighbours(load):
        began = time.monotonic()
        rounds = Rounds(
            pair.build.executables,
            pair.build.preparation.benchmarks,
            pair.site,
            recorder,
            KeptFiles(scratch / "kept"),
            question,
            voice,
            seed,
            ENDLESS_SECONDS,
        )
        rounds.run()
        elapsed = time.monotonic() - began
        until = time.monotonic() + SECOND_LOOK_SECONDS
        if proofs:
            SecondLook(
                pair.build, pair.site, recorder, voice, seed, lambda: until - time.monotonic(), None
            ).take(question.panels[-1], proofs)
    recorder.close()
    recording = recordings.read(recorder.path)
    shutil.rmtree(scratch)
    return recording, elapsed


def run(key: Key, pair: Pair, voice: Voice, *, alone: bool) -> Run:
    """One run of the study, as it is kept; not `alone`: the neighbours of its load are there already."""
    thresholds, seed = plan.thresholds(key), plan.seed(key)
    watch = Watch()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    load = key.load if alone else Load.REST
    proofs = _proofs(pair, voice) if key.experiment is Experiment.MOVED else ()
    recording, elapsed = measure(pair, thresholds, seed, voice, load, plan.least_rounds(key), proofs)
    averages, share = watch.read()
    environment = pair.build.preparation.environment
    return Run(
        key=key,
        thresholds=thresholds,
        seed=seed,
        started=started,
        machine=Machine(
            cpu=environment.cpu, cores=environment.cores, os=environment.os, rustc=environment.rustc
        ),
        load_average=averages,
        cpu_share=share,
        elapsed_seconds=round(elapsed, 1),
        same_bytes=pair.same_bytes,
        benchmarks=tuple(_told_whole(kept(recording, thresholds, seed), recording, proofs)),
        failed=tuple(f"{one.id}: {one.reason}" for one in recording.failures),
    )


def _proofs(pair: Pair, voice: Voice) -> tuple[Proof, ...]:
    """What the product would have known without timing."""
    return tuple(
        prove_suite(
            pair.build.executables,
            pair.build.preparation.benchmarks,
            pair.site,
            pair.build.changed_data_files,
            pair.build.harness_versions,
            unoptimised=partial(unoptimised, pair.build, pair.site, voice),
        )
    )


def _told_whole(some: Iterable[Kept], recording: Recording, proofs: Iterable[Proof]) -> Iterator[Kept]:
    """With what was proven, and what the product says in the end."""
    proven = {one.id: one.identical for proof in proofs for one in proof.benchmarks}
    results = compare(recording).benchmarks if proven else ()
    said = {
        BenchmarkId(package=one.package, target=one.target, full_id=one.id): one.verdict for one in results
    }
    for one in some:
        yield one.model_copy(update={"proven": proven.get(one.id), "said": said.get(one.id, "")})


def kept(recording: Recording, thresholds: tuple[float, ...], seed: int) -> tuple[Kept, ...]:
    """What the study keeps of a recording, with what would have been said at each threshold."""
    failed = {failure.id for failure in recording.failures}
    of: dict[BenchmarkId, list[Process]] = defaultdict(list)
    for process in recording.processes:
        if process.id not in failed:
            of[process.id].append(process)
    found = [_kept(benchmark, processes) for benchmark, processes in of.items()]
    rounds = {one.id: one.rounds for one in found}
    said = {f"{threshold:g}": replay(rounds, threshold, seed) for threshold in thresholds}
    return tuple(
        one.model_copy(update={"verdicts": {name: judged[one.id].verdict for name, judged in said.items()}})
        for one in found
    )


def _kept(benchmark: BenchmarkId, processes: list[Process]) -> Kept:
    sides = {
        side: {process.round: process for process in processes if process.side is side and process.round}
        for side in Side
    }
    numbers = sorted(sides[Side.BASELINE].keys() & sides[Side.CURRENT].keys())
    calibration = sum(process.wall_seconds for process in processes if not process.round)
    return Kept(
        id=benchmark,
        calibration_seconds=round(calibration, 3),
        baseline=tuple(_row(sides[Side.BASELINE][number]) for number in numbers),
        current=tuple(_row(sides[Side.CURRENT][number]) for number in numbers),
        baseline_samples=_samples(sides[Side.BASELINE][numbers[0]]) if numbers else (),
        current_samples=_samples(sides[Side.CURRENT][numbers[0]]) if numbers else (),
    )


def _row(process: Process) -> ProcessRow:
    seen = values(process)
    each = _per_iteration(process)
    spread = statistics.stdev(each) if len(each) > 1 else 0.0
    flags = AVERAGED * seen.averaged | PARALLEL * seen.parallel | FIRST * process.first
    return (
        _rounded(seen.floor_ns),
        _rounded(seen.typical_ns),
        _rounded(statistics.fmean(each)),
        _rounded(spread),
        round(process.wall_seconds, 3),
        flags,
    )


def _samples(process: Process) -> tuple[int, ...]:
    floor = _rounded(values(process).floor_ns)
    return tuple(round((each / floor - 1) * FINENESS) for each in _per_iteration(process))


def _per_iteration(process: Process) -> list[float]:
    return [time / iters for time, iters in zip(process.times, process.iters, strict=True)]


def _rounded(value: float) -> float:
    return round(value, DIGITS - 1 - math.floor(math.log10(value))) if value > 0 else 0.0


def _header(seed: int, threshold: float) -> Header:
    nobody = Commit(sha="0" * 40, what="study")
    return Header(
        tool_version=__version__,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=seed,
        threshold_percent=threshold,
        fail_on=FailOn.NEVER,
        time_budget_minutes=ENDLESS_SECONDS / 60,
        baseline=nobody,
        current=nobody,
        baseline_reason="study",
    )
