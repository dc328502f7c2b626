"""The quick form: a minute, and only what cannot be noise is demanded of it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.model import Noun, Verdict
from benchmarks.truth import crates
from benchmarks.truth.measuring import kept, measure
from benchmarks.truth.record import Experiment
from benchmarks.truth.study import Quietly
from benchmarks.truth.variant import Variant
from benchmarks.truth.workshop import Workshop

REPETITIONS = 2
THRESHOLD = 10.0
LARGE_PERCENT = 60


EQUAL = ("equal/arithmetic", "equal/sorting", "equal/hashing", "equal/formatting", "equal/allocating")
SLOWER = "work/arithmetic"
CHANGE = Variant(name=f"quick-{LARGE_PERCENT}", experiment=Experiment.PLANTED, number=LARGE_PERCENT)
QUICK = crates.OURS.model_copy(update={"filter": f"^({'|'.join((*EQUAL, SLOWER))})$"})


class Answer(Noun):
    """Verdicts by benchmark, each repetition."""

    verdicts: tuple[Mapping[str, str], ...]

    @property
    def sound(self) -> bool:
        """No red among equals, none lost, and the large slowdown found."""
        return all(
            set(one) == {*EQUAL, SLOWER}
            and one[SLOWER] == Verdict.REGRESSED
            and all(one[name] != Verdict.REGRESSED for name in EQUAL)
            for one in self.verdicts
        )

    def __str__(self) -> str:
        """For people."""
        lines = [f"{name}: {', '.join(each[name] for each in self.verdicts)}" for name in self.verdicts[0]]
        return "\n".join([*lines, f"{SLOWER} does {LARGE_PERCENT} % more work", f"sound: {self.sound}"])


def quick(work: Path | None = None) -> Answer:
    """Measure our own crate against itself, one benchmark of it with 60 % more work."""
    with tempfile.TemporaryDirectory(prefix="truth-") as temporary:
        workshop = Workshop(work or Path(temporary), Quietly())
        pair = workshop.pair(QUICK, CHANGE)
        found = []
        for repetition in range(REPETITIONS):
            recording, _ = measure(pair, (THRESHOLD,), repetition, Quietly())
            found.append(kept(recording, (THRESHOLD,), repetition))
    verdicts = [{one.id.full_id: one.verdicts[f"{THRESHOLD:g}"] for one in each} for each in found]
    return Answer(verdicts=tuple(verdicts))
