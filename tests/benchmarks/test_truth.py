"""The study's own instruments: bounds, rival rules, the store, replaying, the chart."""

from __future__ import annotations

import math
import random
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from benchmark_ci.judge.panel import Panel
from benchmark_ci.model import BenchmarkId, Process, Side, Verdict
from benchmarks.truth import plan, rivals, store
from benchmarks.truth.chart import Line, chart
from benchmarks.truth.crates import CRATES
from benchmarks.truth.exact import rate
from benchmarks.truth.figures import Figures, figures
from benchmarks.truth.measuring import Thresholds, kept
from benchmarks.truth.quoted import quoted
from benchmarks.truth.record import Experiment, Kept, Key, Load, Machine, Run
from benchmarks.truth.replay import replay
from benchmarks.truth.report import report, tables
from tests.engine import bench, noisy_pairs, processes, recording, rounds

DOCS = Path(__file__).resolve().parents[2] / "docs"
KEY = Key(experiment=Experiment.SAME, crate="ryu", load=Load.REST, repetition=0)


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (0, 480, 0.0, 1 - 0.025 ** (1 / 480)),
        (480, 480, 0.025 ** (1 / 480), 1.0),
        (1, 10, 0.002529, 0.445016),  # R: binom.test(1, 10)
        (5, 20, 0.086571, 0.491046),  # R: binom.test(5, 20)
        (30, 1500, 0.013535, 0.028424),  # R: binom.test(30, 1500)
    ],
)
def test_bounds_are_those_of_clopper_and_pearson(hits: int, trials: int, low: float, high: float) -> None:
    found = rate(hits, trials)

    assert found.low == pytest.approx(low, abs=2e-5)
    assert found.high == pytest.approx(high, abs=2e-5)


def test_without_trials_everything_is_possible() -> None:
    assert (rate(0, 0).low, rate(0, 0).high) == (0.0, 1.0)


def _kept(means: list[tuple[float, float]], spread: float = 1.0, shift: int = 0) -> Kept:
    source = random.Random(1)
    samples = [source.randrange(0, 500) for _ in range(100)]
    return Kept(
        id=bench(),
        calibration_seconds=0.5,
        baseline=tuple((one, one, one, spread, 0.3, 1) for one, _ in means),
        current=tuple((other, other, other, spread, 0.3, 1) for _, other in means),
        baseline_samples=tuple(samples),
        current_samples=tuple(sample + shift for sample in samples),
    )


def test_criterion_calls_what_its_interval_shows_beyond_one_percent() -> None:
    assert rivals.criterion(_kept([(100, 100)])) == 0
    assert (
        rivals.criterion(_kept([(100, 100)], shift=50)) == 0
    )  # 0.5 %: significant, within the noise threshold
    assert rivals.criterion(_kept([(100, 100)], shift=400)) == 1
    assert rivals.criterion(_kept([(100, 100)], shift=-400)) == -1


def test_compare_action_prints_bold_beyond_the_smaller_deviation() -> None:
    assert rivals.compare_action(_kept([(100, 100.9)])) == 0
    assert rivals.compare_action(_kept([(100, 101.1)])) == 1
    assert rivals.compare_action(_kept([(101.1, 100)])) == -1


def test_a_fixed_ratio() -> None:
    assert [rivals.ratio(10)(_kept([(100, mean)])) for mean in (80.0, 109.0, 111.0)] == [-1, 0, 1]


def test_mann_whitney_on_ten_runs() -> None:
    apart = [(100.0 + number, 200.0 + number) for number in range(10)]
    mixed = [(100.0 + number, 100.5 + number) for number in range(10)]

    assert rivals.mann_whitney(_kept(apart)) == 1
    assert rivals.mann_whitney(_kept(mixed)) == 0
    assert rivals.mann_whitney(_kept(apart[:9])) is None
    assert rivals._at_most(23, 10) * 2 < 0.05 < rivals._at_most(24, 10) * 2  # the tables' critical value


def _run(key: Key = KEY, change: float = 0.0, count: int = 20) -> Run:
    measured = [
        process
        for name in ("a", "b")
        for process in processes(bench(name), noisy_pairs(random.Random(name), count, change))
    ]
    return Run(
        key=key,
        thresholds=(5.0, 10.0),
        seed=3,
        started="2026-01-01T00:00:00+00:00",
        machine=Machine(cpu="cpu", cores=2, os="Linux", rustc="rustc"),
        load_average=(0.1, 0.2),
        cpu_share=0.5,
        elapsed_seconds=10,
        same_bytes=True,
        benchmarks=kept(recording(measured), (5.0, 10.0), 3),
    )


def test_a_store_that_was_cut_off_keeps_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl.gz"
    first, second = _run(), _run(KEY.model_copy(update={"repetition": 1}))
    store.append(first, path)
    whole = path.read_bytes()
    store.append(second, path)
    path.write_bytes(path.read_bytes()[:-20])

    assert store.read(path) == [first]
    store.append(second, path)
    assert store.read(path) == [first, second]
    assert path.read_bytes().startswith(whole)


def test_replaying_stops_where_the_product_stops() -> None:
    pairs = noisy_pairs(random.Random(5), 20)
    panel = Panel(10.0, 3)
    stopped = 0
    for number in range(1, 21):
        for process in processes(bench(), pairs[:number])[-2:]:
            panel.hear(process)
        if bench() in panel.decided():
            stopped = number
            break

    said = replay({bench(): rounds(pairs)}, 10.0, 3)[bench()]

    assert (said.rounds, said.verdict) == (stopped, Verdict.UNCHANGED)


def test_measuring_goes_on_until_every_threshold_and_the_least_rounds_are_reached() -> None:
    question = Thresholds((3.0, 10.0), seed=1, least_rounds=10)
    decided_after = 0
    for number, (one, other) in enumerate(_equal_rounds(bench()), start=1):
        question.hear(one)
        question.hear(other)
        if bench() in question.decided():
            decided_after = number
            break

    assert decided_after == 10


def _equal_rounds(benchmark: BenchmarkId) -> list[tuple[Process, Process]]:
    source = random.Random(2)
    pairs = [(100 + source.random() / 100, 100 + source.random() / 100) for _ in range(20)]
    measured = processes(benchmark, pairs)
    return list(zip(measured[::2], measured[1::2], strict=True))


def test_every_run_of_the_plan_stands_once() -> None:
    runs = list(plan.runs())

    assert len(set(runs)) == len(runs)
    for crate in CRATES:
        own = {
            run.repetition for run in runs if run.crate == crate.name and run.experiment is Experiment.SAME
        }
        assert own == set(range(crate.repetitions))
    assert len({plan.seed(run) for run in runs}) == len(runs)


def test_figures_and_files(tmp_path: Path) -> None:
    planted = KEY.model_copy(update={"experiment": Experiment.PLANTED, "size_percent": 20})
    runs = [_run(), _run(planted, change=20.0)]

    found = figures(runs)

    assert found.comparisons == 4
    assert found.retold_differently == 0
    equal, slower = (
        next(cell for cell in found.cells if cell.threshold == 10 and cell.experiment is experiment)
        for experiment in (Experiment.SAME, Experiment.PLANTED)
    )
    assert equal.verdicts[Verdict.UNCHANGED].hits == 2
    assert slower.verdicts[Verdict.REGRESSED].hits == 2
    assert [round(one.floor_percent) for one in found.planted] == [20, 20]
    assert set(report(found, tmp_path)) == {"figures.json", "tables.md", "power-rest.svg"}


def test_the_tables_and_the_methodology_say_what_the_figures_say() -> None:
    found = Figures.model_validate_json((DOCS / "data" / "truth" / "figures.json").read_text("utf-8"))
    assert found.runs == len(store.read())
    assert (DOCS / "data" / "truth" / "tables.md").read_text("utf-8") == tables(found)
    assert quoted(found) in (DOCS / "methodology.md").read_text("utf-8")


def test_moved_code_that_timing_calls_changed_is_counted_with_what_the_proof_says() -> None:
    moved = KEY.model_copy(update={"experiment": Experiment.MOVED})

    def asked(proven: bool, change: float) -> Run:
        run = _run(moved, change=change)
        return run.model_copy(
            update={"benchmarks": tuple(one.model_copy(update={"proven": proven}) for one in run.benchmarks)}
        )

    (found,) = figures(
        [asked(True, 30.0), asked(True, 0.0), asked(False, 30.0), _run(moved, change=30.0)]
    ).moved
    each = len(_run(moved).benchmarks)
    assert (found.comparisons, found.called_changed) == (3 * each, 2 * each), "what was not asked is left out"
    assert (found.proven, found.called_and_not_proven) == (2 * each, each)


def test_what_the_second_look_takes_back_is_counted() -> None:
    moved = KEY.model_copy(update={"experiment": Experiment.MOVED})

    def looked_at(said: str) -> Run:
        run = _run(moved, change=30.0)
        update = {"proven": False, "said": said}
        return run.model_copy(
            update={"benchmarks": tuple(one.model_copy(update=update) for one in run.benchmarks)}
        )

    found = figures([looked_at("placement"), looked_at("regressed"), looked_at("")])
    each = len(_run(moved).benchmarks)

    (counted,) = found.moved
    assert (counted.asked_for_all, counted.regressed_by_timing) == (2 * each, 2 * each)
    assert (counted.regressed.hits, counted.regressed.trials) == (each, 2 * each)
    told = f"that got the second look, too, timing called {2 * each} regressed and the product {each}"
    assert told in quoted(found)


def test_the_chart_names_itself_and_is_well_formed() -> None:
    points = tuple((float(size), rate(size, 20)) for size in (0, 5, 20))

    line = Line(name="threshold < 5 %", points=points)

    root = ElementTree.fromstring(chart("Power & more", "rising", [line]))  # noqa: S314 - our own

    assert root.attrib["role"] == "img"
    assert root[0].text == "Power & more"
    assert all(math.isfinite(float(one.attrib["r"])) for one in root.iter() if "r" in one.attrib)


def test_sides_are_told_apart() -> None:
    measured = processes(bench(), [(100.0, 120.0)] * 3)

    one = kept(recording(measured), (10.0,), 1)[0]

    assert {row[0] for row in one.baseline} == {100.0}
    assert {row[0] for row in one.current} == {120.0}
    assert {process.side for process in measured} == set(Side)
