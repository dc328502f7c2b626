"""A stranger's pull request: one workflow measures with a token that can only read, another one posts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.github import Token, WorkflowRun
from tests.doubles.runner import RunnerResult
from tests.doubles.runner_environment import RunnerJob
from tests.doubles.scene import NUMBER, REPOSITORY, Scene
from tests.e2e.stage import QUICK, SLOWER, STRANGER, copy, from_fork, of_a_stranger, quick, report, the_error

pytestmark = pytest.mark.container
NAME = "benchmark-ci.toml"
STRICT = """\
threshold = 20

[limits]
"quick/render" = 5

[[targets]]
benchmark = "quick/parse"
reference = "quick/render"
times_faster = 5
fail = true
"""
LOOSE = '[limits]\n"quick/*" = 500\n'


@pytest.fixture(scope="module")
def scene(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Scene(tmp_path_factory.mktemp("fork"), QUICK, SLOWER) as scene:
        yield scene


def measured(scene: Scene) -> tuple[RunnerResult, WorkflowRun]:
    """The fork's run, and how GitHub knows it afterwards."""
    workspace = scene.workspace(scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
    job = scene.job(scene.merge, f"refs/pull/{NUMBER}/merge")
    inputs = {
        "time_budget": "0.5",
        "github_token": scene.github.token(Token(writes=False)),
        "comment": "never",
    }
    result = scene.run("pull_request", from_fork(scene), workspace, inputs, job=job)
    run = of_a_stranger(scene, job.run_id, job.run_backend_id)
    run.conclusion = "failure" if result.exit_code else "success"
    return result, run


def published(scene: Scene, run: WorkflowRun, folder: Path, **more: str) -> RunnerResult:
    """The second workflow's job, with nothing checked out."""
    folder.mkdir()
    event = {
        "action": "completed",
        "workflow_run": {"id": run.id, "head_repository": {"full_name": STRANGER}, "pull_requests": []},
        "repository": {"full_name": REPOSITORY, "default_branch": "main"},
    }
    job = RunnerJob(
        repository=REPOSITORY,
        workflow="Publish benchmarks",
        job="publish",
        sha=scene.base,
        ref="refs/heads/main",
        run_id=run.id + 5000,
        run_backend_id=f"publish-{run.id}",
    )
    inputs = {"mode": "publish", **more}
    return scene.run("workflow_run", event, folder, inputs, ref="refs/heads/main", job=job)


def test_measured_by_one_workflow_and_posted_by_the_other(scene: Scene, tmp_path: Path) -> None:
    first, run = measured(scene)
    assert (first.exit_code, first.outputs["verdict"]) == (1, "regressed"), first.output
    assert scene.github.comments(NUMBER) == []

    second = published(scene, run, tmp_path / "second", threshold="10")
    assert second.exit_code == 0, second.output
    same = ("verdict", "regressed", "compared", "baseline_sha", "current_sha")
    assert {name: second.outputs[name] for name in same} == {name: first.outputs[name] for name in same}
    assert "quick/parse" in scene.comment and "the fork's own run" in scene.comment
    assert report(tmp_path / "second")["verdict"] == "regressed"
    assert "Compiling" not in second.output

    scene.push(quick())
    scene.github.rest.pulls[NUMBER].head_sha = scene.head
    posted = scene.comment
    late = published(scene, run, tmp_path / "late")
    assert late.exit_code == 0
    assert "moved on" in late.log.named("notice")[0].data
    assert scene.comment == posted

    fixed, later = measured(scene)
    assert fixed.exit_code == 0
    assert published(scene, later, tmp_path / "fixed").exit_code == 0
    assert "quick/parse" not in scene.comment.split("<details")[0]


def test_an_artifact_that_nobody_of_us_made(scene: Scene, tmp_path: Path) -> None:
    run = WorkflowRun(77, scene.head, head_repository=STRANGER)
    scene.github.runs.runs[77] = run
    pull = scene.github.rest.pulls[NUMBER]
    pull.head_sha, pull.head_repository = scene.head, STRANGER
    scene.github.runs.store(run, "benchmark-report", b"PK no zip")
    before = [one.body for one in scene.github.comments(NUMBER)]
    result = published(scene, run, tmp_path / "hostile")
    assert (result.exit_code, result.outputs["verdict"]) == (2, "failed")
    assert "no zip file" in the_error(result)
    assert [one.body for one in scene.github.comments(NUMBER)] == before


def test_both_workflows_judge_by_the_baselines_rules(image: str, tmp_path: Path) -> None:
    """The fork loosens its limits and removes a target; all kinds of lines stand in its recording."""
    crate = copy(QUICK, tmp_path / "crate")
    (crate / NAME).write_text(STRICT)

    def loosened(repository: Path) -> None:
        SLOWER(repository)
        (repository / NAME).write_text(LOOSE)

    with Scene(tmp_path / "scene", crate, loosened) as scene:
        scene.github.runs.files = {
            (scene.base, NAME): STRICT.encode(),
            (scene.head, NAME): LOOSE.encode(),
            (scene.merge, NAME): LOOSE.encode(),
        }
        first, run = measured(scene)
        told = report(scene.last_workspace)
        second = published(scene, run, tmp_path / "second")
        assert (first.exit_code, second.exit_code) == (1, 0), second.output
        again = report(tmp_path / "second")
        for part in ("verdict", "threshold_percent", "counts", "benchmarks", "targets", "fails_job"):
            assert again[part] == told[part], part
        assert {one["id"]: one["limit_percent"] for one in again["benchmarks"]} == {
            "quick/parse": 20,
            "quick/render": 5,
        }
        assert len(again["targets"]) == 1
