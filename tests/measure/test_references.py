"""Targets measured with real processes: stand-ins for benchmarks, Python programs for references."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest

from benchmark_ci.judge.looks import LOOKS
from benchmark_ci.judge.targets import MOST_TARGET_ROUNDS, TARGET_LOOKS, judge_targets, settled
from benchmark_ci.measure.recording import Recorder, read
from benchmark_ci.measure.references import FEWEST_ROUNDS, References, reserve_seconds
from benchmark_ci.model import (
    Config,
    Contender,
    Discovered,
    End,
    Recording,
    ReferenceTarget,
    Side,
    TargetVerdict,
    TimesRule,
)
from benchmark_ci.wall.site import Site
from tests.engine import BOTH, Heard, bench, discovered, header, preparation, stand_in

SEED = 5
BENCHMARKS: dict[str, float | str] = {
    "fast": 100.0,
    "slow/naive": 1000.0,
    "bad": "panic",
    "late": "later",
}
SAYS = "import random; print('{\"seconds_per_iteration\": %r}' % (1e-6 * random.uniform(1, 1.01)))"


class Bench:
    """Targets measured in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        (folder / "site").mkdir()
        self.folder = folder
        self.site = Site(folder / "site", None)
        self.voice = Heard()
        self.source = self.site.folder(Side.CURRENT) / "src"

    def run(
        self,
        *targets: ReferenceTarget,
        budget_seconds: Sequence[float] = (600,),
        found: tuple[Discovered, ...] | None = None,
        working_directory: str = ".",
        seed: int = SEED,
        config: Config | None = None,
    ) -> Recording:
        """`budget_seconds`: what is left each time that it is asked; the last one stands."""
        executables = tuple(stand_in(self.folder / "programs", side, BENCHMARKS) for side in BOTH)
        benchmarks = found or tuple(discovered(bench(name)) for name in BENCHMARKS)
        recorder = Recorder(self.folder / "recording.jsonl.gz")
        recorder.add(header(seed=seed).model_copy(update={"targets": targets}))
        recorder.add(preparation(benchmarks))
        answers = list(budget_seconds)
        References(
            targets,
            executables,
            benchmarks,
            self.site,
            PurePosixPath(working_directory),
            recorder,
            lambda position, processes: settled(targets[position], processes, seed),
            self.voice,
            seed,
            lambda: answers.pop(0) if len(answers) > 1 else answers[0],
            config,
        ).run()
        recorder.add(End(reason="decided", measuring_seconds=1, total_seconds=2))
        recorder.close()
        return read(recorder.path)


@pytest.fixture
def here(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def command(*code: str, **demands: float) -> ReferenceTarget:
    return ReferenceTarget.model_validate(
        {"benchmark": "fast", "reference_command": (sys.executable, "-I", *code)}
        | (demands or {"times_faster": 5})
    )


def against(reference: str, benchmark: str = "fast", times: float = 5) -> ReferenceTarget:
    return ReferenceTarget(benchmark=benchmark, reference_benchmark=reference, times_faster=times)


def verdicts(recording: Recording) -> list[TargetVerdict]:
    return [one.verdict for one in judge_targets(recording)]


def test_another_benchmark_as_reference(here: Bench) -> None:
    found = here.run(against("slow/naive", times=5), against("slow/naive", times=20))
    assert verdicts(found) == [TargetVerdict.MET, TargetVerdict.MISSED]
    first, _ = judge_targets(found)
    assert first.rounds == FEWEST_ROUNDS
    assert first.times_faster is not None
    assert first.times_faster.measured == pytest.approx(10, rel=0.1)
    assert found.unmeasured == ()


def test_a_command_as_reference(here: Bench) -> None:
    found = here.run(command("-c", SAYS, times_faster=5), command("-c", SAYS, times_faster=20))
    assert verdicts(found) == [TargetVerdict.MET, TargetVerdict.MISSED]
    assert [one.reference_time_ns for one in judge_targets(found)] == [pytest.approx(1000, rel=0.1)] * 2


def test_a_silent_command_counts_as_a_whole(here: Bench) -> None:
    (result,) = judge_targets(here.run(command("-c", "import time; time.sleep(0.05)")))
    assert result.verdict is TargetVerdict.MET
    assert result.reference_time_ns is not None
    assert result.reference_time_ns > 50e6


def test_each_round_has_both_once_and_one_of_them_first(here: Bench) -> None:
    found = here.run(against("slow/naive", times=9.98))
    numbers = sorted({one.round for one in found.references})
    assert numbers == list(range(len(numbers)))
    assert 1 + FEWEST_ROUNDS <= len(numbers) <= 1 + MOST_TARGET_ROUNDS
    for number in numbers:
        pair = [one for one in found.references if one.round == number]
        assert {one.contender for one in pair} == set(Contender)
        assert [one.first for one in pair] == [True, False], "recorded in the order in which they ran"


def test_the_order_is_drawn_anew_and_follows_the_seed(tmp_path: Path) -> None:
    def order(name: str, seed: int) -> list[Contender]:
        (tmp_path / name).mkdir()
        found = Bench(tmp_path / name).run(against("slow/naive"), against("slow/naive"), seed=seed)
        return [one.contender for one in found.references if one.first]

    first = order("first", 1)
    assert set(first) == set(Contender)
    assert order("again", 1) == first
    assert order("other", 2) != first


def test_only_current_s_programs_run(here: Bench) -> None:
    here.run(against("slow/naive"))
    assert (here.folder / "programs" / "baseline.log").read_text(encoding="utf-8") == ""


def test_a_benchmark_that_baseline_lacks_is_measured(here: Bench) -> None:
    found = tuple(discovered(bench(name), (Side.CURRENT,)) for name in BENCHMARKS)
    assert verdicts(here.run(against("slow/naive"), found=found)) == [TargetVerdict.MET]


def test_the_command_starts_in_the_working_directory_of_current(here: Bench) -> None:
    (here.source / "crate").mkdir()
    (here.source / "crate" / "reference.py").write_text("import time; time.sleep(0.02)\n", encoding="utf-8")
    target = command("reference.py")
    assert verdicts(here.run(target, working_directory="crate")) == [TargetVerdict.MET]


def test_times_of_slow_benchmarks_hold_here_too(here: Bench) -> None:
    rule = TimesRule(pattern="fast", measurement_seconds=2)
    config = Config(path="benchmark-ci.toml", side=Side.CURRENT, times=(rule,))
    here.run(against("slow/naive"), config=config)
    log = (here.folder / "programs" / "current.log").read_text(encoding="utf-8")
    calls = [line for line in log.splitlines() if line.endswith("^fast$")]
    assert sum("--measurement-time=2 " in line for line in calls) == FEWEST_ROUNDS


# --- what does not work


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (against("gone"), "Current has no benchmark `gone`"),
        (against("slow/naive", benchmark="gone"), "Current has no benchmark `gone`"),
        (against("bad"), "`bad`: It ended with exit code 1."),
        (command("-c", "raise SystemExit('no data')"), "The reference ended with exit code 1."),
        (command("-c", "print('{')"), "The last line of the reference is not"),
        (command("missing.py"), "The reference ended with exit code 2."),
        (
            ReferenceTarget(benchmark="fast", reference_command=("./missing",), times_faster=5),
            "The reference `./missing` cannot be started",
        ),
    ],
)
def test_what_cannot_be_measured_is_told_and_the_others_are_measured(
    here: Bench, target: ReferenceTarget, words: str
) -> None:
    found = here.run(target, against("slow/naive"))
    broken, sound = judge_targets(found)
    assert (broken.verdict, sound.verdict) == (TargetVerdict.NOT_MEASURED, TargetVerdict.MET)
    assert words in broken.reason
    assert broken.reason.endswith(".")
    assert any(words in line for line in here.voice.said)


def test_last_lines_of_what_failed_are_kept(here: Bench) -> None:
    (result,) = judge_targets(here.run(command("-c", "raise SystemExit('no data')")))
    assert result.last_lines == "no data"


def test_an_ambiguous_benchmark_is_not_measured(here: Bench) -> None:
    found = (discovered(bench("fast"), ambiguous=True), discovered(bench("slow/naive")))
    (result,) = judge_targets(here.run(against("slow/naive"), found=found))
    assert "Several benchmarks share the id `fast`" in result.reason
    twice = (*(discovered(bench("fast", target=name)) for name in ("bench", "other")), found[1])
    (result,) = judge_targets(here.run(against("slow/naive"), found=twice))
    assert "Several benchmarks share the id `fast`" in result.reason


def test_a_target_that_does_not_build_is_told(here: Bench) -> None:
    found = (discovered(bench("fast", target="broken")), discovered(bench("slow/naive")))
    (result,) = judge_targets(here.run(against("slow/naive"), found=found))
    assert result.reason == "The bench target of `fast` does not work on current."


def test_a_process_that_fails_once_has_its_round_repeated(here: Bench) -> None:
    fails_once = (
        "import pathlib, time; time.sleep(0.01); runs = pathlib.Path('runs'); runs.touch()\n"
        "count = len(runs.read_text()); runs.write_text('x' * (count + 1)); raise SystemExit(count == 3)"
    )
    found = here.run(command("-c", fails_once))
    assert verdicts(found) == [TargetVerdict.MET]
    assert found.unmeasured == ()
    (result,) = judge_targets(found)
    assert result.rounds == FEWEST_ROUNDS
    assert max(one.round for one in found.references) == FEWEST_ROUNDS + 1


def test_a_process_that_fails_for_good_leaves_the_target_unclear(here: Bench) -> None:
    found = here.run(against("slow/naive", benchmark="late", times=1))
    (result,) = judge_targets(found)
    assert 0 < result.rounds < FEWEST_ROUNDS
    assert result.verdict is TargetVerdict.UNCLEAR
    assert result.reason == "`late`: It ended with exit code 102."


# --- the time budget


def test_without_time_nothing_is_run(here: Bench) -> None:
    found = here.run(against("slow/naive"), budget_seconds=(0,))
    (result,) = judge_targets(found)
    assert found.references == ()
    assert result.verdict is TargetVerdict.NOT_MEASURED
    assert result.reason == "The time budget ended before its turn."


def test_a_target_is_not_begun_without_time_for_its_fewest_rounds(here: Bench) -> None:
    slow = command("-c", "import time; time.sleep(2)")
    found = here.run(slow, against("slow/naive"), budget_seconds=(12,))
    first, second = judge_targets(found)
    assert first.verdict is TargetVerdict.NOT_MEASURED
    assert "The time budget left too little for it: it needs about" in first.reason
    assert second.verdict is TargetVerdict.MET, "the quick one comes first"


def test_a_target_that_time_ran_out_for_is_unclear(here: Bench) -> None:
    found = here.run(against("slow/naive"), budget_seconds=(*(600,) * 9, 0))
    (result,) = judge_targets(found)
    assert 0 < result.rounds < FEWEST_ROUNDS
    assert result.verdict is TargetVerdict.UNCLEAR
    assert result.reason == f"The time budget ended after {result.rounds} rounds."


def test_the_reserve_is_small() -> None:
    assert reserve_seconds(0, 1200) == 0
    assert reserve_seconds(3, 1200) == 30
    assert reserve_seconds(300, 1200) == 240
    assert reserve_seconds(3, 60) == 12


def test_the_fewest_rounds_are_those_of_the_first_look() -> None:
    assert TARGET_LOOKS[0][0] == FEWEST_ROUNDS
    assert sum(level for _, level in TARGET_LOOKS) < sum(level for _, level in LOOKS)
