"""A pull request, end to end: a crate's repository on a git server, a GitHub, and the runner's checkout.

with Scene(folder, crate, change) as scene:
    first = scene.pull_request({"time_budget": "1"})
    assert first.outputs["verdict"] == "regressed"
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmark_ci.inputs import INPUTS
from tests.doubles.github import FakeGitHub, Pull
from tests.doubles.runner import RunnerResult, gateway, run_action
from tests.doubles.runner_environment import RunnerJob
from tests.plan.repositories import checkout, git, serve

IMAGE = "benchmark-ci"
NUMBER = 7
REPOSITORY = "octo/crate"
Change = Callable[[Path], None]


class Scene:
    """One repository with a main branch and a pull request; `change` makes current out of baseline."""

    def __init__(
        self, folder: Path, crate: Path, change: Change, *, host: str | None = None, private: bool = False
    ) -> None:
        self.folder = folder
        self.private = private
        self.repository = folder / "served" / f"{REPOSITORY}.git"
        self.host = gateway() if host is None else host
        shutil.copytree(crate, self.repository, ignore=shutil.ignore_patterns("target", "benchmark-results"))
        git(self.repository, "init", "--quiet")
        self.base = self.commit("Start")
        git(self.repository, "tag", "v1.0.0")
        git(self.repository, "checkout", "--quiet", "-b", "feature")
        change(self.repository)
        self.head = self.commit("Make it better")
        self._merge()
        self.runs = 0
        self._stack = ExitStack()

    def commit(self, message: str) -> str:
        git(self.repository, "add", "--all")
        git(self.repository, "commit", "--quiet", "--allow-empty", "-m", message)
        return git(self.repository, "rev-parse", "HEAD")

    def push(self, change: Change, message: str = "Another push") -> None:
        """One more commit on the pull request."""
        git(self.repository, "checkout", "--quiet", "feature")
        change(self.repository)
        self.head = self.commit(message)
        self._merge()

    def _merge(self) -> None:
        git(self.repository, "checkout", "--quiet", "--detach", "main")
        message = f"Merge {self.head} into {self.base}"
        git(self.repository, "merge", "--quiet", "--no-ff", "-m", message, "feature")
        self.merge = git(self.repository, "rev-parse", "HEAD")
        git(self.repository, "update-ref", f"refs/pull/{NUMBER}/merge", self.merge)

    def __enter__(self) -> Scene:
        self.remote = self._stack.enter_context(
            serve(self.folder / "served", private=self.private, host=self.host)
        )
        self.github = self._stack.enter_context(FakeGitHub(host=self.host, repository=REPOSITORY))
        self.github.rest.pulls[NUMBER] = Pull(NUMBER, head_sha=self.head, base_sha=self.base)
        self.token = self.github.token()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def event(self, **more: Any) -> dict[str, Any]:
        """The payload of `pull_request`, as far as anybody reads it."""
        return {
            "action": "synchronize",
            "number": NUMBER,
            "pull_request": {
                "number": NUMBER,
                "head": {"sha": self.head, "ref": "feature", "repo": {"full_name": REPOSITORY}},
                "base": {"sha": self.base, "ref": "main", "repo": {"full_name": REPOSITORY}},
            },
            "repository": {"full_name": REPOSITORY, "default_branch": "main"},
            **more,
        }

    def workspace(self, sha: str, ref: str, *, depth: int = 1) -> Path:
        """A fresh workspace with what actions/checkout leaves there."""
        self.runs += 1
        workspace = self.folder / f"workspace-{self.runs}"
        checkout(workspace, f"{self.remote.url}/{REPOSITORY}.git", sha, ref, depth=depth)
        return workspace

    def pull_request(self, inputs: Mapping[str, str] | None = None, **options: Any) -> RunnerResult:
        """Run the action on the pull request as it is now."""
        workspace = self.workspace(self.merge, f"refs/remotes/pull/{NUMBER}/merge")
        return self.run("pull_request", self.event(), workspace, inputs, **options)

    def job(self, sha: str, ref: str, **more: Any) -> RunnerJob:
        """A job of another run than before."""
        run = 1000 + self.runs
        return RunnerJob(
            repository=REPOSITORY, sha=sha, ref=ref, run_id=run, run_backend_id=f"run-{run}", **more
        )

    def run(
        self,
        event_name: str,
        event: Mapping[str, object],
        workspace: Path,
        inputs: Mapping[str, str] | None = None,
        *,
        ref: str = f"refs/pull/{NUMBER}/merge",
        image: str = IMAGE,
        **options: Any,
    ) -> RunnerResult:
        """Run the action as the runner does; every declared input is there, an unset one empty."""
        self.last_workspace = workspace
        given = {one.name: "" for one in INPUTS} | {"github_token": self.token} | dict(inputs or {})
        job = options.pop("job", None) or self.job(git(workspace, "rev-parse", "HEAD"), ref)
        return run_action(
            image,
            event_name=event_name,
            event=event,
            workspace=workspace,
            inputs=given,
            server=self.github,
            job=job,
            **options,
        )

    @property
    def comment(self) -> str:
        """The one comment of the pull request."""
        (only,) = self.github.comments(NUMBER)
        return only.body
