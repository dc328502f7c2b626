"""Suspects measured in other arrangements: real processes of stand-ins, whose times these decide."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmark_ci.build.executable import Executable
from benchmark_ci.judge.arrangements import MOST_ARRANGEMENTS, Suspect, answered
from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.looks import LOOKS
from benchmark_ci.measure.arrangements import FEWEST_ARRANGEMENTS, NO_TIME, ROUNDS, Arrangements
from benchmark_ci.measure.recording import Recorder, read
from benchmark_ci.model import (
    BenchmarkId,
    BenchmarkProof,
    End,
    Endpoint,
    Proof,
    Recording,
    Side,
    Target,
    Verdict,
)
from benchmark_ci.wall.site import Site
from tests.engine import BOTH, Heard, bench, discovered, header, preparation, processes, stand_in

SEED = 7
TARGET = Target(package="crate", name="bench")
Times = dict[str, float | str]
Places = Callable[[int], tuple[Times, Times]]
"""What the benchmarks take on baseline and current in the arrangement of this number."""


class Bench:
    """Suspects measured in a folder of their own; every one was called 30 % slower as linked."""

    def __init__(self, folder: Path) -> None:
        (folder / "site").mkdir()
        self.folder = folder
        self.site = Site(folder / "site", None)
        self.voice = Heard()
        self.asked: list[tuple[tuple[Target, ...], int, float]] = []

    def run(
        self,
        places: Places,
        names: Sequence[str] = ("a",),
        *,
        left: Sequence[float] = (600,),
        refused_from: int = 1000,
        seed: int = SEED,
    ) -> Recording:
        """`left`: the seconds left each time that this is asked; the last stands."""
        ids = [bench(name) for name in names]
        recorder = Recorder(self.folder / "recording.jsonl.gz")
        recorder.add(header(seed=seed))
        recorder.add(preparation(map(discovered, ids)))
        recorder.add(Proof(target=TARGET, benchmarks=tuple(map(proof, ids))))
        for one in ids:
            for line in processes(one, [(100 + i / 1000, 130 + i / 1000) for i in range(13)]):
                recorder.add(line)
        answers = list(left)

        def relink(targets: tuple[Target, ...], seed: int, limit: float) -> tuple[Executable, ...] | str:
            self.asked.append((targets, seed, limit))
            number = len(self.asked)
            if number >= refused_from:
                return "the linker refuses"
            return tuple(
                stand_in(self.folder / f"programs-{number}", side, times)
                for side, times in zip(BOTH, places(number), strict=True)
            )

        suspect = Suspect(limit_percent=10, endpoint=Endpoint.FLOOR)
        Arrangements(
            ids,
            relink,
            self.site,
            recorder,
            lambda key, measured: answered(measured, suspect, seed),
            self.voice,
            seed,
            lambda: answers.pop(0) if len(answers) > 1 else answers[0],
        ).run()
        recorder.add(End(reason="decided", measuring_seconds=1, total_seconds=2))
        recorder.close()
        return read(recorder.path)


def proof(benchmark: BenchmarkId) -> BenchmarkProof:
    return BenchmarkProof(
        id=benchmark,
        identical=False,
        reason="its code differs",
        baseline_instructions=1000,
        current_instructions=1000,
    )


@pytest.fixture
def here(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def both(baseline: Times, current: Times) -> Places:
    return lambda _: (baseline, current)


def verdicts(recording: Recording) -> dict[str, Verdict]:
    return {one.id: one.verdict for one in compare(recording).benchmarks}


def test_the_fewest_are_those_of_the_first_look() -> None:
    assert LOOKS[0][0] == FEWEST_ARRANGEMENTS


def test_slower_only_as_linked_is_taken_back_and_slower_everywhere_is_not(here: Bench) -> None:
    times: Times = {"placed": 100.0, "worse": 100.0}
    found = here.run(both(times, {"placed": 101.0, "worse": 130.0}), ("placed", "worse"))
    assert verdicts(found) == {"placed": Verdict.PLACEMENT, "worse": Verdict.REGRESSED}
    assert len(here.asked) == FEWEST_ARRANGEMENTS
    reasons = {one.id: one.reason for one in compare(found).benchmarks}
    assert "over 7 arrangements" in reasons["placed"]
    assert reasons["worse"].startswith("Its place in memory is not the cause: +")


def test_the_recording_says_which_arrangement_each_process_ran_in(here: Bench) -> None:
    found = here.run(lambda number: ({"a": 100.0 * number}, {"a": 100.0 * number}))
    assert [one.number for one in found.arrangements] == list(range(1, FEWEST_ARRANGEMENTS + 1))
    assert [one.seed for one in found.arrangements] == [seed for _, seed, _ in here.asked]
    assert len({one.seed for one in found.arrangements}) == FEWEST_ARRANGEMENTS
    assert {one.targets for one in found.arrangements} == {(TARGET,)}
    for arrangement in found.arrangements:
        own = [one for one in found.arranged if one.arrangement == arrangement.number]
        assert [one.round for one in own] == [turn for turn in range(ROUNDS + 1) for _ in Side]
        assert [one.first for one in own] == [True, False] * (ROUNDS + 1)
        for one in own:
            nanoseconds = min(time / iters for time, iters in zip(one.times, one.iters, strict=True))
            assert nanoseconds == pytest.approx(100 * arrangement.number, rel=0.2)
    sides = [one.side for one in found.arranged if one.first]
    assert set(sides) == set(Side), "which side is first is drawn"
    assert len(found.processes) == 26, "the rounds of the executables as linked stay what they were"


def test_the_seeds_follow_the_run_s_seed(tmp_path: Path) -> None:
    def seeds(name: str, seed: int) -> list[int]:
        (tmp_path / name).mkdir()
        found = Bench(tmp_path / name).run(both({"a": 100.0}, {"a": 100.0}), seed=seed, refused_from=4)
        return [one.seed for one in found.arrangements]

    first = seeds("first", 1)
    assert seeds("again", 1) == first
    assert seeds("other", 2) != first


def test_places_that_differ_too_much_are_given_up_in_the_end(here: Bench) -> None:
    def places(number: int) -> tuple[Times, Times]:
        return {"a": 100.0}, {"a": 100.0 if number % 2 else 160.0}

    found = here.run(places)
    assert len(found.arrangements) == MOST_ARRANGEMENTS
    assert verdicts(found) == {"a": Verdict.REGRESSED}


def test_only_what_is_open_is_measured_further(here: Bench) -> None:
    def places(number: int) -> tuple[Times, Times]:
        return {"a": 100.0, "b": 100.0}, {"a": 100.0, "b": 100.0 if number % 2 else 160.0}

    found = here.run(places, ("a", "b"))
    numbers = {name: {one.arrangement for one in found.arranged if one.id == bench(name)} for name in "ab"}
    assert max(numbers["a"]) == FEWEST_ARRANGEMENTS
    assert max(numbers["b"]) == MOST_ARRANGEMENTS


def test_a_linker_that_cannot_is_no_error(here: Bench) -> None:
    found = here.run(both({"a": 100.0}, {"a": 100.0}), refused_from=1)
    assert [one.reason for one in found.arrangements] == ["the linker refuses"]
    assert found.arranged == ()
    (result,) = compare(found).benchmarks
    assert result.verdict is Verdict.REGRESSED
    assert result.reason == "Whether only its place in memory is slower was not tried: the linker refuses."
    assert any("the linker refuses" in line for line in here.voice.said)


def test_too_little_time_begins_nothing(here: Bench) -> None:
    found = here.run(both({"a": 100.0}, {"a": 100.0}), left=[3])
    assert [one.reason for one in found.arrangements] == [NO_TIME]
    assert here.asked == []
    assert verdicts(found) == {"a": Verdict.REGRESSED}


def test_time_that_ends_on_the_way_is_said(here: Bench) -> None:
    found = here.run(both({"a": 100.0}, {"a": 100.0}), left=[*[600] * 12, 0])
    assert 1 < len(found.arrangements) < FEWEST_ARRANGEMENTS
    assert found.arrangements[-1].reason == NO_TIME
    (result,) = compare(found).benchmarks
    assert result.verdict is Verdict.REGRESSED
    assert result.reason.endswith(f"of the code ({NO_TIME}).")


def test_what_only_the_first_arrangement_takes_is_not_expected_of_the_others(here: Bench) -> None:
    """The compiler makes the first one: seven like it would not fit into the time that is left here."""

    def places(number: int) -> tuple[Times, Times]:
        time.sleep(4 if number == 1 else 0)
        return {"a": 100.0}, {"a": 100.0}

    found = here.run(places, left=[*[600] * (2 + ROUNDS), 22])
    assert verdicts(found) == {"a": Verdict.PLACEMENT}


def test_the_linker_gets_the_time_that_is_left(here: Bench) -> None:
    here.run(both({"a": 100.0}, {"a": 100.0}), left=[600, 77, 600], refused_from=1)
    assert [limit for _, _, limit in here.asked] == [77]


@pytest.mark.parametrize("side", Side)
def test_what_dies_in_another_arrangement_is_given_up_and_stays_a_regression(here: Bench, side: Side) -> None:
    def places(number: int) -> tuple[Times, Times]:
        well: Times = {"a": 100.0, "b": 100.0}
        ill: Times = {"a": "panic" if number == 3 else 100.0, "b": 100.0}
        return (ill, well) if side is Side.BASELINE else (well, ill)

    found = here.run(places, ("a", "b"))
    assert verdicts(found) == {"a": Verdict.REGRESSED, "b": Verdict.PLACEMENT}
    assert found.failures == ()
    reasons = {one.id: one.reason for one in compare(found).benchmarks}
    assert "averaged over 2 arrangements" in reasons["a"]
    assert any("in another arrangement" in line for line in here.voice.said)
