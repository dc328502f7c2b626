"""From recorded runs to figures: rates with exact bounds, seconds, rounds. Pure."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from benchmark_ci.model import Noun, Verdict
from benchmarks.truth import plan
from benchmarks.truth.exact import Rate, rate
from benchmarks.truth.record import Experiment, Kept, Load, Machine, Run
from benchmarks.truth.replay import replay
from benchmarks.truth.rivals import FLOOR, RULES, WALL
from benchmarks.truth.suites import Suites, suites

VERDICTS = (Verdict.REGRESSED, Verdict.IMPROVED, Verdict.UNCHANGED, Verdict.INCONCLUSIVE)


class Judged(Noun):
    """One benchmark of one run, at one threshold."""

    verdict: Verdict
    rounds: int
    seconds: float  # of its processes, calibration included


class Cell(Noun):
    """What was said of all benchmarks measured under the same conditions."""

    experiment: Experiment
    load: Load
    threshold: float
    size_percent: int
    comparisons: int
    verdicts: dict[str, Rate]
    seconds_median: float
    seconds_p90: float
    rounds_median: float


class Rival(Noun):
    """How often a rule of others said "slower" and "changed"."""

    rule: str
    experiment: Experiment
    load: Load
    size_percent: int
    slower: Rate
    changed: Rate


class Planted(Noun):
    """How large a planted slowdown is as measured: from all processes at rest, far more than one run has."""

    benchmark: str
    size_percent: int
    processes: int
    floor_percent: float


class Moved(Noun):
    """Code that only lies elsewhere: what timing alone says, what the proof before it, and what all together.

    The first runs were not asked for the product's last word, which the second look has.
    """

    load: Load
    comparisons: int
    called_changed: int  # by timing alone, at the usual threshold
    proven: int  # to run the same code, so never timed
    called_and_not_proven: int
    asked_for_all: int  # comparisons of which the product's last word is known
    regressed_by_timing: int  # of these, by timing alone
    regressed: Rate  # of these, in the end


class Progress(Noun):
    """How many of the planned runs are done."""

    experiment: Experiment
    load: Load
    done: int
    planned: int


class Figures(Noun):
    """Everything that the study found."""

    runs: int
    comparisons: int
    measuring_hours: float
    first: str
    last: str
    machines: tuple[Machine, ...]
    load_average_median: dict[str, float]
    cpu_share_median: dict[str, float]
    failed: tuple[str, ...]
    retold_differently: int  # verdicts that judging again says differently; 0 unless the product changed
    cells: tuple[Cell, ...]
    rivals: tuple[Rival, ...]
    planted: tuple[Planted, ...]
    moved: tuple[Moved, ...]
    suites: tuple[Suites, ...]
    progress: tuple[Progress, ...]


def figures(runs: Sequence[Run]) -> Figures:
    """The figures of these runs; at least one."""
    grouped: dict[tuple[Experiment, Load, float, int], list[Judged]] = defaultdict(list)
    different = 0
    for run in runs:
        for threshold in run.thresholds:
            key = (run.key.experiment, run.key.load, threshold, run.key.size_percent)
            for one, judged in _judged(run, threshold):
                grouped[key].append(judged)
                different += one.verdicts.get(f"{threshold:g}") != judged.verdict
    loads = {load.value: [run for run in runs if run.key.load is load] for load in Load}
    return Figures(
        runs=len(runs),
        comparisons=sum(len(run.benchmarks) for run in runs),
        measuring_hours=round(sum(run.elapsed_seconds for run in runs) / 3600, 2),
        first=min(run.started for run in runs),
        last=max(run.started for run in runs),
        machines=tuple({run.machine: None for run in runs}),
        load_average_median={
            name: statistics.median(run.load_average[1] for run in some)
            for name, some in loads.items()
            if some
        },
        cpu_share_median={
            name: statistics.median(run.cpu_share for run in some) for name, some in loads.items() if some
        },
        failed=tuple(failure for run in runs for failure in run.failed),
        retold_differently=different,
        cells=tuple(_cell(key, grouped[key]) for key in sorted(grouped)),
        rivals=tuple(_rivals(runs)),
        planted=tuple(_planted(runs)),
        moved=tuple(_moved(runs)),
        suites=tuple(suites(runs)),
        progress=tuple(_progress(runs)),
    )


def _judged(run: Run, threshold: float) -> Iterator[tuple[Kept, Judged]]:
    said = replay({one.id: one.rounds for one in run.benchmarks}, threshold, run.seed)
    for one in run.benchmarks:
        if one.id in said:
            count = said[one.id].rounds
            walls = [row[WALL] for row in (*one.baseline[:count], *one.current[:count])]
            seconds = one.calibration_seconds + sum(walls)
            yield one, Judged(verdict=said[one.id].verdict, rounds=count, seconds=seconds)


def _cell(key: tuple[Experiment, Load, float, int], judged: Sequence[Judged]) -> Cell:
    experiment, load, threshold, size = key
    tally = Counter(one.verdict for one in judged)
    seconds = sorted(one.seconds for one in judged)
    return Cell(
        experiment=experiment,
        load=load,
        threshold=threshold,
        size_percent=size,
        comparisons=len(judged),
        verdicts={verdict.value: rate(tally[verdict], len(judged)) for verdict in VERDICTS},
        seconds_median=round(statistics.median(seconds), 1),
        seconds_p90=round(seconds[math.ceil(0.9 * len(seconds)) - 1], 1),
        rounds_median=statistics.median(one.rounds for one in judged),
    )


def _rivals(runs: Sequence[Run]) -> Iterator[Rival]:
    grouped: dict[tuple[Experiment, Load, int], list[Kept]] = defaultdict(list)
    for run in runs:
        key = (run.key.experiment, run.key.load, run.key.size_percent)
        grouped[key] += [one for one in run.benchmarks if one.baseline]
    for (experiment, load, size), all_kept in sorted(grouped.items()):
        for name, rule in RULES.items():
            said = [answer for one in all_kept if (answer := rule(one)) is not None]
            yield Rival(
                rule=name,
                experiment=experiment,
                load=load,
                size_percent=size,
                slower=rate(said.count(1), len(said)),
                changed=rate(len(said) - said.count(0), len(said)),
            )


def _planted(runs: Iterable[Run]) -> Iterator[Planted]:
    floors: dict[tuple[str, int], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for run in runs:
        if run.key.experiment is Experiment.PLANTED and run.key.load is Load.REST:
            for one in run.benchmarks:
                baseline, current = floors[one.id.full_id, run.key.size_percent]
                baseline += [math.log(row[FLOOR]) for row in one.baseline]
                current += [math.log(row[FLOOR]) for row in one.current]
    for (benchmark, size), (baseline, current) in sorted(floors.items()):
        change = math.expm1(_low_third(current) - _low_third(baseline)) * 100
        yield Planted(
            benchmark=benchmark, size_percent=size, processes=len(current), floor_percent=round(change, 2)
        )


def _moved(runs: Sequence[Run]) -> Iterator[Moved]:
    for load in Load:
        asked = [
            (one, judged.verdict)
            for run in runs
            if run.key.experiment is Experiment.MOVED and run.key.load is load
            for one, judged in _judged(run, max(run.thresholds))
            if one.proven is not None
        ]
        if asked:
            changed = [one for one, verdict in asked if verdict in (Verdict.REGRESSED, Verdict.IMPROVED)]
            last = [(one.said, verdict) for one, verdict in asked if one.said]
            yield Moved(
                load=load,
                comparisons=len(asked),
                called_changed=len(changed),
                proven=sum(bool(one.proven) for one, _ in asked),
                called_and_not_proven=sum(not one.proven for one in changed),
                asked_for_all=len(last),
                regressed_by_timing=sum(verdict is Verdict.REGRESSED for _, verdict in last),
                regressed=rate(sum(said == Verdict.REGRESSED for said, _ in last), len(last)),
            )


def _progress(runs: Iterable[Run]) -> Iterator[Progress]:
    done = {run.key for run in runs}
    planned: dict[tuple[Experiment, Load], list[bool]] = defaultdict(list)
    for key in plan.runs():
        if key.load is not Load.SHARED:
            planned[key.experiment, key.load].append(key in done)
    for (experiment, load), found in sorted(planned.items()):
        yield Progress(experiment=experiment, load=load, done=sum(found), planned=len(found))


def _low_third(logs: list[float]) -> float:
    return statistics.fmean(sorted(logs)[: -(-len(logs) // 3)])
