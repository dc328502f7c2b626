"""What cannot be done is one clear error before anything is measured; the exit code says of which kind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.doubles.runner import RunnerResult
from tests.doubles.runner_environment import RunnerJob
from tests.doubles.scene import NUMBER, Scene
from tests.e2e.stage import QUICK, SLOWER, copy, from_fork, the_error

pytestmark = pytest.mark.container


def refused(result: RunnerResult) -> str:
    """The error of a run that was refused for what it was given."""
    assert result.exit_code == 2
    assert result.outputs["verdict"] == "failed"
    assert not result.file_errors and result.left_by_root == []
    error = the_error(result)
    assert error.splitlines()[0] in result.summary.replace("\\", "")
    return error


def test_all_bad_inputs_are_named_at_once(quick_scene: Scene) -> None:
    bad = {
        "threshold": "-5",
        "fail_on": "maybe",
        "comment": "loudly",
        "all_features": "yes",
        "time_budget": "soon",
        "filter": "(",
        "toolchain": "/tmp/mine",
        "environment": "GITHUB_TOKEN",
        "baseline_ref": "a..b",
    }
    quick_scene.remote.authorizations.clear()
    error = refused(quick_scene.pull_request(bad))
    assert [name for name in bad if f"`{name}`" not in error] == []
    assert "regression, inconclusive, never" in error and "always, changes, never" in error


@pytest.mark.parametrize("threshold", ["abc", "0", "1e9", "nan", "-5%"])
def test_an_impossible_threshold_is_refused_with_what_is_allowed(quick_scene: Scene, threshold: str) -> None:
    error = refused(quick_scene.pull_request({"threshold": threshold}))
    assert "Input `threshold`" in error and f"`{threshold}`" in error
    assert "above 0 and at most 1000" in error


def test_the_older_name_of_the_threshold_is_held_to_the_same(quick_scene: Scene) -> None:
    error = refused(quick_scene.pull_request(env={"REGRESSION_THRESHOLD": "much"}))
    assert "REGRESSION_THRESHOLD" in error


@pytest.mark.parametrize("ref", ["--upload-pack=x", "-x", "a..b", "HEAD~1", "@{-1}"])
def test_a_ref_that_git_could_misread_never_reaches_git(quick_scene: Scene, ref: str) -> None:
    workspace = quick_scene.workspace(quick_scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
    quick_scene.remote.authorizations.clear()
    asked = {"baseline_ref": ref}
    error = refused(quick_scene.run("pull_request", quick_scene.event(), workspace, asked))
    assert "Input `baseline_ref`" in error
    assert quick_scene.remote.authorizations == []


@pytest.mark.parametrize("ref", ["no-such-branch", "dead" * 10])
def test_an_unknown_ref_is_refused_with_its_name(quick_scene: Scene, ref: str) -> None:
    error = refused(quick_scene.pull_request({"baseline_ref": ref}))
    assert f"`{ref}`" in error and "neither in the checkout nor on" in error


def test_a_workspace_without_a_checkout_asks_for_one(quick_scene: Scene, tmp_path: Path) -> None:
    empty = tmp_path / "workspace"
    empty.mkdir()
    result = quick_scene.run("pull_request", quick_scene.event(), empty, job=RunnerJob())
    assert "Run actions/checkout first" in refused(result)


def test_a_repository_without_a_manifest_says_where_it_looked(quick_scene: Scene) -> None:
    error = refused(quick_scene.pull_request({"working_directory": "src"}))
    assert "no Cargo.toml in `src`" in error and "working_directory" in error


def test_a_working_directory_that_is_not_there_is_named(quick_scene: Scene) -> None:
    error = refused(quick_scene.pull_request({"working_directory": "crates/core"}))
    assert "`crates/core` does not exist" in error


@pytest.mark.parametrize("directory", ["../elsewhere", "/etc"])
def test_a_working_directory_outside_the_repository_is_refused(quick_scene: Scene, directory: str) -> None:
    assert "inside the repository" in refused(quick_scene.pull_request({"working_directory": directory}))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"pull_request": ', "not JSON"),
        ("{}", "has no `pull_request`"),
        ('{"pull_request": 7}', "pull_request"),
    ],
    ids=["cut off", "empty", "nonsense"],
)
def test_a_broken_event_file_is_named(quick_scene: Scene, text: str, why: str) -> None:
    error = refused(quick_scene.pull_request(temp_files={"_github_workflow/event.json": text}))
    assert "/github/workflow/event.json" in error and why in error


@pytest.mark.parametrize("event_name", ["pull_request_target", "workflow_run", "issue_comment"])
def test_a_strangers_head_beside_the_secrets_is_refused_before_any_git_request(
    quick_scene: Scene, event_name: str
) -> None:
    workspace = quick_scene.workspace(quick_scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
    quick_scene.remote.authorizations.clear()
    stranger = {"head_repository": {"full_name": "stranger/crate"}}
    event = from_fork(quick_scene) | {"workflow_run": stranger, "issue": {"pull_request": {}}}
    error = refused(quick_scene.run(event_name, event, workspace))
    assert event_name in error and "secrets" in error
    assert quick_scene.remote.authorizations == []


def test_a_filter_that_matches_nothing_compares_nothing(quick_scene: Scene) -> None:
    result = quick_scene.pull_request({"filter": "^no-such-benchmark$"})
    assert (result.exit_code, result.outputs["verdict"]) == (3, "nothing-compared")
    assert "none of the 2 benchmarks" in the_error(result) and "`filter`" in the_error(result)


@pytest.mark.parametrize("name", ["packages", "benches"])
def test_a_package_or_bench_target_that_is_not_there_is_named(quick_scene: Scene, name: str) -> None:
    result = quick_scene.pull_request({name: "missing"})
    assert result.exit_code == 2
    assert "missing" in the_error(result) and "quick" in the_error(result)


def test_a_package_without_benchmarks_is_told_how_to_get_some(
    image: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("without")
    crate = copy(QUICK, folder / "crate")
    shutil.rmtree(crate / "benches")
    manifest = (crate / "Cargo.toml").read_text()
    (crate / "Cargo.toml").write_text(manifest.partition("[[bench]]")[0])
    with Scene(folder / "scene", crate, SLOWER) as scene:
        result = scene.pull_request()
    assert (result.exit_code, result.outputs["verdict"]) == (3, "nothing-compared")
    assert "No bench target was found" in the_error(result) and "harness = false" in the_error(result)
