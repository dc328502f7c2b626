"""Our own time beside builds and benchmark processes, as a share of a run's wall time.

A run of the command line is watched at the one door through which processes start: what cargo and the
benchmarks' executables take is theirs, proving has a target of its own (`proofs`), and all other time is ours
(git, copying, reading, judging, rendering).
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmark_ci.model import Noun, Settings
from benchmark_ci.run import run
from benchmark_ci.terminal import TerminalDoor, TerminalVoice
from benchmark_ci.wall import process
from benchmarks.truth.crates import HERE
from benchmarks.truth.variant import plant

PROVING = ("Prove", "Count the instructions of what is slower")
THEIR_TOOLS = frozenset({"cargo", "rustc", "rustup"})
GIT = ("git", "-c", "user.name=study", "-c", "user.email=study@example.invalid")


class Overhead(Noun):
    """Wall seconds of one run."""

    total: float
    build: float  # cargo and its like
    benchmarks: float  # the benchmarks' executables
    proof: float  # callgrind, and comparing what it tells
    ours: float
    ours_cpu: float  # CPU seconds of this process, proving included

    @property
    def percent(self) -> float:
        """Our share."""
        return round(100 * self.ours / self.total, 2)


class Stages(TerminalVoice):
    """Adds up the wall seconds of each stage by its title."""

    def __init__(self, console: Console) -> None:
        """Nothing is shown but what a `TerminalVoice` shows."""
        super().__init__(console)
        self.seconds: dict[str, float] = {}

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """A stage."""
        began = time.monotonic()
        with super().group(title):
            yield
        self.seconds[title] = self.seconds.get(title, 0.0) + time.monotonic() - began


def overhead(minutes: float = 1.0) -> Overhead:
    """Run the command line on our planted crate, with a slowdown of 8 %, in a repository of two commits."""
    with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
        repository = Path(folder) / "repository"
        baseline, current = _two_commits(repository)
        settings = Settings(baseline_ref=baseline, current_ref=current, time_budget_minutes=minutes)
        said = io.StringIO()
        console = Console(file=said, width=100)
        voice = Stages(console)
        door = TerminalDoor(settings, repository, Path(folder) / "results", dict(os.environ), console, voice)
        with watched() as spent:
            began, cpu = time.monotonic(), time.process_time()
            run(door, voice)
            total, cpu = time.monotonic() - began, time.process_time() - cpu
        assert spent["benchmarks"], said.getvalue()
    proof = sum(seconds for title, seconds in voice.seconds.items() if title in PROVING)
    assert proof, said.getvalue()
    return Overhead(
        total=round(total, 2),
        build=round(spent["build"], 2),
        benchmarks=round(spent["benchmarks"], 2),
        proof=round(proof, 2),
        ours=round(total - spent["build"] - spent["benchmarks"] - proof, 2),
        ours_cpu=round(cpu, 2),
    )


def _two_commits(repository: Path) -> list[str]:
    """Make the repository; answers with both commits."""
    shutil.copytree(HERE / "planted", repository, ignore=shutil.ignore_patterns("target"))
    plant(repository, 0)

    def git(*arguments: str) -> str:
        done = subprocess.run((*GIT, *arguments), cwd=repository, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    commits = []
    for percent in (0, 8):
        plant(repository, percent)
        git("add", "--all")
        git("commit", "--quiet", f"--message={percent}", "--allow-empty")
        commits.append(git("rev-parse", "HEAD"))
    return commits


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Within: the wall seconds of cargo's and the benchmarks' processes are added up.

    Beside these sums stand the first and the last `cargo bench`: baseline's build and current's.
    """
    spent = {"build": 0.0, "benchmarks": 0.0, "ours": 0.0}
    original = process.run

    def watched(argv: tuple[str, ...], **more: Any) -> process.Finished:
        finished = original(argv, **more)
        spent[_whose(argv[0])] += finished.wall_seconds
        if argv[1:2] == ("bench",):
            spent.setdefault("baseline's build", finished.wall_seconds)
            spent["current's build"] = finished.wall_seconds
        return finished

    process.run = watched
    try:
        yield spent
    finally:
        process.run = original


def _whose(program: str) -> str:
    if Path(program).name in THEIR_TOOLS:
        return "build"
    return "benchmarks" if "/deps/" in program else "ours"
