"""Equal code that timing calls different, in other arrangements: is it only the place of the code?

Both sides are linked anew by the product's `relink()`, with their sections in an order drawn at random, and
timed as they were before, for fewer rounds; in as many arrangements as the product would try at most.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from benchmark_ci.build.arranging import relink
from benchmark_ci.measure.arrangements import LARGEST_SEED, ROUNDS
from benchmark_ci.model import Target
from benchmark_ci.voice import Voice
from benchmarks.proof.plan import PART, Part
from benchmarks.proof.record import Arranged
from benchmarks.proof.timing import ENDLESS_SECONDS, measured
from benchmarks.proof.workshop import Pair

AT_A_TIME = 2 * PART
"""So many benchmarks get all of their arrangements before the next ones get any."""


def arranged(part: Part, until: int, pair: Pair, voice: Voice) -> Iterator[Arranged]:
    """Time a part in the arrangements from its number until (not with) another.

    The pair must have been built just now, since linking needs what the build left.
    """
    for start in range(0, len(part.benchmarks), AT_A_TIME):
        some = part.benchmarks[start : start + AT_A_TIME]
        targets = [Target(package=one.package, name=one.target) for one in some]
        for number in range(part.number, until):
            seed = random.Random(part.seed + number).randint(1, LARGEST_SEED)
            executables = relink(
                pair.build.recipes,
                pair.build.executables,
                targets,
                seed,
                pair.site,
                voice,
                ENDLESS_SECONDS,
            )
            if isinstance(executables, str):
                voice.warn(f"{part.change}: {executables}")
                return
            one = part.model_copy(update={"number": number, "seed": seed, "benchmarks": some})
            yield Arranged(number=number, **dict(measured(one, pair, executables, ROUNDS, voice)))
