"""A private repository: each way in which a job may hold credentials, and none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.doubles.github import Token
from tests.doubles.runner import RunnerResult
from tests.doubles.scene import NUMBER, Scene
from tests.e2e.stage import QUICK, SLOWER, shown, the_error
from tests.plan.repositories import BASIC, HEADER, TOKEN, git

pytestmark = pytest.mark.container


@pytest.fixture(scope="module")
def scene(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Scene(tmp_path_factory.mktemp("private"), QUICK, SLOWER, private=True) as scene:
        scene.github.rest.tokens[TOKEN] = Token()
        yield scene


def run(
    scene: Scene,
    *,
    config: tuple[str, str] | None = None,
    inputs: dict[str, str] | None = None,
    **options: Any,
) -> RunnerResult:
    workspace = scene.workspace(scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
    if config:
        git(workspace, "config", *config)
    scene.remote.authorizations.clear()
    scene.remote.command_lines.clear()
    return scene.run(
        "pull_request", scene.event(), workspace, {"time_budget": "0.5"} | (inputs or {}), **options
    )


def assert_fetched(scene: Scene, result: RunnerResult) -> None:
    """The baseline came, every request had the one right header, and no command line ever held it."""
    assert result.outputs["verdict"] == "regressed"
    given, lines = scene.remote.authorizations, scene.remote.command_lines
    assert given and given == [[f"basic {BASIC}"]] * len(given)
    assert any("git" in line for line in lines)
    assert [line for line in lines if TOKEN in line or BASIC in line] == []


def test_what_checkout_leaves_since_v6_is_used(scene: Scene) -> None:
    credentials = f'[http "{scene.remote.url}/"]\n\textraheader = {HEADER}\n'
    result = run(
        scene,
        config=(
            "includeIf.gitdir:/github/workspace/.git.path",
            "/github/runner_temp/git-credentials-1.config",
        ),
        temp_files={"git-credentials-1.config": credentials},
    )
    assert_fetched(scene, result)


def test_the_token_is_shown_to_the_jobs_own_server(scene: Scene) -> None:
    job = scene.job(scene.merge, f"refs/pull/{NUMBER}/merge", server_url=scene.remote.url)
    result = run(scene, inputs={"github_token": TOKEN}, job=job)
    assert_fetched(scene, result)


def test_the_token_replaces_what_checkout_left(scene: Scene) -> None:
    job = scene.job(scene.merge, f"refs/pull/{NUMBER}/merge", server_url=scene.remote.url)
    kept = (f"http.{scene.remote.url}/.extraheader", "AUTHORIZATION: basic b3V0ZGF0ZWQ=")
    result = run(scene, config=kept, inputs={"github_token": TOKEN}, job=job)
    assert_fetched(scene, result)


def test_without_credentials_the_remedies_are_named(scene: Scene) -> None:
    result = run(scene)
    assert (result.exit_code, result.outputs["verdict"]) == (4, "failed")
    error = the_error(result)
    assert "turned us away" in error
    assert [word for word in ("contents: read", "github_token", "fetch-depth: 0") if word not in error] == []
    assert scene.token not in shown(result)
