"""The whole job on the example, with a local recorder in GitHub's place: `make demo`.

A throw-away repository of `examples/quantizer` gets a pull request that holds a plausible slowdown in one
benchmark and an innocent change elsewhere. Exits with 0 when the job did what it should, which includes
that its verdict is red.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.doubles.native import run_natively
from tests.doubles.runner import RunnerResult
from tests.doubles.scene import IMAGE, Scene

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "quantizer"
PATCHES = [ROOT / "examples" / "demo" / name for name in ("slowdown.patch", "innocent.patch")]
SLOWED = "channel_equalization"
INPUTS = {"time_budget": "3"}
RESULTS = ROOT / "benchmark-results"
LINE = "─" * 100


def main() -> int:
    began = time.monotonic()
    container = engine_answers()
    if container:
        say("A Docker engine answers: the job runs in the action's container, as GitHub's runner calls it.")
        subprocess.run(["docker", "build", "--quiet", "-t", IMAGE, str(ROOT)], check=True)
    else:
        say(
            "No Docker engine answers: the job runs natively, with this machine's cargo and without the wall."
        )
    host = None if container else "127.0.0.1"
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-ci-demo-") as folder,
        Scene(Path(folder), EXAMPLE, apply_patches, host=host) as scene,
    ):
        result = scene.pull_request(INPUTS) if container else run_natively(scene, INPUTS)
        shutil.rmtree(RESULTS, ignore_errors=True)
        shutil.copytree(scene.last_workspace / "benchmark-results", RESULTS)
        comments = [comment.body for comment in scene.github.comments(7)]
        artifacts = {artifact.name for artifact in scene.github.artifacts.stored if artifact.final}
    show(result, comments, artifacts)
    say(f"{time.monotonic() - began:.0f} s in all.")
    return complain(problems(result, comments, artifacts))


def engine_answers() -> bool:
    """Whether there is a Docker engine to run the action in."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True).returncode == 0


def apply_patches(repository: Path) -> None:
    for patch in PATCHES:
        subprocess.run(["git", "apply", str(patch)], cwd=repository, check=True)


def show(result: RunnerResult, comments: list[str], artifacts: set[str]) -> None:
    """What the pull request's author would see."""
    say(result.output)
    for comment in comments:
        say(f"{LINE}\nThe comment on the pull request:\n{LINE}\n{comment}\n{LINE}")
    say(f"Artifacts: {', '.join(sorted(artifacts))}")
    say(f"Verdict: {result.outputs.get('verdict')}; the job's exit code: {result.exit_code}")
    say(f"HTML report: {RESULTS / 'report.html'}")


def problems(result: RunnerResult, comments: list[str], artifacts: set[str]) -> list[str]:
    """What did not go as it should."""
    expected = {"benchmark-report", "benchmark-results-baseline", "benchmark-results-current"}
    checks = {
        f"the verdict is {result.outputs.get('verdict')}, not regressed": result.outputs.get("verdict")
        == "regressed",
        f"the exit code is {result.exit_code}, not 1": result.exit_code == 1,
        f"there are {len(comments)} comments, not one": len(comments) == 1,
        f"the comment does not name {SLOWED}": SLOWED in "".join(comments).partition("<details>")[0],
        f"artifacts are missing: {expected - artifacts}": expected <= artifacts,
    }
    return [problem for problem, fine in checks.items() if not fine]


def complain(found: list[str]) -> int:
    for problem in found:
        say(f"The demo did not go as it should: {problem}.")
    return 1 if found else 0


def say(text: str) -> None:
    sys.stdout.write(text + os.linesep)
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
