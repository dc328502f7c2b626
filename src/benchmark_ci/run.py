"""The story on one page: plan → build → prove → measure → judge → report → publish.

Everything is read from the world up to measuring, thought over in judge and report without interruption,
and told at the end. Whatever stops a run, what was measured until then is kept, judged and told.
"""

from __future__ import annotations

import secrets
import time
import traceback
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from benchmark_ci import __version__
from benchmark_ci.build.build import Build, build
from benchmark_ci.build.discovery import asked_for
from benchmark_ci.build.rules import insist_on_memory
from benchmark_ci.build.unoptimised import unoptimised
from benchmark_ci.door import RECORDING, Door
from benchmark_ci.errors import (
    BenchmarkCIError,
    ExitCode,
    Interrupted,
    MeasurementFailed,
    Stopped,
    Unexpected,
)
from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.nothing import nothing_compared
from benchmark_ci.judge.overall import fails_job
from benchmark_ci.judge.panel import Panel
from benchmark_ci.judge.targets import judge_targets, settled, targets_fail
from benchmark_ci.measure import recording as recordings
from benchmark_ci.measure.agenda import agenda
from benchmark_ci.measure.kept import KeptFiles
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.measure.references import References, reserve_seconds
from benchmark_ci.measure.rounds import Rounds
from benchmark_ci.model import End, Header, Plan, Proof, Recording, Report, Side
from benchmark_ci.prove.suite import prove_suite
from benchmark_ci.report.compose import compose
from benchmark_ci.second_look import SecondLook
from benchmark_ci.settings import flags
from benchmark_ci.voice import Voice
from benchmark_ci.wall.signals import interruptible, uninterrupted
from benchmark_ci.wall.site import Site


def run(door: Door, voice: Voice) -> ExitCode:
    """Run the whole job; answers with its exit code after everything is delivered."""
    began = time.monotonic()
    try:
        with interruptible():
            plan = door.plan()
            insist_on_memory(plan.config, door.settings)
    except BenchmarkCIError as error:
        door.refuse(error)
        return error.exit_code
    voice.say(f"Baseline: {plan.baseline.sha} ({plan.baseline.what}; {plan.reason})")
    voice.say(f"Current:  {plan.current.sha} ({plan.current.what})")

    gathering = _Gathering(door, plan, voice, began)
    gathering.run()
    report, code = judge(recordings.read(gathering.recorder.path))
    with uninterrupted():
        door.publish(report, {side: gathering.kept.tree(side) for side in Side})
    gathering.site.remove()
    return code


def judge(recording: Recording, threshold_percent: float | None = None) -> tuple[Report, ExitCode]:
    """The report of a recording, as it was or against another threshold, and the exit code.

    The only place that decides what a process answers (README, exit codes).
    """
    comparison = compare(recording, threshold_percent)
    error = stopped_by(recording) or nothing_compared(recording, comparison)
    targets = judge_targets(recording)
    fail_on = recording.header.fail_on
    red = fails_job(comparison, fail_on) or targets_fail(targets, fail_on)
    report = compose(recording, comparison, red, error, threshold_percent, targets)
    if error is not None:
        return report, error.exit_code
    return report, ExitCode.REGRESSION if red else ExitCode.OK


def stopped_by(recording: Recording) -> BenchmarkCIError | None:
    """What stopped the run that left this recording; None when nothing did."""
    end = recording.end
    if end is None:
        return Interrupted("The recording ends before its run did.", "The run was killed; measure again.")
    return Stopped(end.title, end.error, end.remedy, end.exit_code) if end.error else None


def _place(error: Exception) -> str:
    """Where an unexpected error arose, without a traceback."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}, line {last.lineno}"


class _Gathering:
    """Building and measuring; whatever happens, the recording is complete up to that point."""

    def __init__(self, door: Door, plan: Plan, voice: Voice, began: float) -> None:
        self._settings = door.settings
        self._door = door
        self._plan = plan
        self._voice = voice
        self._began = began
        self._seed = secrets.randbits(48)
        every = plan.config.targets if plan.config else ()
        self._targets = tuple(one for one in every if asked_for(one.benchmark, door.settings))
        self._rounds: Rounds | None = None
        self.site: Site = door.site()
        self.kept = KeptFiles(self.site.root / "kept")
        self.recorder = Recorder(door.output / RECORDING)

    def run(self) -> None:
        """Gather everything; what stops it stands in the recording's last line."""
        self.recorder.add(self._header())
        stopped: BenchmarkCIError | None = None
        reason: Literal["decided", "time budget", "interrupted", "failed"] = "decided"
        try:
            with interruptible():
                if not self._plan.same:
                    reason = self._build_and_measure()
        except BenchmarkCIError as error:
            stopped = error
            reason = "interrupted" if isinstance(error, Interrupted) else "failed"
        except OSError as error:
            stopped = MeasurementFailed(f"The system refused: {error}.", "Check the free disk space.")
            reason = "failed"
        except Exception as bug:  # even then what was measured is kept and told
            stopped = Unexpected(f"{type(bug).__name__}: {bug} ({_place(bug)})", "Please report this.")
            reason = "failed"
        self._end(reason, stopped)

    def _end(
        self,
        reason: Literal["decided", "time budget", "interrupted", "failed"],
        stopped: BenchmarkCIError | None,
    ) -> None:
        self.recorder.add(
            End(
                reason=reason,
                measuring_seconds=round(self._rounds.elapsed_seconds, 1) if self._rounds else 0.0,
                total_seconds=round(time.monotonic() - self._began, 1),
                title=stopped.title if stopped else "",
                error=stopped.message if stopped else "",
                remedy=stopped.remedy if stopped else "",
                exit_code=stopped.exit_code if stopped else 0,
            )
        )
        self.recorder.close()

    def _build_and_measure(self) -> Literal["decided", "time budget"]:
        built = build(
            self._settings,
            self.site,
            self._door.rustup_environment,
            lambda side, folder: self._door.checkout(self._plan, side, folder),
            self._door.child_environment,
            self._voice,
            self._plan.config,
        )
        self.recorder.add(built.preparation)
        if history := self._door.history([one.id for one in built.preparation.benchmarks]):
            self.recorder.add(history)
        proofs = self._prove(built)
        wanted = agenda(built.preparation.benchmarks, proofs, self._seed)
        panel = Panel(self._settings.threshold_percent, self._seed, self._plan.config, wanted.controls)
        budget_seconds = self._settings.time_budget_minutes * 60
        for_rounds = budget_seconds - reserve_seconds(len(self._targets), budget_seconds)
        rounds = self._rounds = Rounds(
            built.executables,
            wanted.benchmarks,
            self.site,
            self.recorder,
            self.kept,
            panel,
            self._voice,
            self._seed,
            for_rounds,
            config=self._plan.config,
        )
        with self._voice.group("Measure"):
            reason = rounds.run()
        SecondLook(
            built,
            self.site,
            self.recorder,
            self._voice,
            self._seed,
            lambda: for_rounds - rounds.elapsed_seconds,
            self._plan.config,
        ).take(panel, proofs)
        if self._targets:
            with self._voice.group("Measure targets against references"):
                self._measure_targets(built, rounds, budget_seconds)
        return reason

    def _measure_targets(self, built: Build, rounds: Rounds, budget_seconds: float) -> None:
        targets = self._targets
        References(
            targets,
            built.executables,
            built.preparation.benchmarks,
            self.site,
            self._settings.working_directory,
            self.recorder,
            lambda position, processes: settled(targets[position], processes, self._seed),
            self._voice,
            self._seed,
            lambda: budget_seconds - rounds.elapsed_seconds,
            self._plan.config,
        ).run()

    def _prove(self, built: Build) -> list[Proof]:
        """What need not be timed, because both sides run the same code."""
        proofs: list[Proof] = []
        if not self._settings.prove:
            return proofs
        with self._voice.group("Prove"):
            for proof in prove_suite(
                built.executables,
                built.preparation.benchmarks,
                self.site,
                built.changed_data_files,
                built.harness_versions,
                unoptimised=partial(unoptimised, built, self.site, self._voice),
            ):
                self.recorder.add(proof)
                proofs.append(proof)
                same = sum(one.identical for one in proof.benchmarks)
                why = f": {proof.reason or proof.unoptimised}" if proof.reason or proof.unoptimised else ""
                self._voice.say(
                    f"{proof.target}: {same} of {len(proof.benchmarks)} benchmarks run the same code{why}"
                )
        return proofs

    def _header(self) -> Header:
        return Header(
            tool_version=__version__,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            seed=self._seed,
            threshold_percent=self._settings.threshold_percent,
            fail_on=self._settings.fail_on,
            time_budget_minutes=self._settings.time_budget_minutes,
            baseline=self._plan.baseline,
            current=self._plan.current,
            baseline_reason=self._plan.reason,
            cautions=self._plan.cautions,
            flags=flags(self._settings),
            config=self._plan.config,
            targets=self._targets,
            name=self._settings.name,
        )
