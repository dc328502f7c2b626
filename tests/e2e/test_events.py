"""Which two commits each event compares, from a checkout of depth 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.runner import RunnerResult
from tests.doubles.scene import REPOSITORY, Scene
from tests.e2e.stage import QUICK, quick, shown
from tests.plan.repositories import git

pytestmark = pytest.mark.container

INPUTS = {"time_budget": "0.5", "filter": "parse"}
GONE = "1234567890" * 4


@dataclass
class History:
    """main: v1.0.0, v1.1.0, a release candidate, a commit, v1.2.0; a branch left it at v1.1.0."""

    scene: Scene
    commits: dict[str, str]

    def run(
        self,
        event: str,
        at: str,
        ref: str,
        inputs: dict[str, str] | None = None,
        **payload: Any,
    ) -> RunnerResult:
        kept = ref.replace("refs/heads/", "refs/remotes/origin/")
        workspace = self.scene.workspace(self.commits[at], kept)
        body = {"repository": {"full_name": REPOSITORY, "default_branch": "main"}, "ref": ref, **payload}
        return self.scene.run(event, body, workspace, INPUTS | (inputs or {}), ref=ref)

    def compared(self, result: RunnerResult) -> tuple[str, str]:
        """The names of both commits."""
        names = {sha: name for name, sha in self.commits.items()}
        return names[result.outputs["baseline_sha"]], names[result.outputs["current_sha"]]


@pytest.fixture(scope="module")
def history(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    with Scene(tmp_path_factory.mktemp("events"), QUICK, quick()) as scene:
        here = scene.repository
        commits = {"v1.0.0": scene.base}
        git(here, "checkout", "--quiet", "main")
        for number, name in enumerate(("v1.1.0", "v1.2.0-rc.1", "before", "v1.2.0"), start=1):
            quick(parse=100.0 + number / 100)(here)
            commits[name] = scene.commit(f"Number {number}")
            if name.startswith("v"):
                git(here, "tag", "-a", name, "-m", name)
        git(here, "checkout", "--quiet", "-b", "topic", "v1.1.0")
        quick(render=1999.0)(here)
        commits["topic"] = scene.commit("A topic")
        git(here, "checkout", "--quiet", "main")
        yield History(scene, commits)


def test_a_push_to_the_default_branch_is_compared_with_what_was_there_before(history: History) -> None:
    before = history.commits["v1.2.0-rc.1"]  # the push brought two commits
    result = history.run("push", "v1.2.0", "refs/heads/main", before=before)
    assert history.compared(result) == ("v1.2.0-rc.1", "v1.2.0")
    assert result.exit_code == 0 and result.outputs["verdict"] == "unchanged"
    assert result.outputs["comment_url"] == "" and history.scene.github.comments(7) == []
    assert result.summary and result.outputs["artifact_url"]


@pytest.mark.parametrize("before", ["0" * 40, GONE], ids=["zeros", "gone"])
def test_a_push_without_a_usable_before_is_compared_with_its_parent(history: History, before: str) -> None:
    result = history.run("push", "v1.2.0", "refs/heads/main", before=before)
    assert history.compared(result) == ("before", "v1.2.0")
    assert (before[:12] in shown(result)) == (before == GONE)


def test_a_push_to_another_branch_is_compared_with_where_it_left_the_default_branch(history: History) -> None:
    result = history.run("push", "topic", "refs/heads/topic", before="0" * 40)
    assert history.compared(result) == ("v1.1.0", "topic")


def test_a_release_is_compared_with_the_newest_stable_release_before_it(history: History) -> None:
    result = history.run("release", "v1.2.0", "refs/tags/v1.2.0", release={"tag_name": "v1.2.0"})
    assert history.compared(result) == ("v1.1.0", "v1.2.0")


def test_the_first_release_has_nothing_to_be_compared_with(history: History) -> None:
    result = history.run("release", "v1.0.0", "refs/tags/v1.0.0", release={"tag_name": "v1.0.0"})
    assert (result.exit_code, result.outputs["verdict"]) == (3, "nothing-compared")
    assert "baseline_ref" in shown(result)


@pytest.mark.parametrize(
    ("asked", "baseline"),
    [("topic", "topic"), ("v1.0.0", "v1.0.0"), ("latest-release", "v1.1.0")],
    ids=["branch", "tag", "latest-release"],
)
def test_a_dispatch_is_compared_with_what_it_names(history: History, asked: str, baseline: str) -> None:
    result = history.run("workflow_dispatch", "v1.2.0", "refs/heads/main", {"baseline_ref": asked})
    assert history.compared(result) == (baseline, "v1.2.0")
    assert history.commits[baseline] in shown(result) and history.commits["v1.2.0"] in shown(result)


def test_a_dispatch_that_names_nothing_is_compared_with_the_default_branch(history: History) -> None:
    result = history.run("workflow_dispatch", "topic", "refs/heads/topic")
    assert history.compared(result) == ("v1.2.0", "topic")


def test_a_dispatch_may_name_a_full_sha(history: History) -> None:
    asked = {"baseline_ref": history.commits["v1.2.0-rc.1"]}
    result = history.run("workflow_dispatch", "v1.2.0", "refs/heads/main", asked)
    assert history.compared(result) == ("v1.2.0-rc.1", "v1.2.0")


def test_the_same_commit_on_both_sides_is_said_and_fails_nothing(history: History) -> None:
    result = history.run("schedule", "v1.2.0", "refs/heads/main", schedule="0 5 * * 1")
    assert history.compared(result) == ("v1.2.0", "v1.2.0")
    assert (result.exit_code, result.outputs["verdict"]) == (0, "identical")
    assert "Baseline and current are the same commit" in shown(result)
    assert "same commit" in result.summary
    assert not result.log.named("error") and not result.log.named("warning")


def test_the_checkout_is_read_and_never_written(history: History) -> None:
    workspace = history.scene.workspace(history.commits["v1.2.0"], "refs/remotes/origin/main")
    before = (workspace / ".git" / "config").read_bytes(), sorted(_names(workspace))
    body = {"repository": {"full_name": REPOSITORY, "default_branch": "main"}}
    asked = INPUTS | {"baseline_ref": "v1.0.0"}
    result = history.scene.run("workflow_dispatch", body, workspace, asked, ref="refs/heads/main")
    after = (workspace / ".git" / "config").read_bytes(), sorted(_names(workspace))
    assert result.exit_code == 0 and before == after


def _names(workspace: Path) -> set[str]:
    return {str(path) for path in workspace.rglob("*") if "benchmark-results" not in path.parts}
