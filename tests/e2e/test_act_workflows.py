"""The example workflows as they stand, run by nektos/act: which jobs run, and what the gate says.

Three things are not GitHub's own: the action `OWNER/benchmark-ci@v1` is the image as built from here, jobs
run in that image too, and actions/download-artifact, which cannot be fetched without a network, is a stand-in
that speaks to the same artifact service.
"""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.doubles.github import Token
from tests.doubles.scene import IMAGE, NUMBER, REPOSITORY, Scene
from tests.e2e.stage import QUICK, ROOT, SLOWER, STRANGER, from_fork, of_a_stranger, quick
from tests.plan.repositories import git

pytestmark = [pytest.mark.container, pytest.mark.act]

WORKFLOWS = ROOT / "examples" / "workflows"
STAND_IN = ROOT / "tests" / "doubles" / "download-artifact"
GREEN, RED = "success", "failure"


@dataclass(frozen=True)
class Acted:
    jobs: dict[str, str]  # results by job id; a job that is not here was skipped
    log: str
    artifacts: Path  # of act's own artifact service


@dataclass
class Stage:
    """main: v1.0.0, v1.1.0; a pull request makes one benchmark slower."""

    scene: Scene
    folder: Path
    v1_1_0: str
    runs: int = 0

    def act(
        self, workflow: str, name: str, event: dict[str, Any], sha: str, ref: str, token: str = ""
    ) -> Acted:
        """Run an example on an event, in a fresh checkout of `sha`."""
        self.runs += 1
        folder = self.folder / f"act-{self.runs}"
        folder.mkdir()
        body = {"repository": {"full_name": REPOSITORY, "default_branch": "main"}, **event}
        (folder / "event.json").write_text(json.dumps(body))
        kept = ref.replace("refs/heads/", "refs/remotes/origin/").replace("refs/pull/", "refs/remotes/pull/")
        command = [
            *f"act {name} --json --pull=false --action-offline-mode --no-cache-server --rm".split(),
            *("-W", str(WORKFLOWS / workflow), "-e", str(folder / "event.json")),
            *("-P", f"ubuntu-latest={IMAGE}", "-P", f"self-hosted={IMAGE}"),
            *("--local-repository", f"OWNER/benchmark-ci@v1={self._action()}"),
            *("--local-repository", f"actions/download-artifact@v4={STAND_IN}"),
            *("--artifact-server-path", str(folder / "artifacts")),
            *("--artifact-server-addr", "127.0.0.1", "--artifact-server-port", str(_free_port())),
            *("-s", f"GITHUB_TOKEN={token or self.scene.token}"),
            *("--env", f"GITHUB_REPOSITORY={REPOSITORY}", "--env", "GITHUB_SERVER_URL=http://gh.localhost"),
            *("--env", f"GITHUB_API_URL={self.scene.github.api_url}"),
        ]
        done = subprocess.run(
            command, cwd=self.scene.workspace(sha, kept), capture_output=True, text=True, timeout=900
        )
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        jobs = {one["jobID"]: one["jobResult"] for one in lines if "jobResult" in one}
        log = "\n".join(str(one.get("msg", "")).rstrip("\n") for one in lines)
        ran = {job: result for job, result in jobs.items() if result != "skipped"}
        return Acted(ran, log + done.stderr, folder / "artifacts")

    def _action(self) -> Path:
        """The action with the image that is built already."""
        folder = self.folder / "action"
        folder.mkdir(exist_ok=True)
        described = (ROOT / "action.yml").read_text()
        assert "  image: Dockerfile\n" in described
        (folder / "action.yml").write_text(
            described.replace("  image: Dockerfile\n", f"  image: docker://{IMAGE}\n")
        )
        return folder


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def stage(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("workflows")
    with Scene(folder, QUICK, SLOWER, host="127.0.0.1") as scene:
        git(scene.repository, "checkout", "--quiet", "main")
        quick(parse=101.0)(scene.repository)
        released = scene.commit("Next release")
        git(scene.repository, "tag", "v1.1.0")
        yield Stage(scene, folder, released)


def pull_request(stage: Stage, *, draft: bool) -> dict[str, Any]:
    event = stage.scene.event()
    event["pull_request"]["draft"] = draft
    return event


def test_a_regression_in_a_pull_request_turns_the_gate_red(stage: Stage) -> None:
    event = pull_request(stage, draft=False)
    acted = stage.act("complete.yml", "pull_request", event, stage.scene.merge, f"refs/pull/{NUMBER}/merge")
    assert acted.jobs == {
        "benchmark": RED,
        "memory-benchmark": GREEN,
        "all-benchmarks-passed": RED,
    }, acted.log
    assert "1 of 2 benchmarks is slower by more than 10 %" in acted.log
    assert "| `quick/parse` | " in acted.log
    assert "A regression, or a benchmark job that failed or was cancelled" in acted.log
    assert "`quick/parse`" in stage.scene.comment


def test_a_draft_is_not_benchmarked_and_the_gate_is_green(stage: Stage) -> None:
    event = pull_request(stage, draft=True)
    acted = stage.act("complete.yml", "pull_request", event, stage.scene.merge, f"refs/pull/{NUMBER}/merge")
    assert acted.jobs == {"all-benchmarks-passed": GREEN}, acted.log


TREND = {"benchmark-trend": GREEN, "memory-benchmark": GREEN, "all-benchmarks-passed": GREEN}


def test_a_push_is_compared_with_what_was_there_before(stage: Stage) -> None:
    event = {"ref": "refs/heads/main", "before": stage.scene.base, "after": stage.v1_1_0, "deleted": False}
    acted = stage.act("complete.yml", "push", event, stage.v1_1_0, "refs/heads/main")
    assert acted.jobs == TREND, acted.log
    assert stage.scene.base[:7] in acted.log and "the commit before this push" in acted.log


def test_a_release_is_compared_with_the_release_before(stage: Stage) -> None:
    event = {"action": "published", "release": {"tag_name": "v1.1.0"}}
    acted = stage.act("complete.yml", "release", event, stage.v1_1_0, "refs/tags/v1.1.0")
    assert acted.jobs == TREND, acted.log
    assert "the newest stable release before v1.1.0" in acted.log


def test_a_release_without_an_earlier_one_turns_the_gate_red(stage: Stage) -> None:
    event = {"action": "published", "release": {"tag_name": "v1.0.0"}}
    acted = stage.act("complete.yml", "release", event, stage.scene.base, "refs/tags/v1.0.0")
    assert acted.jobs == {"benchmark-trend": RED, "all-benchmarks-passed": RED}, acted.log


def test_a_dispatch_is_compared_with_what_it_names(stage: Stage) -> None:
    event = {"ref": "refs/heads/main", "inputs": {"baseline_ref": "v1.0.0"}}
    acted = stage.act("complete.yml", "workflow_dispatch", event, stage.v1_1_0, "refs/heads/main")
    assert acted.jobs == {
        "benchmark": GREEN,
        "memory-benchmark": GREEN,
        "all-benchmarks-passed": GREEN,
    }, acted.log
    assert stage.scene.base in acted.log


def test_where_nothing_was_timed_there_is_no_memory_and_the_gate_is_green(stage: Stage) -> None:
    event = {"ref": "refs/heads/main", "inputs": {"baseline_ref": "v1.1.0"}}
    acted = stage.act("complete.yml", "workflow_dispatch", event, stage.v1_1_0, "refs/heads/main")
    assert acted.jobs == {"benchmark": GREEN, "all-benchmarks-passed": GREEN}, acted.log


GATE: dict[str, tuple[tuple[str, str, str], str]] = {
    "slower": (("failure", "skipped", "success"), RED),
    "slower-as-pushed": (("skipped", "failure", "success"), RED),
    "no-memory": (("success", "skipped", "failure"), RED),
    "cancelled": (("cancelled", "skipped", "skipped"), RED),
    "memory-cancelled": (("success", "skipped", "cancelled"), RED),
    "nothing-ran": (("skipped", "skipped", "skipped"), RED),
    "all-well": (("success", "skipped", "success"), GREEN),
    "as-pushed": (("skipped", "success", "success"), GREEN),
    "nothing-timed": (("success", "skipped", "skipped"), GREEN),
}


def test_the_gate_for_what_may_have_become_of_the_jobs_before_it(stage: Stage, tmp_path: Path) -> None:
    """The gate's own steps, once for each case: act cannot cancel a job."""
    jobs = YAML(typ="safe", pure=True).load((WORKFLOWS / "complete.yml").read_text(encoding="utf-8"))["jobs"]
    gate = json.dumps(jobs["all-benchmarks-passed"] | {"needs": []})
    assert gate.count("needs.*.result") == 4
    gates = {
        name: json.loads(
            gate.replace("needs.*.result", json.dumps(f"fromJSON('{json.dumps(results)}')")[1:-1])
        )
        for name, (results, _) in GATE.items()
    }
    (tmp_path / "gates.yml").write_text(json.dumps({"on": "push", "jobs": gates}))
    acted = stage.act(str(tmp_path / "gates.yml"), "push", {}, stage.v1_1_0, "refs/heads/main")
    assert acted.jobs == {name: expected for name, (_, expected) in GATE.items()}, acted.log


def test_a_strangers_pull_request_is_measured_by_one_workflow_and_posted_by_the_other(stage: Stage) -> None:
    with Scene(stage.folder / "fork", QUICK, SLOWER, host="127.0.0.1") as scene:
        pair = Stage(scene, stage.folder / "fork", "")
        first = pair.act(
            "benchmark-fork.yml",
            "pull_request",
            from_fork(scene),
            scene.merge,
            f"refs/pull/{NUMBER}/merge",
            scene.github.token(Token(writes=False)),
        )
        assert first.jobs == {"benchmark": RED}, first.log
        assert scene.github.comments(NUMBER) == []
        run = of_a_stranger(scene, 1)
        (artifact,) = first.artifacts.rglob("benchmark-report.zip")
        scene.github.runs.store(run, "benchmark-report", artifact.read_bytes())
        completed = {
            "id": run.id,
            "event": "pull_request",
            "head_branch": "feature",
            "head_repository": {"full_name": STRANGER},
        }
        event = {"action": "completed", "workflow_run": completed}
        second = pair.act("publish.yml", "workflow_run", event, scene.base, "refs/heads/main")
        assert second.jobs == {"publish": GREEN}, second.log
        assert "`quick/parse`" in scene.comment and "the fork's own run" in scene.comment


def test_the_nightly_run_is_compared_with_the_latest_release(stage: Stage) -> None:
    acted = stage.act("nightly.yml", "schedule", {}, stage.v1_1_0, "refs/heads/main")
    assert acted.jobs == {"benchmark": GREEN}, acted.log
    assert stage.scene.base[:7] in acted.log


def test_the_start_fails_with_a_regression(stage: Stage) -> None:
    event = pull_request(stage, draft=False)
    acted = stage.act("start.yml", "pull_request", event, stage.scene.merge, f"refs/pull/{NUMBER}/merge")
    assert acted.jobs == {"benchmark": RED}, acted.log
    assert "1 of 2 benchmarks is slower by more than 10 %" in acted.log


def test_a_push_beside_the_start_is_compared(stage: Stage) -> None:
    event = {"ref": "refs/heads/main", "before": stage.scene.base, "after": stage.v1_1_0, "deleted": False}
    acted = stage.act("push-and-release.yml", "push", event, stage.v1_1_0, "refs/heads/main")
    assert acted.jobs == {"benchmark": GREEN}, acted.log
