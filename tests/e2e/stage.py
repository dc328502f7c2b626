"""What the end-to-end tests share: the quick crate and its changes, and reading what a run left."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

from benchmark_ci.measure import recording as recordings
from benchmark_ci.model import Recording
from tests.doubles.github import FakeGitHub, WorkflowRun
from tests.doubles.runner import RunnerResult
from tests.doubles.scene import NUMBER, Change, Scene

ROOT = Path(__file__).resolve().parents[2]
CRATES = ROOT / "tests" / "crates"
OWN_CRATES = ROOT / "tests" / "e2e" / "crates"
QUICK = OWN_CRATES / "quick"


def quick(*, pause_ms: int = 0, parse: float = 100.0, render: float = 2000.0) -> Change:
    """A change after which the quick crate's two benchmarks seem to take so many ns."""

    def change(repository: Path) -> None:
        (repository / "src" / "lib.rs").write_text(
            "pub const BENCHMARKS: &[(&str, f64)] = &"
            f'[("quick/parse", {parse}f64), ("quick/render", {render}f64)];\n'
            f"pub const PAUSE_MS: u64 = {pause_ms};\n"
            "pub fn before(_id: &str) {}\n"
        )

    return change


SLOWER = quick(parse=200.0)


def copy(crate: Path, folder: Path) -> Path:
    """A crate's copy that a test may change."""
    return Path(shutil.copytree(crate, folder, ignore=shutil.ignore_patterns("target")))


def results(workspace: Path) -> Path:
    return workspace / "benchmark-results"


def report(workspace: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((results(workspace) / "report.json").read_text())
    return loaded


def verdicts(workspace: Path) -> dict[str, str]:
    return {one["id"]: one["verdict"] for one in report(workspace)["benchmarks"]}


def recording(workspace: Path) -> Recording:
    return recordings.read(results(workspace) / "recording.jsonl.gz")


def members(github: FakeGitHub, name: str) -> dict[str, bytes]:
    """What a finished artifact holds."""
    with zipfile.ZipFile(io.BytesIO(github.artifacts.find(name).blob or b"")) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def shown(result: RunnerResult) -> str:
    """The log as people see it."""
    return "\n".join(result.log.lines)


def the_error(result: RunnerResult) -> str:
    """The one `::error::` of a run that failed, without a traceback beside it."""
    assert "Traceback" not in result.output
    (only,) = result.log.named("error")
    return only.data


STRANGER = "stranger/crate"


def from_fork(scene: Scene) -> dict[str, Any]:
    """The event of the same pull request, had a stranger opened it."""
    event = scene.event()
    event["pull_request"]["head"]["repo"] = {"full_name": STRANGER}
    return event


def of_a_stranger(scene: Scene, run_id: int, backend: str = "") -> WorkflowRun:
    """The run that has measured that pull request, as GitHub knows it afterwards."""
    runs = scene.github.runs
    run = WorkflowRun(run_id, scene.head, head_repository=STRANGER, backend=backend)
    runs.runs[run.id] = run
    runs.commits |= {scene.base: (), scene.head: (scene.base,), scene.merge: (scene.base, scene.head)}
    runs.branches["main"] = scene.base
    pull = scene.github.rest.pulls[NUMBER]
    pull.head_sha, pull.head_repository = scene.head, STRANGER
    return run
