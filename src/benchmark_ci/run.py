"""The story on one page: plan → build → measure → judge → report → publish.

Everything is read from the world up to measuring, thought over in judge and report without interruption,
and told at the end. Whatever stops a run, what was measured until then is kept, judged and told.
"""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import Literal

from benchmark_ci import __version__
from benchmark_ci.build.build import build
from benchmark_ci.door import RECORDING, Door
from benchmark_ci.errors import BenchmarkCIError, ExitCode, Interrupted
from benchmark_ci.judge.comparison import compare, fails_job
from benchmark_ci.judge.nothing import nothing_compared
from benchmark_ci.judge.panel import Panel
from benchmark_ci.measure import recording as recordings
from benchmark_ci.measure.kept import KeptFiles
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.measure.rounds import Rounds
from benchmark_ci.model import End, Header, Plan, Recording, Report, Side
from benchmark_ci.report.compose import compose
from benchmark_ci.voice import Voice
from benchmark_ci.wall.signals import interruptible
from benchmark_ci.wall.site import Site


def run(door: Door, voice: Voice) -> ExitCode:
    """Run the whole job; answers with its exit code after everything is delivered."""
    began = time.monotonic()
    try:
        with interruptible():
            plan = door.plan()
    except BenchmarkCIError as error:
        door.refuse(error)
        return error.exit_code
    voice.say(f"Baseline: {plan.baseline.sha} ({plan.baseline.what}; {plan.reason})")
    voice.say(f"Current:  {plan.current.sha} ({plan.current.what})")

    gathering = _Gathering(door, plan, voice, began)
    stopped = gathering.run()
    report = judge(recordings.read(gathering.recorder.path), stopped=stopped)
    door.publish(report, {side: gathering.kept.tree(side) for side in Side})
    gathering.site.remove()
    return exit_code(report, stopped)


def judge(
    recording: Recording, threshold_percent: float | None = None, stopped: BenchmarkCIError | None = None
) -> Report:
    """The report of a recording: as it was, or against another threshold."""
    comparison = compare(recording, threshold_percent)
    error = stopped or nothing_compared(recording, comparison)
    red = fails_job(comparison, recording.header.fail_on)
    return compose(recording, comparison, red, error, threshold_percent)


def exit_code(report: Report, stopped: BenchmarkCIError | None) -> ExitCode:
    """What the process answers (README, exit codes); decided here and nowhere else."""
    if stopped is not None:
        return stopped.exit_code
    if report.verdict == "nothing-compared":
        return ExitCode.NOTHING_COMPARED
    return ExitCode.REGRESSION if report.fails_job else ExitCode.OK


class _Gathering:
    """Building and measuring; whatever happens, the recording is complete up to that point."""

    def __init__(self, door: Door, plan: Plan, voice: Voice, began: float) -> None:
        self._settings = door.settings
        self._door = door
        self._plan = plan
        self._voice = voice
        self._began = began
        self._seed = secrets.randbits(48)
        self._rounds: Rounds | None = None
        self.site: Site = door.site()
        self.kept = KeptFiles(self.site.root / "kept")
        self.recorder = Recorder(door.output / RECORDING)

    def run(self) -> BenchmarkCIError | None:
        """Gather everything; returns what stopped it, if something did."""
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
        self.recorder.add(
            End(
                reason=reason,
                measuring_seconds=round(self._rounds.elapsed_seconds, 1) if self._rounds else 0.0,
                total_seconds=round(time.monotonic() - self._began, 1),
            )
        )
        self.recorder.close()
        return stopped

    def _build_and_measure(self) -> Literal["decided", "time budget"]:
        built = build(
            self._settings,
            self.site,
            self._door.rustup_environment,
            lambda side, folder: self._door.checkout(self._plan, side, folder),
            self._door.child_environment,
            self._voice,
        )
        self.recorder.add(built.preparation)
        self._rounds = Rounds(
            built.executables,
            built.preparation.benchmarks,
            self.site,
            self.recorder,
            self.kept,
            Panel(self._settings.threshold_percent, self._seed),
            self._voice,
            self._seed,
            self._settings.time_budget_minutes * 60,
        )
        with self._voice.group("Measure"):
            return self._rounds.run()

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
        )
