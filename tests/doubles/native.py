"""The action without its container: what a machine without a Docker engine can show."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark_ci.inputs import INPUTS
from tests.doubles.github import FakeGitHub
from tests.doubles.runner import RunnerResult, lay_out, read_result
from tests.doubles.runner_environment import RunnerJob, environment
from tests.plan.repositories import git

if TYPE_CHECKING:
    from tests.doubles.scene import Scene

SUFFIX = "native"


def run_natively(scene: Scene, inputs: Mapping[str, str]) -> RunnerResult:
    """Run `benchmark-ci action` on the pull request in a process of this machine."""
    workspace = scene.workspace(scene.merge, "refs/remotes/pull/7/merge")
    scene.last_workspace = workspace
    job = RunnerJob(repository="octo/crate", sha=git(workspace, "rev-parse", "HEAD"))
    given = {"github_token": scene.token} | dict(inputs)
    return act(job, "pull_request", scene.event(), workspace, given, scene.github)


def act(
    job: RunnerJob,
    event_name: str,
    event: Mapping[str, object],
    workspace: Path,
    inputs: Mapping[str, str],
    github: FakeGitHub,
) -> RunnerResult:
    """Run `benchmark-ci action` as a job, the container's paths translated."""
    temp = Path(tempfile.mkdtemp(prefix="runner-temp-", dir=workspace.parent))
    lay_out(temp, event, SUFFIX)
    given = {one.name: "" for one in INPUTS} | dict(inputs)
    variables = environment(job, event_name, given, github, SUFFIX, {})
    places = {
        "/github/workspace": str(workspace),
        "/github/workflow": str(temp / "_github_workflow"),
        "/github/file_commands": str(temp / "_runner_file_commands"),
    }
    translated = {name: _translate(value, places) for name, value in variables.items() if name != "HOME"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmark_ci", "action"],
        env={**os.environ, **translated},
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    streams = [("stdout", line) for line in done.stdout.splitlines(keepends=True)]
    streams += [("stderr", line) for line in done.stderr.splitlines(keepends=True)]
    return read_result(done.returncode, streams, temp, workspace, SUFFIX)


def _translate(value: str, places: Mapping[str, str]) -> str:
    for inside, outside in places.items():
        if value == inside or value.startswith(f"{inside}/"):
            return outside + value.removeprefix(inside)
    return value
