"""Does timing agree that proven benchmarks run the same code? By the product's own test. Pure."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from benchmark_ci.judge.arrangements import MOST_ARRANGEMENTS, averaging_test
from benchmark_ci.judge.endpoints import Round, primary
from benchmark_ci.judge.looks import MOST_ROUNDS, decide, shift_test
from benchmark_ci.judge.numbers import low_third, rounded
from benchmark_ci.judge.randomisation import Shift
from benchmark_ci.judge.result import INTERVAL_ALPHA
from benchmark_ci.model import BenchmarkId, Noun, Settings, Verdict
from benchmarks.proof.changes import CHANGES, keyed
from benchmarks.proof.plan import Part, left, seed
from benchmarks.proof.record import Study, Timed, TimedBenchmark

TOLERATED_PERCENT = 1.0
USUAL_PERCENT = Settings().threshold_percent

ERROR = 0.05
"""The chance that any of all the comparisons of equal code lies beyond, by the union bound."""

FINENESS = 20
"""So many re-labellings reach the level at least, were every one equally likely."""

MOST_DRAWS = 2**MOST_ROUNDS
"""So many re-labellings of the most rounds there are."""

SAME_DRAW = 0
"""The seed of many re-labellings, which take long to draw: comparisons may share them."""

SCREEN = 0.01
"""A p-value above this by the product's few re-labellings needs no more of them: the level is far away."""


class Apart(Noun):
    """One comparison of identical code."""

    change: str
    benchmark: str
    rounds: int
    nanoseconds: float  # of baseline: what a cycle more or less is to be held against
    instructions: tuple[int | None, int | None]  # of one iteration, on baseline and current
    change_percent: float
    low_percent: float
    high_percent: float
    p_beyond: float  # of "its change is at most 1 % in either direction"


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


class Agreement(Noun):
    """All comparisons of identical code."""

    comparisons: int
    changes: int
    whole: int  # of executables that are equal as a whole
    left: int  # that are to be timed and were not
    rounds: int  # the fewest of a comparison
    seconds: tuple[float, ...]  # that a process measured, as Criterion's flag says it
    level: float  # at which each comparison is tested, one-sided
    draws: int
    hours: float
    load_average: float  # median of the last minutes before each part
    median_percent: float  # of the absolute changes
    largest_percent: float
    usual_beyond: int  # whose uncorrected 95 % interval lies beyond the tolerated change
    regressed: int  # by the product's looks at its usual threshold, each benchmark for itself
    improved: int
    beyond: tuple[Apart, ...]  # whose corrected interval does
    elsewhere: tuple[Elsewhere, ...]  # of these, what was timed in other arrangements
    elsewhere_level: float  # at which each of them is tested, one-sided
    failed: tuple[str, ...]

    @property
    def beyond_elsewhere(self) -> tuple[Elsewhere, ...]:
        """Of what was timed in other arrangements, what lies beyond there too."""
        return tuple(one for one in self.elsewhere if one.p_beyond <= self.elsewhere_level)

    @property
    def remains(self) -> Remains:
        """Of what was timed in other arrangements; at least one benchmark."""
        linked = {(one.change, one.benchmark): math.log1p(one.change_percent / 100) for one in self.beyond}
        sizes = [linked[one.change, one.benchmark] for one in self.elsewhere]
        averages = [
            math.copysign(1, size) * math.log1p(one.change_percent / 100)
            for size, one in zip(sizes, self.elsewhere, strict=True)
        ]
        spread = statistics.stdev(averages) if len(averages) > 1 else 0.0
        widths = [one.high_percent - one.low_percent for one in self.elsewhere]
        return Remains(
            linked_percent=round(statistics.mean(map(abs, sizes)) * 100, 1),
            averaged_percent=round(statistics.mean(averages) * 100, 1),
            error_percent=round(spread / math.sqrt(len(averages)) * 100, 1),
            half_width_percent=round(statistics.median(widths) / 2, 1),
        )


def agreement(study: Study) -> Agreement:
    """Judge everything that was timed."""
    timed = [(part, one) for part in study.timed for one in part.benchmarks]
    level = ERROR / (2 * max(1, len(timed)))
    draws = min(power_of_two(2 * FINENESS / level), MOST_DRAWS)
    found = [_apart(study, part, one, draws) for part, one in timed]
    beyond = tuple(one for one in found if one.p_beyond <= level)
    elsewhere_level = ERROR / (2 * max(1, len(beyond)))
    said = Counter(decide(one.rounds, USUAL_PERCENT, part.seed).verdict for part, one in timed)
    sizes = sorted(abs(one.change_percent) for one in found)
    loads = sorted(part.load_average[0] for part in study.timed)
    return Agreement(
        comparisons=len(found),
        changes=len({one.change for one in found}),
        whole=sum(_whole(study, part.change, one) for part, one in timed),
        left=sum(len(left(change, study)) for change in CHANGES),
        rounds=min((one.rounds for one in found), default=0),
        seconds=tuple(sorted({part.measurement_seconds for part in study.timed})),
        level=level,
        draws=draws,
        hours=round(sum(part.elapsed_seconds for part in study.timed) / 3600, 2),
        load_average=loads[len(loads) // 2] if loads else 0.0,
        median_percent=sizes[len(sizes) // 2] if sizes else 0.0,
        largest_percent=sizes[-1] if sizes else 0.0,
        usual_beyond=sum(
            one.low_percent > TOLERATED_PERCENT or one.high_percent < _faster_percent() for one in found
        ),
        regressed=said[Verdict.REGRESSED],
        improved=said[Verdict.IMPROVED],
        beyond=beyond,
        elsewhere=tuple(_elsewhere(study, beyond, elsewhere_level)),
        elsewhere_level=elsewhere_level,
        failed=tuple(failure for part in study.timed for failure in part.failed),
    )


def unarranged(study: Study) -> Iterator[Part]:
    """What lies beyond and lacks arrangements, by change and by the number of its next one."""
    found = agreement(study)
    beyond = {(one.change, one.benchmark) for one in found.beyond}
    wanted: dict[tuple[str, int], list[BenchmarkId]] = defaultdict(list)
    known = _arrangements(study)
    for part in study.timed:
        for one in part.benchmarks:
            key = (part.change, one.id.full_id)
            done = len(known.get(key, ()))
            if key in beyond and done < MOST_ARRANGEMENTS:
                wanted[part.change, done].append(one.id)
    for (change, done), suspects in wanted.items():
        yield Part(change=change, number=done, seed=seed(keyed(change)), benchmarks=tuple(suspects))


def _apart(study: Study, part: Timed, one: TimedBenchmark, draws: int) -> Apart:
    endpoint = primary(one.rounds)
    test = shift_test(one.rounds, endpoint, part.seed)
    p_beyond = _p_beyond(test)
    if p_beyond <= SCREEN:
        p_beyond = _p_beyond(shift_test(one.rounds, endpoint, SAME_DRAW, draws))
    low, high = test.interval(INTERVAL_ALPHA)
    proof = next(proof for proof in study.proven[part.change].benchmarks if proof.id == one.id)
    return Apart(
        change=part.change,
        benchmark=one.id.full_id,
        rounds=len(one.rounds),
        nanoseconds=rounded(low_third(getattr(each.baseline, f"{endpoint}_ns") for each in one.rounds)),
        instructions=(proof.baseline_instructions, proof.current_instructions),
        change_percent=percent(test.estimate),
        low_percent=percent(low),
        high_percent=percent(high),
        p_beyond=p_beyond,
    )


def _elsewhere(study: Study, beyond: Iterable[Apart], level: float) -> Iterator[Elsewhere]:
    """What of `beyond` was timed in so many other arrangements that it could lie beyond there, too."""
    known = _arrangements(study)
    for one in beyond:
        arrangements = known.get((one.change, one.benchmark), ())
        if 2.0 ** -len(arrangements) <= level:
            endpoint = primary(tuple(chain.from_iterable(arrangements)))
            draws = min(power_of_two(2 * FINENESS / level), MOST_DRAWS)
            test = averaging_test(arrangements, endpoint, SAME_DRAW, draws)
            low, high = test.interval(INTERVAL_ALPHA)
            yield Elsewhere(
                change=one.change,
                benchmark=one.benchmark,
                arrangements=len(arrangements),
                change_percent=percent(test.estimate),
                low_percent=percent(low),
                high_percent=percent(high),
                p_beyond=_p_beyond(test),
            )


def _arrangements(study: Study) -> Mapping[tuple[str, str], tuple[tuple[Round, ...], ...]]:
    """The rounds of each arrangement, by change and benchmark."""
    found: dict[tuple[str, str], dict[int, tuple[Round, ...]]] = defaultdict(dict)
    for part in study.arranged:
        for one in part.benchmarks:
            found[part.change, one.id.full_id][part.number] = one.rounds
    return {key: tuple(one for _, one in sorted(numbered.items())) for key, numbered in found.items()}


def _p_beyond(test: Shift) -> float:
    tolerated = math.log1p(TOLERATED_PERCENT / 100)
    return min(test.p_slow(tolerated), test.p_fast(-tolerated))


def percent(log_change: float) -> float:
    """A change in percent."""
    return round(math.expm1(log_change) * 100, 3)


def power_of_two(at_least: float) -> int:
    """The smallest one that is not less."""
    return 1 << math.ceil(math.log2(at_least))


def _faster_percent() -> float:
    return -TOLERATED_PERCENT / (1 + TOLERATED_PERCENT / 100)


def _whole(study: Study, change: str, one: TimedBenchmark) -> bool:
    proofs: Iterable[bool] = (
        proof.whole
        for proof in study.proven[change].proofs
        if (proof.target.package, proof.target.name) == (one.id.package, one.id.target)
    )
    return any(proofs)
