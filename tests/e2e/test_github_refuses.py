"""What GitHub refuses is said once, and changes no verdict; what `fail_on` and `comment` make of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.github import Token
from tests.doubles.http_double import Answer, StoreThen, status
from tests.doubles.runner import RunnerResult
from tests.doubles.scene import NUMBER, Scene
from tests.e2e.stage import QUICK, SLOWER, from_fork, quick, the_error

pytestmark = pytest.mark.container

BUDGET = {"time_budget": "0.5"}
COMMENTS = f"/issues/{NUMBER}/comments"


@pytest.fixture
def scene(image: str, tmp_path: Path) -> Iterator[Scene]:
    with Scene(tmp_path / "scene", QUICK, SLOWER) as scene:
        yield scene


def told(result: RunnerResult, level: str) -> list[str]:
    """What is said of the refusal: everything but the caution about the lock."""
    return [one.data for one in result.log.named(level) if "Cargo.lock" not in one.data]


def artifacts(scene: Scene) -> set[str]:
    return {one.name for one in scene.github.artifacts.stored if one.final}


ALL = {
    "benchmark-report",
    "benchmark-results-current",
    "benchmark-results-baseline",
    "memory-benchmark-results",
}


def test_a_read_only_token_of_a_fork_is_a_notice(scene: Scene) -> None:
    token = scene.github.token(Token(writes=False))
    workspace = scene.workspace(scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
    result = scene.run("pull_request", from_fork(scene), workspace, BUDGET | {"github_token": token})
    assert (result.exit_code, result.outputs["verdict"]) == (1, "regressed")
    assert len(told(result, "notice")) == 1 and told(result, "warning") == []
    assert scene.github.comments(NUMBER) == [] and result.outputs["comment_url"] == ""
    assert artifacts(scene) == ALL and "quick/parse" in result.summary


def test_a_read_only_token_of_the_own_repository_is_a_warning_with_the_remedy(scene: Scene) -> None:
    result = scene.pull_request(BUDGET | {"github_token": scene.github.token(Token(writes=False))})
    assert result.exit_code == 1 and artifacts(scene) == ALL
    (warning,) = told(result, "warning")
    assert "pull-requests: write" in warning


def test_without_an_artifact_service_the_comment_still_comes(scene: Scene) -> None:
    job = scene.job(scene.merge, f"refs/pull/{NUMBER}/merge", artifacts=False)
    result = scene.pull_request(BUDGET, job=job)
    assert (result.exit_code, result.outputs["artifact_url"]) == (1, "")
    (warning,) = told(result, "warning")
    assert "artifact" in warning and "actions/upload-artifact" in warning
    assert "quick/parse" in scene.comment


def test_a_comment_whose_answer_got_lost_is_not_posted_twice(scene: Scene) -> None:
    scene.github.fail("POST", COMMENTS, StoreThen(Answer(502)))
    result = scene.pull_request(BUDGET)
    assert result.exit_code == 1 and "quick/parse" in scene.comment
    assert result.outputs["comment_url"] and told(result, "warning") == []


def test_a_github_that_stays_down_costs_the_comment_alone(scene: Scene) -> None:
    scene.github.fail("GET", COMMENTS, *[status(502)] * 20)
    result = scene.pull_request(BUDGET)
    assert (result.exit_code, result.outputs["verdict"]) == (1, "regressed")
    (warning,) = told(result, "warning")
    assert "comment was not posted" in warning
    assert artifacts(scene) == ALL and "quick/parse" in result.summary


def test_no_comment_is_asked_for_where_none_is_wanted(scene: Scene) -> None:
    result = scene.pull_request(BUDGET | {"comment": "never"})
    assert result.exit_code == 1 and scene.github.comments(NUMBER) == []
    assert scene.github.requests("", COMMENTS) == []


def test_comments_on_changes_alone_begin_with_the_first_change(scene: Scene) -> None:
    asked = BUDGET | {"comment": "changes"}
    scene.push(quick())
    quiet = scene.pull_request(asked)
    assert (quiet.exit_code, scene.github.comments(NUMBER)) == (0, [])
    scene.push(SLOWER)
    scene.pull_request(asked)
    assert "### ❌" in scene.comment
    scene.push(quick())
    scene.pull_request(asked)
    assert "### ✅" in scene.comment


def test_a_regression_that_is_to_fail_nothing_is_still_told(scene: Scene) -> None:
    result = scene.pull_request(BUDGET | {"fail_on": "never"})
    assert (result.exit_code, result.outputs["verdict"], result.outputs["regressed"]) == (0, "regressed", "1")
    assert result.log.named("error") == [] and "### ❌" in scene.comment


@pytest.mark.parametrize(("fail_on", "code"), [("regression", 0), ("inconclusive", 1)])
def test_doubt_fails_the_job_where_that_is_asked_for(scene: Scene, fail_on: str, code: int) -> None:
    """Time for the first few rounds of one benchmark, and no look at the data yet."""
    scene.push(quick(pause_ms=2000, parse=105.0))
    result = scene.pull_request({"time_budget": "0.15", "filter": "parse", "fail_on": fail_on})
    assert (result.exit_code, result.outputs["verdict"]) == (code, "inconclusive")
    assert len(result.log.named("error")) == code


def test_a_threshold_above_the_change_lets_it_pass(scene: Scene) -> None:
    result = scene.pull_request(BUDGET | {"threshold": "150%"}, env={"REGRESSION_THRESHOLD": "5"})
    assert (result.exit_code, result.outputs["verdict"]) == (0, "unchanged")


def test_the_older_name_of_the_threshold_still_counts(scene: Scene) -> None:
    result = scene.pull_request(BUDGET, env={"REGRESSION_THRESHOLD": "150"})
    assert (result.exit_code, result.outputs["verdict"]) == (0, "unchanged")


def test_a_regression_is_an_error_line_and_nothing_else_is(scene: Scene) -> None:
    result = scene.pull_request(BUDGET)
    assert re.match(r"100\.[01] → 200\.[0-2] ns: \+", the_error(result)), "its noise is a thousandth"
