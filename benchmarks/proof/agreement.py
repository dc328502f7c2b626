"""Does timing agree that proven benchmarks run the same code? By the product's own test. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from benchmark_ci.judge.arrangements import MOST_ARRANGEMENTS
from benchmark_ci.judge.endpoints import primary
from benchmark_ci.judge.looks import decide, shift_test
from benchmark_ci.judge.numbers import low_third, rounded
from benchmark_ci.judge.result import INTERVAL_ALPHA
from benchmark_ci.model import BenchmarkId, Noun, Settings, Verdict
from benchmarks.proof.averages import Elsewhere, arrangements_of, averaged
from benchmarks.proof.beyond import (
    SAME_DRAW,
    TOLERATED_PERCENT,
    Apart,
    draws_of,
    level_of,
    p_beyond,
    percent,
)
from benchmarks.proof.changes import CHANGES, keyed
from benchmarks.proof.plan import Part, left, seed
from benchmarks.proof.record import Study, Timed, TimedBenchmark

USUAL_PERCENT = Settings().threshold_percent

SCREEN = 0.01
"""A p-value above this by the product's few re-labellings needs no more of them: the level is far away."""


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


def agreement(study: Study) -> Agreement:
    """Judge everything that was timed."""
    timed = [(part, one) for part in study.timed for one in part.benchmarks]
    level = level_of(len(timed))
    draws = draws_of(level)
    found = [_apart(study, part, one, draws) for part, one in timed]
    beyond = tuple(one for one in found if one.p_beyond <= level)
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
        elsewhere=tuple(averaged(study, beyond)),
        elsewhere_level=level_of(len(beyond)),
        failed=tuple(failure for part in study.timed for failure in part.failed),
    )


def unarranged(study: Study) -> Iterator[Part]:
    """What lies beyond and lacks arrangements, by change and by the number of its next one."""
    found = agreement(study)
    beyond = {(one.change, one.benchmark) for one in found.beyond}
    wanted: dict[tuple[str, int], list[BenchmarkId]] = defaultdict(list)
    known = arrangements_of(study)
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
    p = p_beyond(test)
    if p <= SCREEN:
        p = p_beyond(shift_test(one.rounds, endpoint, SAME_DRAW, draws))
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
        p_beyond=p,
    )


def _faster_percent() -> float:
    return -TOLERATED_PERCENT / (1 + TOLERATED_PERCENT / 100)


def _whole(study: Study, change: str, one: TimedBenchmark) -> bool:
    proofs: Iterable[bool] = (
        proof.whole
        for proof in study.proven[change].proofs
        if (proof.target.package, proof.target.name) == (one.id.package, one.id.target)
    )
    return any(proofs)
