"""Changes of equal code averaged over arrangements of it: what is left of them? Pure."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from benchmark_ci.judge.arrangements import averaging_test
from benchmark_ci.judge.endpoints import Round, primary
from benchmark_ci.judge.result import INTERVAL_ALPHA
from benchmark_ci.model import Noun
from benchmarks.proof.beyond import SAME_DRAW, Apart, draws_of, level_of, p_beyond, percent
from benchmarks.proof.record import Study


class Elsewhere(Noun):
    """One of those beyond, averaged over arrangements of the code."""

    change: str
    benchmark: str
    arrangements: int
    change_percent: float
    low_percent: float
    high_percent: float
    p_beyond: float


class Remains(Noun):
    """What is left of changes averaged over arrangements of the code. Logarithms, in percent."""

    linked_percent: float  # mean size of these changes as they were linked
    averaged_percent: float  # mean of their averages, in the direction of each as it was linked
    error_percent: float  # standard error of that mean, over benchmarks; 0 for fewer than two
    half_width_percent: float  # median half width of the averages' 95 % intervals


def averaged(study: Study, beyond: Sequence[Apart]) -> Iterator[Elsewhere]:
    """What of `beyond` was timed in so many other arrangements that it could lie beyond there, too."""
    known, level = arrangements_of(study), level_of(len(beyond))
    for one in beyond:
        arrangements = known.get((one.change, one.benchmark), ())
        if 2.0 ** -len(arrangements) <= level:
            endpoint = primary(tuple(chain.from_iterable(arrangements)))
            test = averaging_test(arrangements, endpoint, SAME_DRAW, draws_of(level))
            low, high = test.interval(INTERVAL_ALPHA)
            yield Elsewhere(
                change=one.change,
                benchmark=one.benchmark,
                arrangements=len(arrangements),
                change_percent=percent(test.estimate),
                low_percent=percent(low),
                high_percent=percent(high),
                p_beyond=p_beyond(test),
            )


def arrangements_of(study: Study) -> Mapping[tuple[str, str], tuple[tuple[Round, ...], ...]]:
    """The rounds of each arrangement, by change and benchmark."""
    found: dict[tuple[str, str], dict[int, tuple[Round, ...]]] = defaultdict(dict)
    for part in study.arranged:
        for one in part.benchmarks:
            found[part.change, one.id.full_id][part.number] = one.rounds
    return {key: tuple(one for _, one in sorted(numbered.items())) for key, numbered in found.items()}


def remains(beyond: Sequence[Apart], elsewhere: Sequence[Elsewhere]) -> Remains:
    """Of what was timed in other arrangements; at least one benchmark."""
    linked = {(one.change, one.benchmark): math.log1p(one.change_percent / 100) for one in beyond}
    sizes = [linked[one.change, one.benchmark] for one in elsewhere]
    averages = [
        math.copysign(1, size) * math.log1p(one.change_percent / 100)
        for size, one in zip(sizes, elsewhere, strict=True)
    ]
    spread = statistics.stdev(averages) if len(averages) > 1 else 0.0
    widths = [one.high_percent - one.low_percent for one in elsewhere]
    return Remains(
        linked_percent=round(statistics.mean(map(abs, sizes)) * 100, 1),
        averaged_percent=round(statistics.mean(averages) * 100, 1),
        error_percent=round(spread / math.sqrt(len(averages)) * 100, 1),
        half_width_percent=round(statistics.median(widths) / 2, 1),
    )
