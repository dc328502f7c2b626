"""What the study keeps of a run: enough to judge it again by our rules and by those of others.

Of each process its values, not its samples; of the first round also the samples, since Criterion's own
verdict is made of these.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from pydantic import Field

from benchmark_ci.judge.endpoints import Round, Values
from benchmark_ci.model import BenchmarkId, Noun

FINENESS = 10_000
"""Samples are kept as whole ten-thousandths above the floor of their process."""

AVERAGED, PARALLEL, FIRST = 1, 2, 4

ProcessRow = tuple[float, float, float, float, float, int]
"""floor, typical, mean and standard deviation of the time per iteration (ns), wall seconds, flags."""


class Experiment(StrEnum):
    """What differs between the sides."""

    SAME = "same"  # nothing: A/A
    MOVED = "moved"  # where the code lies: A/A'
    PLANTED = "planted"  # the amount of work, by a known share


class Load(StrEnum):
    """What else runs on the machine, as far as the study decides it."""

    REST = "rest"
    BUSY = "busy"  # a neighbour on each core that calculates and walks through memory
    SHARED = "shared"  # the study starts nothing, but others compile and test on the same machine


class Key(Noun):
    """Which run of the study."""

    experiment: Experiment
    crate: str
    load: Load
    size_percent: int = 0  # of the planted slowdown
    repetition: int


class Machine(Noun):
    """Where a run took place."""

    cpu: str
    cores: int
    os: str
    rustc: str


class Kept(Noun):
    """One benchmark of a run: rows of both sides by round, and the samples of the first round."""

    id: BenchmarkId
    calibration_seconds: float
    baseline: tuple[ProcessRow, ...]
    current: tuple[ProcessRow, ...]
    baseline_samples: tuple[int, ...] = ()
    current_samples: tuple[int, ...] = ()
    verdicts: dict[str, str] = Field(default_factory=dict)  # by threshold, as judged when it was measured
    proven: bool | None = None  # to run the same code; only moved code is asked
    said: str = ""  # the product's verdict in the end, proof and second look included; only of moved code

    @property
    def rounds(self) -> tuple[Round, ...]:
        """As the judge sees them."""
        return tuple(
            Round(baseline=_values(one), current=_values(other))
            for one, other in zip(self.baseline, self.current, strict=True)
        )


class Run(Noun):
    """One run: the benchmarks of a crate, measured together by the product."""

    key: Key
    thresholds: tuple[float, ...]
    seed: int
    started: str
    machine: Machine
    load_average: tuple[float, float]  # of the last minute, before and after
    cpu_share: float  # of all cores' time that anything used
    elapsed_seconds: float
    same_bytes: bool  # whether both sides' executables are equal
    benchmarks: tuple[Kept, ...]
    failed: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """Verdicts at the largest threshold, counted: for people."""
        largest = f"{max(self.thresholds):g}"
        tally = Counter(one.verdicts.get(largest, "?") for one in self.benchmarks)
        counted = [f"{count} {verdict}" for verdict, count in sorted(tally.items())]
        return ", ".join([*counted, *(f"failed: {one}" for one in self.failed)])


def times_ns(row: ProcessRow, samples: tuple[int, ...]) -> list[float]:
    """The samples of a process, ns per iteration."""
    return [row[0] * (1 + sample / FINENESS) for sample in samples]


def _values(row: ProcessRow) -> Values:
    floor, typical, _, _, _, flags = row
    return Values(
        floor_ns=floor,
        typical_ns=typical,
        averaged=bool(flags & AVERAGED),
        parallel=bool(flags & PARALLEL),
    )
