"""The history through the image: a push leaves a point, the next runs read it, and nothing depends on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark_ci.history.file import read
from benchmark_ci.history.layout import BRANCH
from benchmark_ci.model import HistoryPoint
from tests.doubles.github import Token
from tests.doubles.runner import RunnerResult
from tests.doubles.scene import REPOSITORY, Scene
from tests.e2e.stage import QUICK, SLOWER, members, quick, recording, report, results
from tests.plan.repositories import git

pytestmark = pytest.mark.container

INPUTS = {"time_budget": "0.5"}
REF = f"refs/heads/{BRANCH}"


@pytest.fixture
def scene(image: str, tmp_path: Path) -> Iterator[Scene]:
    with Scene(tmp_path / "scene", QUICK, SLOWER) as scene:
        yield scene


def push(scene: Scene, parse: float, **inputs: str) -> tuple[str, RunnerResult]:
    """A push to main, and the run on it."""
    git(scene.repository, "checkout", "--quiet", "main")
    before = git(scene.repository, "rev-parse", "HEAD")
    quick(parse=parse)(scene.repository)
    after = scene.commit(f"It takes {parse} ns")
    body = {"repository": {"full_name": REPOSITORY, "default_branch": "main"}, "before": before}
    workspace = scene.workspace(after, "refs/remotes/origin/main")
    return after, scene.run("push", body, workspace, INPUTS | inputs, ref="refs/heads/main")


def points(scene: Scene) -> list[HistoryPoint]:
    return [
        found
        for name, content in scene.github.rest.git.files(REF).items()
        if name.endswith(".jsonl")
        for found in read(content.splitlines(keepends=True), name)
    ]


def standing(scene: Scene, sha: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(members(scene.github, f"benchmark-history-{sha}")["branch.json"])
    return loaded


def test_pushes_leave_points_and_later_runs_show_them(scene: Scene) -> None:
    first, result = push(scene, 150.0)
    assert (result.exit_code, result.outputs["verdict"]) == (1, "regressed")
    assert [one.sha for one in points(scene)] == [first]
    assert standing(scene, first)["branch_commit"] == scene.github.rest.git.refs[REF]
    parse = next(n for n, one in enumerate(points(scene)[0].benchmarks) if one.full_id == "quick/parse")
    assert points(scene)[0].regressed == (parse,)

    scene.github.rest.git.write_to(scene.repository)  # now the git server has the branch too
    second, result = push(scene, 151.0)
    assert result.exit_code == 0 and [one.sha for one in points(scene)] == [first, second]
    history = recording(scene.last_workspace).history
    assert history and (history.caution, {one.id for one in history.courses}) == (
        "",
        {"quick/parse", "quick/render"},
    )
    assert report(scene.last_workspace)["courses"]
    assert ">Course</th>" in (results(scene.last_workspace) / "report.html").read_text()


def test_without_permission_the_verdict_stands_and_the_artifact_has_the_point(scene: Scene) -> None:
    sha, result = push(scene, 100.5, github_token=scene.github.token(Token(writes=False)))
    assert (result.exit_code, result.outputs["verdict"]) == (0, "unchanged")
    (notice,) = [one.data for one in result.log.named("notice") if "history" in one.data]
    assert "contents: write" in notice
    assert scene.github.rest.git.refs == {} and standing(scene, sha)["branch_commit"] is None
    kept = members(scene.github, f"benchmark-history-{sha}")["history.jsonl"]
    assert [one.sha for one in read(kept.splitlines(keepends=True), "artifact")] == [sha]


def test_pull_requests_and_those_who_do_not_want_it_leave_nothing(scene: Scene) -> None:
    scene.pull_request(INPUTS)
    _, result = push(scene, 100.5, history="false")
    assert result.exit_code == 0 and recording(scene.last_workspace).history is None
    assert scene.github.rest.git.refs == {}
    assert not [one for one in scene.github.artifacts.stored if "history" in one.name]
