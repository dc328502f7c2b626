"""What the study keeps: of each change what was proven, and of a part of that how it was timed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from benchmark_ci.judge.endpoints import Round
from benchmark_ci.model import BenchmarkId, BenchmarkProof, Noun, Proof
from benchmarks.truth.record import Machine


class Proven(Noun):
    """What the proof said of one change."""

    kind: Literal["proven"] = "proven"
    change: str
    started: str
    machine: Machine
    prover: str = ""  # which version of `prove/` it was: a digest of its sources
    load_average: tuple[float, float]  # of the last minute, before and after
    build_seconds: float  # of both sides, with all that the product's build does
    dependencies_kept: bool  # an earlier build of the crate had compiled them
    proof_seconds: float
    proofs: tuple[Proof, ...]
    one_sided: int  # benchmarks that only one side has, or ambiguous ones: not compared
    failed: tuple[str, ...] = ()  # bench targets that give no benchmarks

    @property
    def benchmarks(self) -> tuple[BenchmarkProof, ...]:
        """Of all targets."""
        return tuple(one for proof in self.proofs for one in proof.benchmarks)


class TimedBenchmark(Noun):
    """The rounds of one benchmark."""

    id: BenchmarkId
    rounds: tuple[Round, ...]


class Measured(Noun):
    """Some of a change's identical benchmarks, measured together."""

    change: str
    seed: int
    started: str
    load_average: tuple[float, float]
    cpu_share: float  # of all cores' time that anything used
    elapsed_seconds: float
    measurement_seconds: float = 0.16  # of each benchmark in a process, as Criterion's flag says it
    benchmarks: tuple[TimedBenchmark, ...]
    failed: tuple[str, ...] = ()


class Timed(Measured):
    """As they were built."""

    kind: Literal["timed"] = "timed"
    part: int


class Arranged(Measured):
    """In another arrangement of the code, what timing called different although it is identical."""

    kind: Literal["arranged"] = "arranged"
    number: int  # the change's own of this arrangement, whose sections the seed has put in order


Line = Proven | Timed | Arranged
LINES: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="kind")])


class Study(Noun):
    """All that is kept, by change."""

    proven: Mapping[str, Proven]
    timed: tuple[Timed, ...]
    arranged: tuple[Arranged, ...] = ()
