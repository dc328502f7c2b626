"""Is it only the place of the code that is slower? The change averaged over arrangements of the code says.

The same instructions at another address can take another time, and no number of runs of one executable tells
this from a slower algorithm. So both sides are linked anew several times, with their sections in an order
drawn at random, and what was a round becomes an arrangement: it is the unit of analysis (Kalibera & Jones
2013: repeat at the level that varies). As both sides' orders are drawn at random, the labels of an
arrangement are exchangeable under "current is baseline times e^s" as those of a round are; the statistic is
the plain mean, since the average over places is what is asked for, not the best of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from benchmark_ci.judge.endpoints import Round, rounds_of
from benchmark_ci.judge.looks import LOOKS, MOST_ROUNDS
from benchmark_ci.judge.numbers import low_third, rounded
from benchmark_ci.judge.randomisation import DRAWS, Shift, mean
from benchmark_ci.judge.result import FEWEST_FOR_INTERVAL, INTERVAL_ALPHA
from benchmark_ci.model import ArrangedProcess, Averaged, BenchmarkId, Endpoint, Noun, Side

MOST_ARRANGEMENTS = MOST_ROUNDS
"""They are looked at as rounds are (`LOOKS`), with the same error in all."""

HOPELESS = 1.5
"""So many times the distance to the limit the interval's half may be in the end, before it is given up."""

Arranged = tuple[tuple[Round, ...], ...]
"""The rounds of each arrangement."""


class Suspect(Noun):
    """A benchmark that is called regressed, perhaps for its place alone: what it is judged by."""

    limit_percent: float
    endpoint: Endpoint


_GIVING_UP = tuple(count for count, _ in LOOKS[1:-1])


def answered(processes: Iterable[ArrangedProcess], suspect: Suspect, seed: int) -> bool:
    """Whether another arrangement would tell nothing about this benchmark, whose processes these are."""
    found = next(iter(arranged_of(processes).values()), ())
    if len(found) >= MOST_ARRANGEMENTS or _shown(found, suspect, seed) is not None:
        return True
    return len(found) in _GIVING_UP and hopeless(found, suspect, seed)


def hopeless(arranged: Arranged, suspect: Suspect, seed: int) -> bool:
    """Whether even as many arrangements as there may be would probably show nothing.

    Intervals shrink with the square root of their number. Giving up claims nothing, so it costs no error.
    """
    test = averaging_test(arranged, suspect.endpoint, seed)
    low, high = test.interval(INTERVAL_ALPHA)
    in_the_end = (high - low) / 2 * math.sqrt(len(arranged) / MOST_ARRANGEMENTS)
    return in_the_end > HOPELESS * abs(test.estimate - math.log1p(suspect.limit_percent / 100))


def arranged_of(processes: Iterable[ArrangedProcess]) -> dict[BenchmarkId, Arranged]:
    """Arrangements of each benchmark that have at least one complete round."""
    numbered: dict[int, list[ArrangedProcess]] = {}
    for one in processes:
        numbered.setdefault(one.arrangement, []).append(one)
    found: dict[BenchmarkId, list[tuple[Round, ...]]] = {}
    for _, some in sorted(numbered.items()):
        for key, rounds in rounds_of(some).items():
            if rounds:
                found.setdefault(key, []).append(rounds)
    return {key: tuple(arrangements[:MOST_ARRANGEMENTS]) for key, arrangements in found.items()}


def averaged(arranged: Arranged, suspect: Suspect, seed: int) -> Averaged | None:
    """The change averaged over these arrangements; None where there are none."""
    if not arranged:
        return None
    test = averaging_test(arranged, suspect.endpoint, seed)
    known = len(arranged) >= FEWEST_FOR_INTERVAL
    low, high = test.interval(INTERVAL_ALPHA)
    return Averaged(
        arrangements=len(arranged),
        change_percent=_percent(test.estimate),
        low_percent=_percent(low) if known else None,
        high_percent=_percent(high) if known else None,
        within=_shown(arranged, suspect, seed),
    )


def _shown(arranged: Arranged, suspect: Suspect, seed: int) -> bool | None:
    """Replay the looks: within the limit, or beyond it? The first answer stands."""
    limit = math.log1p(suspect.limit_percent / 100)
    for count, level in LOOKS:
        if len(arranged) < count:
            break
        seen = arranged[:count]
        test = averaging_test(seen, suspect.endpoint, seed)
        if test.p_slow(limit) <= level:
            return False
        if test.p_fast(limit) <= level and averaging_test(seen, Endpoint.TYPICAL, seed).p_slow(limit) > level:
            return True
    return None


def averaging_test(arranged: Arranged, endpoint: Endpoint, seed: int, draws: int = DRAWS) -> Shift:
    """The randomisation test with the arrangement as the unit; at least one of them."""
    name = "floor_ns" if endpoint is Endpoint.FLOOR else "typical_ns"

    def logs(side: Side) -> list[float]:
        return [
            math.log(low_third(getattr(getattr(one, side), name) for one in rounds)) for rounds in arranged
        ]

    return Shift(np.array(logs(Side.BASELINE)), np.array(logs(Side.CURRENT)), seed, draws, mean)


def _percent(log_change: float) -> float:
    return rounded(math.expm1(log_change) * 100)
