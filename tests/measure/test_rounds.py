"""Measuring with real processes: stand-ins that behave as Criterion executables do (tests/engine.py)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmark_ci.build.executable import Executable
from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.panel import Panel
from benchmark_ci.measure.kept import KeptFiles
from benchmark_ci.measure.recording import Recorder, read
from benchmark_ci.measure.rounds import Question, Rounds
from benchmark_ci.model import (
    BenchmarkId,
    Comparison,
    Config,
    Discovered,
    End,
    Process,
    Recording,
    Side,
    Throughput,
    Verdict,
)
from benchmark_ci.wall.site import Site
from tests.engine import Heard, bench, discovered, header, preparation, stand_in

SEED = 12


class Bench:
    """One measuring run in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.voice = Heard()
        (folder / "site").mkdir()
        self.site = Site(folder / "site", None)
        self.kept = KeptFiles(folder / "kept")

    def run(
        self,
        baseline: dict[str, float | str],
        current: dict[str, float | str],
        *,
        budget_seconds: float = 120,
        first_limit_seconds: float = 60,
        question: Question | None = None,
        found: tuple[Discovered, ...] | None = None,
        seed: int = SEED,
        config: Config | None = None,
    ) -> Recording:
        executables = (
            stand_in(self.folder / "programs", Side.BASELINE, baseline),
            stand_in(self.folder / "programs", Side.CURRENT, current),
        )
        benchmarks = found or tuple(discovered(bench(name)) for name in baseline)
        return self.measure(
            executables,
            benchmarks,
            budget_seconds,
            first_limit_seconds,
            question or Panel(10, seed),
            seed,
            config,
        )

    def measure(
        self,
        executables: tuple[Executable, ...],
        benchmarks: tuple[Discovered, ...],
        budget_seconds: float,
        first_limit_seconds: float,
        question: Question,
        seed: int,
        config: Config | None = None,
    ) -> Recording:
        recorder = Recorder(self.folder / "recording.jsonl.gz")
        recorder.add(header(seed=seed))
        recorder.add(preparation(benchmarks))
        rounds = Rounds(
            executables,
            benchmarks,
            self.site,
            recorder,
            self.kept,
            question,
            self.voice,
            seed,
            budget_seconds,
            first_limit_seconds,
            config,
        )
        reason = rounds.run()
        recorder.add(
            End(reason=reason, measuring_seconds=rounds.elapsed_seconds, total_seconds=rounds.elapsed_seconds)
        )
        recorder.close()
        return read(recorder.path)

    def calls(self, side: Side) -> list[str]:
        return (self.folder / "programs" / f"{side}.log").read_text().splitlines()


@pytest.fixture
def here(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def verdicts(recording: Recording) -> dict[str, Verdict]:
    return {one.id: one.verdict for one in compare(recording).benchmarks}


def numbers(recording: Recording, full_id: str) -> Counter[int]:
    return Counter(one.round for one in recording.processes if one.id.full_id == full_id)


def reason(recording: Recording) -> str:
    assert recording.end
    return recording.end.reason


def test_the_same_code_is_unchanged_and_a_slowdown_is_regressed(here: Bench) -> None:
    found = here.run({"same": 100, "slow/er": 100}, {"same": 100, "slow/er": 150})
    assert verdicts(found) == {"same": Verdict.UNCHANGED, "slow/er": Verdict.REGRESSED}
    assert reason(found) == "decided"
    assert found.failures == ()


def test_every_round_has_both_sides_once_and_one_of_them_first(here: Bench) -> None:
    found = here.run({"a": 100, "b": 50}, {"a": 100, "b": 50})
    for name in "ab":
        assert set(numbers(found, name).values()) == {2}
        assert sorted(numbers(found, name)) == list(range(len(numbers(found, name))))
        for number in numbers(found, name):
            pair = [one for one in found.processes if (one.id.full_id, one.round) == (name, number)]
            assert {one.side for one in pair} == set(Side)
            assert [one.first for one in pair] == [True, False], "recorded in the order in which they ran"


def test_back_to_back_and_one_benchmark_at_a_time(here: Bench) -> None:
    found = here.run({"a": 100, "b": 50, "c": 70}, {"a": 100, "b": 50, "c": 70})
    pairs = list(zip(found.processes[::2], found.processes[1::2], strict=True))
    assert all((one.id, one.round) == (other.id, other.round) for one, other in pairs)
    order = [one.id.full_id for one, _ in pairs if one.round]
    assert len({tuple(order[i : i + 3]) for i in range(0, 21, 3)}) > 1, "drawn anew in each pass"


def test_the_order_of_sides_is_drawn_anew_and_follows_the_seed(tmp_path: Path) -> None:
    def order(name: str, seed: int) -> list[Side]:
        (tmp_path / name).mkdir()
        panel = Wanting({bench("a"): 12})
        found = Bench(tmp_path / name).run({"a": 100}, {"a": 100}, seed=seed, question=panel)
        return [one.side for one in found.processes if one.first and one.round]

    first = order("first", 1)
    assert len(first) == 12
    assert 2 <= Counter(first)[Side.BASELINE] <= 10
    assert order("again", 1) == first
    assert order("other", 2) != first


def test_each_process_is_asked_for_one_benchmark_exactly(here: Bench) -> None:
    here.run({"f(x) [0-9]+": 10, "-n": 20}, {"f(x) [0-9]+": 10, "-n": 20})
    for side in Side:
        for call in here.calls(side):
            assert call.startswith("--bench --warm-up-time=")
            assert call.endswith((r"^f\(x\) \[0\-9\]\+$", r"^\-n$"))
            assert "--noplot" in call


def test_samples_and_throughput_are_recorded_as_criterion_left_them(here: Bench) -> None:
    found = here.run({"a": 100}, {"a": 100})
    one = found.processes[-1]
    assert one.iters == (1000.0,) * 12
    assert one.throughput == Throughput(unit="bytes", per_iteration=64)
    assert one.wall_seconds > 0


def test_nothing_is_left_behind_in_the_site(here: Bench) -> None:
    here.run({"a": 100}, {"a": 100})
    for side in Side:
        assert list((here.site.folder(side) / "criterion").iterdir()) == []


def test_the_kept_trees_hold_one_process_of_each_benchmark(here: Bench) -> None:
    here.run({"a": 100, "b/c": 9}, {"a": 100, "b/c": 9})
    for side in Side:
        assert set(here.kept.tree(side)) == {
            f"{folder}/new/{name}" for folder in ("a", "b_c") for name in ("benchmark.json", "sample.json")
        }


# --- what does not work


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("panic", "exit code 1"),
        ("silent", "left no result"),
        ("kill", "signal 11"),
        ("nan", "sample.json"),
    ],
)
def test_a_broken_benchmark_is_recorded_and_the_others_are_measured(
    here: Bench, how: str, words: str
) -> None:
    found = here.run({"good": 100, "bad": 100}, {"good": 100, "bad": how})
    assert verdicts(found) == {"good": Verdict.UNCHANGED, "bad": Verdict.FAILED}
    (failure,) = found.failures
    assert (failure.id, failure.side, failure.round) == (bench("bad"), Side.CURRENT, 0)
    assert words in failure.reason
    assert ("index is out of bounds" in failure.last_lines) == (how == "panic")
    assert reason(found) == "decided"


def test_broken_on_both_sides(here: Bench) -> None:
    found = here.run({"good": 100, "bad": "panic"}, {"good": 100, "bad": "panic"})
    assert {one.side for one in found.failures} == set(Side)
    assert compare(found).counts["failed"] == 1


def test_a_hanging_benchmark_is_ended_and_the_others_are_measured(here: Bench) -> None:
    found = here.run({"good": 100, "hangs": 100}, {"good": 100, "hangs": "hang"}, first_limit_seconds=3)
    assert verdicts(found) == {"good": Verdict.UNCHANGED, "hangs": Verdict.FAILED}
    (failure,) = found.failures
    assert "no answer within" in failure.reason


def test_a_benchmark_that_fills_the_disk_is_ended_and_the_others_are_measured(small_disk: Path) -> None:
    found = Bench(small_disk).run({"good": 100, "greedy": 100}, {"good": 100, "greedy": "fill"})
    assert verdicts(found) == {"good": Verdict.UNCHANGED, "greedy": Verdict.FAILED}
    (failure,) = found.failures
    assert (failure.side, failure.reason) == (Side.CURRENT, "It filled the disk")
    assert reason(found) == "decided"


def test_a_flaky_round_is_repeated_once_as_a_pair(here: Bench) -> None:
    """It fails once, after calibration."""
    found = here.run({"a": 100}, {"a": "once"})
    assert found.failures == ()
    assert verdicts(found) == {"a": Verdict.UNCHANGED}
    whole = [number for number, count in numbers(found, "a").items() if count == 2]
    half = [number for number, count in numbers(found, "a").items() if count == 1]
    assert len(half) <= 1
    assert len(whole) == 1 + 7


def test_a_benchmark_that_fails_twice_later_has_failed(here: Bench) -> None:
    found = here.run({"a": 100}, {"a": "later"})
    (failure,) = found.failures
    assert failure.round > 3
    assert "exit code 102" in failure.reason
    assert verdicts(found) == {"a": Verdict.FAILED}


def test_an_executable_that_took_itself_away_has_failed(here: Bench) -> None:
    found = here.run({"a": 100, "b": 50}, {"a": "vanish", "b": 50})
    assert {one.side for one in found.failures} == {Side.CURRENT}
    assert {one.id.full_id for one in found.failures} == {"a", "b"}
    assert any("cannot be started" in one.reason for one in found.failures)


def test_only_unambiguous_benchmarks_of_both_sides_are_measured(here: Bench) -> None:
    found = (
        discovered(bench("a")),
        discovered(bench("twice"), ambiguous=True),
        discovered(bench("gone"), (Side.BASELINE,)),
        discovered(bench("fresh"), (Side.CURRENT,)),
    )
    times: dict[str, float | str] = {"a": 100, "twice": 1, "gone": 1, "fresh": 1}
    recording = here.run(times, times, found=found)
    assert {one.id.full_id for one in recording.processes} == {"a"}
    assert verdicts(recording)["twice"] is Verdict.AMBIGUOUS


def test_what_a_benchmark_prints_is_not_spoken_by_us(here: Bench) -> None:
    here.run({"a": 100}, {"a": 100})
    assert not any("::error::" in line for line in (*here.voice.said, *here.voice.warned))


# --- several benchmarks in one process, where set-up is dear


def together(here: Bench, baseline: dict[str, float | str], current: dict[str, float | str]) -> Recording:
    programs = zip(Side, (baseline, current), strict=True)
    executables = tuple(
        stand_in(here.folder / "programs", side, times).model_copy(update={"setup_seconds": 1.0})
        for side, times in programs
    )
    found = tuple(discovered(bench(name)) for name in baseline)
    return here.measure(executables, found, 120, 60, Panel(10, SEED), SEED)


def test_what_is_dear_to_set_up_shares_its_processes(here: Bench) -> None:
    names: dict[str, float | str] = {"a": 100, "b/1": 50, "c": 9}
    found = together(here, names, names | {"c": 20})
    assert verdicts(found) == {
        "a": Verdict.UNCHANGED,
        "b/1": Verdict.UNCHANGED,
        "c": Verdict.REGRESSED,
    }
    assert len(here.calls(Side.CURRENT)) < 3 * 8


@pytest.mark.parametrize("how", ["panic", "kill", "silent", "nan"])
def test_a_bad_one_does_not_take_those_along_that_shared_its_process(here: Bench, how: str) -> None:
    names: dict[str, float | str] = {"a": 100, "bad": 50, "c": 9}
    found = together(here, names, names | {"bad": how})
    assert verdicts(found) == {
        "a": Verdict.UNCHANGED,
        "bad": Verdict.FAILED,
        "c": Verdict.UNCHANGED,
    }
    assert {(one.id, one.side) for one in found.failures} == {(bench("bad"), Side.CURRENT)}


# --- time


def test_a_tiny_budget_reaches_nothing_and_says_so(here: Bench) -> None:
    found = here.run({"a": 100, "b": 100}, {"a": 100, "b": 100}, budget_seconds=0.05)
    assert reason(found) == "time budget"
    assert found.processes == ()
    assert set(verdicts(found).values()) == {Verdict.NOT_REACHED}


def test_a_small_budget_decides_some_rather_than_none(here: Bench) -> None:
    names: dict[str, float | str] = {f"b{i}": 100 for i in range(400)}
    found = here.run(names, names, budget_seconds=6)
    tally: Comparison = compare(found)
    assert reason(found) == "time budget"
    assert tally.counts["unchanged"] >= 1
    assert tally.counts["not-reached"] >= 1
    assert found.end
    assert found.end.measuring_seconds < 30  # all of them take more than two minutes


def test_progress_counts_to_the_total(here: Bench) -> None:
    here.run({"a": 100, "b": 100, "bad": 1}, {"a": 100, "b": 100, "bad": "panic"})
    done = [one[0] for one in here.voice.progressed]
    assert done == sorted(done)
    assert {one[1] for one in here.voice.progressed} == {3}
    assert 1 <= max(done) <= 2, (
        "the failed one is done; the last one is still measured when progress is last told"
    )


class Wanting:
    """A question that wants so many rounds of each benchmark."""

    def __init__(self, rounds: dict[BenchmarkId, int]) -> None:
        self.rounds = rounds
        self.heard: Counter[BenchmarkId] = Counter()

    def hear(self, process: Process) -> None:
        self.heard[process.id] += process.side is Side.BASELINE

    def decided(self) -> frozenset[BenchmarkId]:
        return frozenset(one for one in self.heard if self.heard[one] >= self.rounds[one])


class SecondThoughts(Wanting):
    """Wants more of `a` after `b` was decided: as correction over a growing suite does."""

    def decided(self) -> frozenset[BenchmarkId]:
        if self.heard[bench("b")] >= self.rounds[bench("b")]:
            self.rounds[bench("a")] = 9
        return super().decided()


def test_each_benchmark_gets_the_rounds_that_the_question_wants(here: Bench) -> None:
    wanting = Wanting({bench("a"): 2, bench("b"): 5})
    found = here.run({"a": 100, "b": 100}, {"a": 100, "b": 100}, question=wanting)
    assert len(numbers(found, "a")) == 1 + 2
    assert len(numbers(found, "b")) == 1 + 5


def test_a_decided_benchmark_that_becomes_undecided_is_measured_on(here: Bench) -> None:
    wanting = SecondThoughts({bench("a"): 2, bench("b"): 6})
    found = here.run({"a": 100, "b": 100}, {"a": 100, "b": 100}, question=wanting)
    assert len(numbers(found, "a")) == 1 + 9
    assert reason(found) == "decided"
