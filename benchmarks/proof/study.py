"""Running the study: what is missing is proven, then timed, then arranged anew, until the time is over."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Literal

from benchmark_ci import prove as prove_package
from benchmark_ci.build.unoptimised import unoptimised
from benchmark_ci.errors import BenchmarkCIError, Interrupted
from benchmark_ci.judge.arrangements import MOST_ARRANGEMENTS
from benchmark_ci.model import Noun, Side
from benchmark_ci.prove.suite import prove_suite
from benchmark_ci.wall.signals import interruptible
from benchmarks.proof import plan, store
from benchmarks.proof.agreement import unarranged
from benchmarks.proof.changes import Change, keyed
from benchmarks.proof.elsewhere import arranged
from benchmarks.proof.record import Line, Proven, Timed
from benchmarks.proof.timing import timed
from benchmarks.proof.workshop import Pair, Workshop
from benchmarks.truth.record import Machine
from benchmarks.truth.study import Quietly

WORK = Path(__file__).parent / "target"
"""Where clones and builds are kept between calls; not committed."""


Kind = Literal["prove", "time", "arrange"]


class Step(Noun):
    """Something to do with a pair."""

    do: Callable[[Pair], Iterable[Line]]
    links: bool = False  # it needs all that a build leaves, executables do not suffice


class Wanted(Noun):
    """Which of the steps that are missing are done."""

    only: Kind | None = None
    again: bool = False  # what another version of the prover proved is proven anew
    crates: tuple[str, ...] = ()  # only theirs
    changes: tuple[str, ...] = ()  # only these, by key

    def takes(self, change: Change) -> bool:
        """Whether a change is among them."""
        crates, changes = self.crates or (change.crate,), self.changes or (change.key,)
        return change.crate in crates and change.key in changes


def study(minutes: float, work: Path, data: Path, wanted: Wanted) -> None:
    """Do what is missing until `minutes` are over."""
    until = time.monotonic() + minutes * 60
    voice = Quietly()
    workshop = Workshop(work, voice)
    try:
        with interruptible():
            for change, step in _missing(data, wanted, voice):
                if time.monotonic() > until:
                    return
                if wanted.takes(change):
                    _do(change, step, workshop, data, voice, until)
    except Interrupted:
        voice.say("Stopped; the step in flight is lost, the next call begins with it.")


def _missing(data: Path, wanted: Wanted, voice: Quietly) -> Iterator[tuple[Change, Step]]:
    if wanted.only in (None, "prove"):
        for change in plan.unproven(store.read(data), prover() if wanted.again else None):
            yield change, Step(do=_one(partial(prove, change)))
    if wanted.only in (None, "time"):
        for part in plan.untimed(store.read(data)):
            yield keyed(part.change), Step(do=_one(partial(timed, part, voice=voice)))
    if wanted.only in (None, "arrange"):
        for part in unarranged(store.read(data)):
            step = Step(do=partial(arranged, part, MOST_ARRANGEMENTS, voice=voice), links=True)
            yield keyed(part.change), step


def _one(make: Callable[[Pair], Line]) -> Callable[[Pair], Iterable[Line]]:
    return lambda pair: (make(pair),)


def _do(change: Change, step: Step, workshop: Workshop, data: Path, voice: Quietly, until: float) -> None:
    try:
        with workshop.pair(change, anew=step.links) as pair:
            for line in step.do(pair):
                store.append(line, data)
                voice.say(f"{change.key}: {_told(line)}")
                if time.monotonic() > until:
                    return
    except Interrupted:
        raise
    except BenchmarkCIError as error:
        voice.warn(f"{change.key}: {error.message} {error.remedy}")


@cache
def prover() -> str:
    """Which version of the prover this is: a digest of its sources."""
    digest = hashlib.sha256()
    for file in sorted(Path(prove_package.__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def prove(change: Change, pair: Pair) -> Proven:
    """Prove a change's benchmarks as the product does."""
    began, load = time.monotonic(), os.getloadavg()[0]
    built = pair.build
    proofs = tuple(
        prove_suite(
            built.executables,
            built.preparation.benchmarks,
            pair.site,
            built.changed_data_files,
            built.harness_versions,
            unoptimised=partial(unoptimised, built, pair.site, Quietly()),
        )
    )
    seconds = time.monotonic() - began
    environment = built.preparation.environment
    return Proven(
        change=change.key,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=Machine(
            cpu=environment.cpu, cores=environment.cores, os=environment.os, rustc=environment.rustc
        ),
        prover=prover(),
        load_average=(round(load, 2), round(os.getloadavg()[0], 2)),
        build_seconds=pair.build_seconds,
        dependencies_kept=pair.dependencies_kept,
        proof_seconds=round(seconds, 2),
        proofs=proofs,
        one_sided=sum(len(one.sides) < len(Side) or one.ambiguous for one in built.preparation.benchmarks),
        failed=tuple(
            f"{one.target} on {one.side}: {one.reason.splitlines()[0]}"
            for one in built.preparation.target_failures
        ),
    )


def _told(line: Line) -> str:
    if isinstance(line, Proven):
        same = sum(one.identical for one in line.benchmarks)
        return f"{same} of {len(line.benchmarks)} identical, proof {line.proof_seconds} s"
    if isinstance(line, Timed):
        return f"part {line.part}, {len(line.benchmarks)} timed in {line.elapsed_seconds} s"
    return f"arrangement {line.number}, {len(line.benchmarks)} timed in {line.elapsed_seconds} s"
