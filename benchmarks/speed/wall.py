"""From commits to verdict: `benchmark-ci run` beside what people do by hand and in other actions.

The classic procedure is `cargo bench -- --save-baseline` on both commits, each with a target directory of its
own, and critcmp to compare them. Both ways start with a clone and downloaded dependencies, and with nothing
built; which one goes first alternates. Where nothing changed, ours is held against its own building and
proving, and the classic procedure is not run.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from rich.console import Console

from benchmark_ci.door import RECORDING
from benchmark_ci.measure import recording as recordings
from benchmark_ci.model import Noun, Settings
from benchmark_ci.run import judge, run
from benchmark_ci.terminal import TerminalDoor, TerminalVoice
from benchmarks.proof import crates
from benchmarks.proof.changes import keyed
from benchmarks.proof.crates import EXAMPLE, EXAMPLES
from benchmarks.proof.sources import Sources, apply
from benchmarks.proof.study import WORK
from benchmarks.speed.overhead import GIT, watched
from benchmarks.speed.trees import critcmp

Kind = Literal[
    "every benchmark changed",
    "an ordinary commit, few benchmarks",
    "an ordinary commit",
    "nothing changed",
]


class Case(Noun):
    """Two commits that both ways are given."""

    kind: Kind
    change: str  # of benchmarks/proof/changes.py
    benches: tuple[str, ...]
    most: float | None  # of the classic procedure's wall time; None: nothing but building and proving


CASES = (
    Case(kind="every benchmark changed", change=f"{EXAMPLE} input", benches=("quantizer",), most=0.5),
    Case(kind="an ordinary commit, few benchmarks", change="itoa 7b4c86b0", benches=("bench",), most=0.2),
    Case(
        kind="an ordinary commit",
        change="itertools cb066915",
        benches=keyed("itertools cb066915").benches,
        most=0.2,
    ),
    Case(kind="nothing changed", change=f"{EXAMPLE} innocent", benches=("quantizer",), most=None),
)
OTHER_SECONDS = 5.0
"""What a run in which nothing changed may take besides building and proving."""


class Raced(Noun):
    """Wall seconds of both ways."""

    case: Case
    benchmarks: int
    timed: int
    verdict: str
    load_average: float  # of the last minute, when the case began
    classic: float | None  # None: not run
    ours: float
    build: float  # of ours: cargo
    builds: tuple[float, float] = (0, 0)  # of these: the bench targets of baseline and of current
    proof: float
    measuring: float

    @property
    def ratio(self) -> float | None:
        """Ours, of the classic procedure's."""
        return None if self.classic is None else round(self.ours / self.classic, 2)

    @property
    def other(self) -> float:
        """Ours besides building, proving and measuring."""
        return round(self.ours - self.build - self.proof - self.measuring, 1)

    @property
    def missed(self) -> bool:
        """Whether it took longer than it may."""
        if self.ratio is None or self.case.most is None:
            return self.timed > 0 or self.other > OTHER_SECONDS
        return self.ratio > self.case.most


def wall(wanted: Sequence[str] = ()) -> list[Raced]:
    """Run these cases (by kind; none: all), both ways each."""
    critcmp()
    found = []
    for number, case in enumerate(CASES):
        if case.kind not in (wanted or (case.kind,)):
            continue
        with tempfile.TemporaryDirectory(prefix="wall-") as folder:
            found.append(_race(case, Path(folder), ours_first=number % 2 == 0))
    return found


def table(found: Sequence[Raced]) -> str:
    """For people, in Markdown."""
    head = (
        "| | change | benchmarks | timed | verdict | classic | ours "
        "| of it build (baseline + current), proof, measuring, other "
        "| ours / classic | at most | load average |"
    )
    lines = [head, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {one.case.kind} | {one.case.change} | {one.benchmarks} | {one.timed} | {one.verdict} "
        f"| {_or_dash(one.classic)} | {one.ours} s "
        f"| {one.build} ({one.builds[0]} + {one.builds[1]}), {one.proof}, {one.measuring}, {one.other} s "
        f"| {one.ratio or '–'} | {one.case.most or '–'} | {one.load_average} |"
        for one in found
    ]
    return "\n".join(lines)


def _or_dash(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds} s"


def _race(case: Case, folder: Path, *, ours_first: bool) -> Raced:
    repository = folder / "repository"
    baseline, current = _commits(case, repository)
    download = ("cargo", "fetch", "--quiet")
    subprocess.run(download, cwd=repository, check=True)
    load = round(os.getloadavg()[0], 2)
    seconds: float | None = None
    if case.most and not ours_first:
        seconds = _classic(case, repository, baseline, current, folder)
    raced = _ours(case, repository, baseline, current, folder)
    if case.most and ours_first:
        seconds = _classic(case, repository, baseline, current, folder)
    return raced.model_copy(update={"classic": seconds, "load_average": load})


def _commits(case: Case, repository: Path) -> tuple[str, str]:
    """Make the repository with current checked out; answers with both commits."""
    change = keyed(case.change)

    def git(*arguments: str) -> str:
        command = (*GIT, *arguments)
        return subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout

    if change.crate != EXAMPLE:
        repository.mkdir()
        clone = Sources(WORK).clone(crates.named(change.crate))
        git("clone", "--quiet", "--no-local", str(clone), ".")
        git("checkout", "--quiet", "--detach", change.sha)
        return git("rev-parse", f"{change.sha}^1").strip(), change.sha
    shutil.copytree(EXAMPLES / EXAMPLE, repository, ignore=shutil.ignore_patterns("target"))
    (repository / "benchmark-ci.toml").unlink()  # targets: the classic procedure knows none
    git("init", "--quiet", "--initial-branch=main")
    git("add", "--all")
    git("commit", "--quiet", "--message=baseline")
    apply(change, repository)
    git("add", "--all")
    git("commit", "--quiet", "--message=current")
    baseline, current = git("rev-parse", "HEAD^1", "HEAD").split()
    return baseline, current


def _classic(case: Case, repository: Path, baseline: str, current: str, folder: Path) -> float:
    began = time.monotonic()
    for name, sha in (("changes", current), ("base", baseline)):
        tree = folder / name
        checkout = (*GIT, "worktree", "add", "--quiet", "--detach", str(tree), sha)
        subprocess.run(checkout, cwd=repository, check=True)
        lock = repository / "Cargo.lock"
        if lock.exists() and not (tree / "Cargo.lock").exists():
            shutil.copyfile(lock, tree / "Cargo.lock")
        home = {"CARGO_TARGET_DIR": str(tree / "target"), "CRITERION_HOME": str(folder / "criterion")}
        targets = [f"--bench={bench}" for bench in case.benches]
        command = ("cargo", "bench", "--quiet", *targets, "--", "--save-baseline", name)
        done = subprocess.run(command, cwd=tree, env=os.environ | home, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    compared = (str(critcmp()), "--target-dir", str(folder), "base", "changes")
    done = subprocess.run(compared, check=True, capture_output=True, text=True)
    assert done.stdout.strip(), "critcmp compared nothing"
    return round(time.monotonic() - began, 1)


def _ours(case: Case, repository: Path, baseline: str, current: str, folder: Path) -> Raced:
    settings = Settings(baseline_ref=baseline, current_ref=current, benches=case.benches)
    output = folder / "results"
    said = io.StringIO()
    console = Console(file=said, width=100)
    voice = TerminalVoice(console)
    door = TerminalDoor(settings, repository, output, dict(os.environ), console, voice)
    with watched() as spent:
        began = time.monotonic()
        run(door, voice)
        total = time.monotonic() - began
    recording = recordings.read(output / RECORDING)
    report, _ = judge(recording)
    assert recording.end and not recording.end.error and report.counts["compared"], said.getvalue()
    return Raced(
        case=case,
        benchmarks=report.counts["compared"],
        timed=len({one.id for one in recording.processes}),
        verdict=report.verdict,
        load_average=0.0,
        classic=None,
        ours=round(total, 1),
        build=round(spent["build"], 1),
        builds=(round(spent["baseline's build"], 1), round(spent["current's build"], 1)),
        proof=round(sum(one.seconds for one in recording.proofs), 1),
        measuring=recording.end.measuring_seconds,
    )
