"""From an event and a real checkout to a plan."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from pydantic import SecretStr

from benchmark_ci.errors import BadInput, NothingCompared
from benchmark_ci.model import Event, Job, MergeGroup, Plan, PullRequest, Settings
from benchmark_ci.plan import open_store, plan_for_checkout, plan_for_job, store_for_job
from tests.plan.repositories import TOKEN, Project, Served, checkout, commit, git

MAIN_REF = "refs/remotes/origin/main"


class Scene:
    """A job on a checkout of the served project."""

    def __init__(self, tmp_path: Path, served: Served, project: Project) -> None:
        self.workspace = tmp_path / "workspace"
        self.private = tmp_path / "private"
        self.served = served
        self.project = project

    def plan(self, event: Event, sha: str, ref: str, *, kept: str = MAIN_REF, **inputs: Any) -> Plan:
        checkout(self.workspace, f"{self.served.url}/owner/other", sha, kept)
        settings = Settings(github_token=SecretStr(TOKEN), **inputs)
        job = Job(
            event_name=event.name,
            repository="owner/other",
            sha=sha,
            ref=ref,
            workspace=self.workspace,
            server_url=self.served.url,
        )
        return plan_for_job(settings, job, event, store_for_job(settings, job, self.private, {}))


@pytest.fixture
def scene(tmp_path: Path, served: Served, project: Project) -> Scene:
    return Scene(tmp_path, served, project)


def pull_request(project: Project, name: str = "pull_request") -> Event:
    request = PullRequest(
        number=12,
        head_sha=project.feature,
        head_repository="owner/other",
        base_repository="owner/other",
        base_ref="main",
    )
    return Event(name=name, default_branch="main", pull_request=request)


def push(**fields: str) -> Event:
    return Event.model_validate({"name": "push", "default_branch": "main", **fields})


def test_a_pull_request(scene: Scene, project: Project) -> None:
    plan = scene.plan(
        pull_request(project), project.merge, "refs/pull/12/merge", kept="refs/remotes/pull/12/merge"
    )

    assert plan.current.sha == project.merge
    assert plan.current.what == "merge of pull request #12 into main"
    assert plan.current.head_sha == project.feature
    assert (plan.baseline.sha, plan.baseline.what) == (project.main, "main")


def test_the_head_of_a_pull_request(scene: Scene, project: Project) -> None:
    event = pull_request(project)
    checkout_of_head = scene.plan(
        event, project.feature, "refs/pull/12/merge", kept="refs/remotes/origin/feature"
    )

    assert checkout_of_head.current.sha == project.feature
    assert checkout_of_head.baseline.sha == project.second


def test_an_own_pull_request_under_pull_request_target(scene: Scene, project: Project) -> None:
    plan = scene.plan(pull_request(project, "pull_request_target"), project.main, "refs/heads/main")

    assert (plan.current.sha, plan.baseline.sha) == (project.feature, project.second)


@pytest.mark.parametrize(
    ("before", "expected", "what"),
    [
        pytest.param("first", "first", "main before this push", id="several commits pushed"),
        pytest.param("", "second", "parent on main", id="all zeros"),
        pytest.param("e" * 40, "second", "parent on main", id="unreachable"),
    ],
)
def test_a_push_to_the_default_branch(
    before: str, expected: str, what: str, scene: Scene, project: Project
) -> None:
    fields = {"before": getattr(project, before, before)} if before else {}
    plan = scene.plan(push(**fields), project.main, "refs/heads/main")

    assert (plan.current.sha, plan.current.what) == (project.main, "main")
    assert (plan.baseline.sha, plan.baseline.what) == (getattr(project, expected), what)
    assert bool(plan.cautions) == before.startswith("eee")


def test_a_push_to_another_branch(scene: Scene, project: Project) -> None:
    kept = "refs/remotes/origin/feature"
    plan = scene.plan(push(before=project.first), project.feature, "refs/heads/feature", kept=kept)

    assert plan.baseline.sha == project.second
    assert plan.baseline.what == "merge base with main"


def test_a_merge_group_is_compared_with_what_is_queued_before_it(scene: Scene, project: Project) -> None:
    """Not with the tip of a branch: others' changes are in both sides."""
    group = MergeGroup(base_sha=project.feature, base_ref="main")
    event = Event(name="merge_group", default_branch="main", merge_group=group)
    queue = "refs/heads/gh-readonly-queue/main/pr-12-x"
    plan = scene.plan(event, project.merge, queue, kept="refs/remotes/pull/12/merge")

    assert (plan.current.sha, plan.current.what) == (project.merge, "merge group for main")
    assert (plan.baseline.sha, plan.baseline.what) == (project.feature, "main with what is queued before")
    assert plan.cautions == ()


def test_a_release(scene: Scene, project: Project) -> None:
    event = Event(name="release", default_branch="main", tag="v1.1.0")
    plan = scene.plan(event, project.second, "refs/tags/v1.1.0", kept="refs/tags/v1.1.0")

    assert (plan.current.sha, plan.current.what) == (project.second, "tag v1.1.0")
    assert (plan.baseline.sha, plan.baseline.what) == (project.first, "tag v1.0.0")


def test_the_first_release_has_nothing_to_compare_with(scene: Scene, project: Project) -> None:
    event = Event(name="release", default_branch="main", tag="v1.0.0")

    with pytest.raises(NothingCompared, match=r"before v1\.0\.0"):
        scene.plan(event, project.first, "refs/tags/v1.0.0", kept="refs/tags/v1.0.0")


@pytest.mark.parametrize(
    ("baseline_ref", "expected", "what"),
    [
        ("", "main", "main"),
        ("latest-release", "second", "tag v1.1.0"),
        ("v1.0.0", "first", "tag v1.0.0"),
        ("feature", "feature", "feature"),
    ],
)
def test_by_hand(baseline_ref: str, expected: str, what: str, scene: Scene, project: Project) -> None:
    event = Event(name="workflow_dispatch", default_branch="main")
    plan = scene.plan(event, project.main, "refs/heads/main", baseline_ref=baseline_ref)

    assert (plan.baseline.sha, plan.baseline.what) == (getattr(project, expected), what)
    assert plan.same == (expected == "main")


def test_a_baseline_that_is_not_there(scene: Scene, project: Project) -> None:
    with pytest.raises(BadInput, match="no-such-ref"):
        scene.plan(push(), project.main, "refs/heads/main", baseline_ref="no-such-ref")


@pytest.mark.parametrize("directory", ["crates/none", "a"])
def test_a_directory_without_a_crate(directory: str, scene: Scene, project: Project) -> None:
    with pytest.raises(BadInput, match=directory):
        scene.plan(push(), project.main, "refs/heads/main", working_directory=PurePosixPath(directory))


def test_no_checkout(tmp_path: Path) -> None:
    job = Job(event_name="push", workspace=tmp_path)

    with pytest.raises(BadInput, match="actions/checkout first") as problem:
        store_for_job(Settings(), job, tmp_path / "private", {})
    assert problem.value.exit_code == 2


class TestCommandLine:
    @pytest.fixture
    def clone(self, tmp_path: Path, project: Project) -> Path:
        git(tmp_path, "clone", "--quiet", str(project.path), "clone")
        return tmp_path / "clone"

    def plan(self, clone: Path, tmp_path: Path, **flags: Any) -> Plan:
        store = open_store(clone, tmp_path / "private", environ={})
        return plan_for_checkout(Settings(**flags), clone, store)

    def test_uncommitted_changes_against_the_default_branch(
        self, clone: Path, tmp_path: Path, project: Project
    ) -> None:
        git(clone, "checkout", "--quiet", "feature")
        (clone / "b").write_text("2")
        plan = self.plan(clone, tmp_path)

        assert plan.current.uncommitted
        assert plan.current.what == "working tree"
        assert (plan.baseline.sha, plan.baseline.what) == (project.second, "merge base with main")

    def test_a_branch_without_a_remote(self, tmp_path: Path) -> None:
        alone = tmp_path / "alone"
        alone.mkdir()
        git(alone, "init", "--quiet")
        base = commit(alone, "base", Cargo__toml="")
        git(alone, "checkout", "--quiet", "-b", "work")
        work = commit(alone, "work", a="1")
        plan = self.plan(alone, tmp_path)

        assert (plan.baseline.sha, plan.current.sha) == (base, work)
        assert not plan.current.uncommitted

    def test_named_refs(self, clone: Path, tmp_path: Path, project: Project) -> None:
        plan = self.plan(clone, tmp_path, baseline_ref="v1.0.0", current_ref="feature")

        assert (plan.baseline.sha, plan.current.sha) == (project.first, project.feature)

    def test_the_latest_release(self, clone: Path, tmp_path: Path, project: Project) -> None:
        assert self.plan(clone, tmp_path, baseline_ref="latest-release").baseline.sha == project.second

    def test_a_directory_below_the_top(self, clone: Path, tmp_path: Path) -> None:
        crate = clone / "crates" / "one"
        crate.mkdir(parents=True)
        (crate / "Cargo.toml").write_text("")
        store = open_store(crate, tmp_path / "private", environ={})

        assert store.prefix(crate) == PurePosixPath("crates/one")
        assert plan_for_checkout(Settings(), crate, store).current.uncommitted

    def test_a_repository_with_long_shas(self, tmp_path: Path) -> None:
        path = tmp_path / "sha256"
        path.mkdir()
        git(path, "init", "--quiet", "--object-format=sha256")
        base = commit(path, "base", Cargo__toml="")
        (path / "a").write_text("1")
        store = open_store(path, tmp_path / "private", environ={})
        plan = plan_for_checkout(Settings(), path, store)
        store.checkout(plan.current.sha, tmp_path / "copy")

        assert plan.baseline.sha == base
        assert len(plan.current.sha) == 64
        assert (tmp_path / "copy" / "a").read_text() == "1"

    def test_no_repository(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="no git repository"):
            open_store(tmp_path, tmp_path / "private", environ={})

    def test_no_commit(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "--quiet")
        with pytest.raises(BadInput, match="no commit"):
            open_store(tmp_path, tmp_path / "private", environ={})

    def test_no_default_branch(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "--quiet", "-b", "odd")
        commit(tmp_path, "odd", Cargo__toml="")
        with pytest.raises(BadInput, match="--baseline"):
            self.plan(tmp_path, tmp_path)
