"""The action in a workflow, run by a runner that others wrote: nektos/act."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.doubles.github import FakeGitHub, Pull
from tests.e2e.stage import QUICK, ROOT, SLOWER, copy
from tests.plan.repositories import commit, git

pytestmark = [pytest.mark.container, pytest.mark.act]

WORKFLOW = """
name: CI
on: [pull_request]
permissions: { contents: read, pull-requests: write }
jobs:
  benchmark:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./
        id: benchmark
        with:
          working_directory: crate
          time_budget: 0.5
      - if: always()
        run: echo "the verdict is ${{ steps.benchmark.outputs.verdict }}"
"""
ACTION = ("action.yml", "Dockerfile", ".dockerignore", "entrypoint.py", "requirements", "src")


@dataclass(frozen=True)
class Acted:
    done: subprocess.CompletedProcess[str]
    artifacts: Path
    comments: list[str]


@pytest.fixture(scope="module")
def acted(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acted]:
    """A repository that holds the action and a crate beside it; its HEAD is a pull request's merge."""
    folder = tmp_path_factory.mktemp("act")
    repository = folder / "repository"
    for name in ACTION:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, _parent(repository / name))
    copy(QUICK, repository / "crate")
    (_parent(repository / ".github" / "workflows" / "ci.yml")).write_text(WORKFLOW)
    git(repository, "init", "--quiet")
    git(repository, "remote", "add", "origin", "https://github.com/octo/crate.git")
    base = commit(repository, "Start")
    git(repository, "checkout", "--quiet", "-b", "feature")
    SLOWER(repository / "crate")
    head = commit(repository, "Make it better")
    git(repository, "checkout", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-ff", "-m", f"Merge {head} into {base}", "feature")
    with FakeGitHub(act=True) as github:
        github.rest.pulls[7] = Pull(7, head_sha=head, base_sha=base)
        event = folder / "event.json"
        event.write_text(json.dumps(_event(head, base)))
        done = subprocess.run(
            [
                *_act(folder, event),
                "-s",
                f"GITHUB_TOKEN={github.token()}",
                "--env",
                f"GITHUB_API_URL={github.api_url}",
            ],
            cwd=repository,
            capture_output=True,
            text=True,
            timeout=600,
        )
        yield Acted(done, folder / "artifacts", [comment.body for comment in github.comments(7)])


def _parent(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _event(head: str, base: str) -> dict[str, object]:
    own = {"full_name": "octo/crate", "default_branch": "main", "name": "crate", "owner": {"login": "octo"}}
    return {
        "action": "synchronize",
        "number": 7,
        "repository": own,
        "pull_request": {
            "number": 7,
            "head": {"sha": head, "ref": "feature", "repo": own},
            "base": {"sha": base, "ref": "main", "repo": own},
        },
    }


def _act(folder: Path, event: Path) -> list[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = "act pull_request --pull=false --action-offline-mode --no-cache-server --rm"
    return [
        *words.split(),
        "-P", "ubuntu-latest=debian:bookworm-slim",
        "-e", str(event),
        "--env", "GITHUB_SERVER_URL=http://gh.localhost",
        "--artifact-server-path", str(folder / "artifacts"),
        "--artifact-server-addr", "127.0.0.1",
        "--artifact-server-port", str(port),
    ]  # fmt: skip


def test_the_job_fails_with_the_regression(acted: Acted) -> None:
    assert acted.done.returncode == 1, acted.done.stdout + acted.done.stderr
    assert "1 of 2 benchmarks is slower by more than 10 %" in acted.done.stdout
    assert "Job failed" in acted.done.stdout


def test_later_steps_see_the_outputs(acted: Acted) -> None:
    assert "the verdict is regressed" in acted.done.stdout


def test_the_comment_is_posted(acted: Acted) -> None:
    (body,) = acted.comments
    assert "### ❌ 1 of 2 benchmarks is slower" in body and "`quick/parse`" in body


def test_acts_artifact_server_holds_the_three_artifacts(acted: Acted) -> None:
    kept = {path.stem: path for path in acted.artifacts.rglob("*.zip")}
    assert set(kept) == {
        "benchmark-report",
        "benchmark-results-baseline",
        "benchmark-results-current",
        "memory-benchmark-results",
    }
    held = {name: zipfile.ZipFile(path).namelist() for name, path in kept.items()}
    assert "report.json" in held["benchmark-report"]
    assert all(names for names in held.values())
