"""Measuring with real Criterion executables: files of every release, and benchmarks that misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmark_ci.build.executable import exactly
from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.panel import Panel
from benchmark_ci.measure.criterion import CriterionResult, read_results
from benchmark_ci.measure.kept import KeptFiles
from benchmark_ci.measure.recording import Recorder, read
from benchmark_ci.measure.rounds import Question, Rounds
from benchmark_ci.model import BenchmarkId, Process, Recording, SamplingMode, Side, Throughput, Verdict
from tests.engine import Built, Heard, header, preparation

pytestmark = [pytest.mark.cargo, pytest.mark.slow]
Crate = Callable[[str], Built]
MEBIBYTE = 2**20
QUICK = (
    "--warm-up-time=0.01",
    "--measurement-time=0.01",
    "--sample-size=10",
    "--noplot",
    "--nresamples=1001",
)


@pytest.mark.parametrize("version", ["0.3", "0.5", "0.7", "0.8"])
def test_the_files_of_every_release_are_read(fixture_crate: Crate, tmp_path: Path, version: str) -> None:
    built = fixture_crate(f"criterion-{version}")
    exe = built.executables()[-1]
    times = QUICK if exe.fractional_seconds else ("--warm-up-time=1", "--measurement-time=1", *QUICK[2:])
    home = tmp_path / "home"
    with built.site.at(exe.side):
        for full_id in ("mixing/mix/64", "plain"):
            finished = exe.run(*times, exactly(full_id), identity=None, limit_seconds=60, home=home)
            assert finished.ok, finished.stderr
    found = {one.full_id: one for one in read_results(home)}
    assert set(found) == {"mixing/mix/64", "plain"}
    assert found["mixing/mix/64"].throughput == Throughput(unit="elements", per_iteration=64)
    assert found["plain"].throughput is None
    for one in found.values():
        check(one)


@pytest.mark.parametrize("version", ["0.3", "0.5", "0.7", "0.8"])
def test_the_harness_s_share_of_memory_is_within_every_benchmark_s_peak(
    fixture_crate: Crate, tmp_path: Path, version: str
) -> None:
    """Short processes with little to analyse: none takes less, however long one measures."""
    built = fixture_crate(f"criterion-{version}")
    own = {one.side: one.peak_memory_bytes for one in built.build.preparation.harness_memory}
    assert set(own) == set(Side)
    for exe in built.executables():
        times = QUICK if exe.fractional_seconds else ("--warm-up-time=1", "--measurement-time=1", *QUICK[2:])
        peaks = []
        for number in range(3):
            home = tmp_path / f"{exe.side}-{number}"
            with built.site.at(exe.side):
                finished = exe.run(*times, exactly("plain"), identity=None, limit_seconds=60, home=home)
            assert finished.ok and finished.peak_memory_bytes, finished.stderr
            peaks.append(finished.peak_memory_bytes)
        # a small dynamically linked program, and no benchmark of a few multiplications adds much to it
        assert MEBIBYTE < own[exe.side] < max(peaks) < own[exe.side] + 20 * MEBIBYTE


def check(one: CriterionResult) -> None:
    """Between a tenth of a nanosecond and a microsecond per iteration: some tens of multiplications."""
    assert len(one.iters) == len(one.times) == 10
    assert isinstance(one.sampling_mode, SamplingMode)
    assert all(count.is_integer() for count in one.iters)
    assert 0.1 < min(time / iters for time, iters in zip(one.times, one.iters, strict=True)) < 1000


class OneRound:
    """The question of whether a benchmark can be measured at all: decided once both sides were."""

    def __init__(self) -> None:
        self._heard: dict[Side, set[BenchmarkId]] = {side: set() for side in Side}

    def hear(self, process: Process) -> None:
        self._heard[process.side].add(process.id)

    def decided(self) -> frozenset[BenchmarkId]:
        return frozenset.intersection(*map(frozenset, self._heard.values()))


@pytest.fixture
def measured(fixture_crate: Crate, tmp_path: Path) -> Iterator[Callable[..., Recording]]:
    def measure(
        crate: str, *targets: str, question: Question | None = None, limit: float = 30, **env: str
    ) -> Recording:
        built = fixture_crate(crate)
        recorder = Recorder(tmp_path / "recording.jsonl.gz")
        recorder.add(header(threshold=50))
        recorder.add(preparation(built.found(*targets)))
        executables = tuple(
            exe.model_copy(update={"env": {**exe.env, **env}}) for exe in built.executables(*targets)
        )
        Rounds(
            executables,
            built.found(*targets),
            built.site,
            recorder,
            KeptFiles(tmp_path / "kept"),
            question or Panel(50, 7),
            Heard(),
            7,
            budget_seconds=120,
            first_limit_seconds=limit,
        ).run()
        recorder.close()
        return read(recorder.path)

    yield measure


def verdicts(recording: Recording) -> dict[str, Verdict]:
    return {one.id: one.verdict for one in compare(recording).benchmarks}


def test_the_same_executable_on_both_sides_is_never_called_changed(
    measured: Callable[..., Recording],
) -> None:
    found = measured("criterion-0.8")
    assert set(verdicts(found)) == {"mixing/mix/64", "mixing/mix/256", "plain"}
    assert set(verdicts(found).values()) <= {Verdict.UNCHANGED, Verdict.INCONCLUSIVE}
    assert {one.side for one in found.processes if one.first and one.round} == set(Side)
    judged = [one for one in found.processes if one.round]
    assert all(len(one.iters) == 100 for one in judged)
    assert len(judged) >= 3 * 2 * 7


def test_a_panic_while_measuring_fails_that_benchmark_only(measured: Callable[..., Recording]) -> None:
    found = measured("traps", "panics_measuring", question=OneRound())
    failed = {one.id.full_id for one in found.failures}
    assert failed == {"panics_measuring/panics"}
    assert any("the thousandth iteration fails" in one.last_lines for one in found.failures)
    others = {"panics_measuring/before", "panics_measuring/after"}
    assert {one.id.full_id for one in found.processes} == others


def test_a_benchmark_that_never_ends_is_ended(measured: Callable[..., Recording]) -> None:
    found = measured("traps", "hangs", question=OneRound(), limit=5, BENCH_HANG="measuring")
    assert {one.id.full_id for one in found.failures} == {"hangs/perhaps"}
    assert all("no answer within 5 s" in one.reason for one in found.failures)
    assert {one.id.full_id for one in found.processes} == {"hangs/before"}


def test_times_of_zero_and_a_forgotten_iter_are_failures(measured: Callable[..., Recording]) -> None:
    found = measured("traps", "zero", "no_iter", question=OneRound())
    failed = {one.id.full_id for one in found.failures}
    assert {"zero/always", "no_iter/forgets"} <= failed
    assert not {"zero/never", "no_iter/before", "no_iter/after"} & failed


def test_hostile_names_measure_themselves_and_nothing_else(
    fixture_crate: Crate, measured: Callable[..., Recording]
) -> None:
    found = measured("traps", "hostile_names", question=OneRound())
    failed = {one.id for one in found.failures}
    # a listing cannot hold a line break, and Criterion keeps the files of `..` outside its folder
    assert {one.full_id for one in failed} == {"break: benchmark", ".."}
    listed = {one.id for one in fixture_crate("traps").found("hostile_names")}
    assert {one.id for one in found.processes} == listed - failed
    assert len(listed - failed) >= 16
