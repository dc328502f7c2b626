"""Running the study: what is missing is measured and kept, run by run, until the time is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark_ci.errors import BenchmarkCIError, Interrupted
from benchmark_ci.wall.signals import interruptible
from benchmarks.truth import crates, plan, store, variant
from benchmarks.truth.measuring import run
from benchmarks.truth.record import Experiment, Key
from benchmarks.truth.workshop import Workshop

WORK = Path(__file__).parent / "target"
"""Where sources and builds are kept between calls; not committed."""


class Quietly:
    """A `Voice` that says one line a stage."""

    def say(self, text: str) -> None:
        """Ours."""
        print(text, flush=True)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Nothing is folded here."""
        yield

    def child_line(self, line: str) -> None:
        """Cargo's chatter is not shown."""

    def warn(self, text: str) -> None:
        """As a line."""
        self.say(f"warning: {text}")

    def progress(self, done: int, total: int, text: str) -> None:
        """Runs are short; each tells when it ended."""


def study(
    minutes: float,
    work: Path,
    data: Path,
    wanted: Callable[[Key], bool] = lambda _: True,
    *,
    alone: bool = True,
) -> int:
    """Do the missing runs in order until `minutes` are over; answers how many are still missing.

    Not `alone`: this is one of several `lanes`, and the neighbours are there already.
    """
    until = time.monotonic() + minutes * 60
    voice = Quietly()
    workshop = Workshop(work, voice)
    done = {one.key for one in store.read(data)}
    missing = [key for key in plan.runs() if key not in done and wanted(key)]
    voice.say(f"{len(done)} runs are done, {len(missing)} are missing")
    try:
        with interruptible():
            for key in missing:
                if time.monotonic() > until:
                    break
                pair = workshop.pair(crates.named(key.crate), variant.variant_of(key))
                began = time.monotonic()
                one = run(key, pair, voice, alone=alone)
                store.append(one, data)
                voice.say(_told(key, one.told, time.monotonic() - began))
    except Interrupted:
        voice.say("Stopped; the run in flight is lost, the next call begins with it.")
    except BenchmarkCIError as error:
        voice.warn(f"{error.message} {error.remedy}")
    left = len(missing) - len({one.key for one in store.read(data)} & set(missing))
    voice.say(f"{left} runs are still missing")
    return left


def _told(key: Key, verdicts: str, seconds: float) -> str:
    size = f" +{key.size_percent} %" if key.experiment is Experiment.PLANTED else ""
    return f"{key.experiment}{size} {key.crate} {key.load} {key.repetition}: {verdicts} in {seconds:.0f} s"
