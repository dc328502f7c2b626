"""Publishing a run that the history keeps: the branch, the artifact, and what is said without permission."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from benchmark_ci.history.file import append, read
from benchmark_ci.history.layout import BRANCH
from benchmark_ci.model import HistoryPoint, Job
from benchmark_ci.publish.publication import Artifact, Publication, Published, publish
from benchmark_ci.publish.workflow import WorkflowVoice
from tests.doubles.github import FakeGitHub, Token
from tests.doubles.http_double import status
from tests.doubles.runner_grammar import StepLog, split_lines
from tests.history.samples import point, sha
from tests.publish.settings import Waits, job_on

REF = f"refs/heads/{BRANCH}"
NAME = f"benchmark-history-{sha(1)}"
DAY = "points/2026-03/02.jsonl"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as fake:
        yield fake


@pytest.fixture
def job(github: FakeGitHub, tmp_path: Path) -> Job:
    (tmp_path / "output").touch()
    return job_on(github, tmp_path, event_name="push", retention_days=400)


def go(job: Job, token: str, added: HistoryPoint | None = None, name: str = "") -> tuple[Published, StepLog]:
    publication = Publication(
        history=added or point(1),
        artifacts=(Artifact(name="benchmark-report", members={"report.json": b"{}"}),),
        linked_artifact="benchmark-report",
        outputs={"verdict": "unchanged"},
        name=name,
    )
    stream = io.BytesIO()
    published = publish(publication, job, SecretStr(token), WorkflowVoice(stream), patience=Waits)
    log = StepLog()
    for line in split_lines(stream.getvalue().decode()):
        log.feed(line)
    return published, log


def members(github: FakeGitHub, name: str = NAME) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(github.artifacts.find(name).blob or b"")) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def standing(github: FakeGitHub) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(members(github)["branch.json"])
    return loaded


def test_the_artifact_says_where_the_branch_stands(github: FakeGitHub, job: Job) -> None:
    published, log = go(job, github.token())
    assert published.refusals == () and log.commands == []
    assert standing(github) == {
        "branch": BRANCH,
        "branch_commit": github.rest.git.refs[REF],
        "path": DAY,
        "sha": sha(1),
        "time": "2026-03-02T00:01:00Z",
        "not_kept_because": "",
    }
    kept = members(github)["history.jsonl"]
    assert kept == append(b"", point(1), "") == github.rest.git.files(REF)[DAY]
    report = github.artifacts.find("benchmark-report")
    assert published.artifact_url.endswith(f"/artifacts/{report.id}")


def test_that_github_keeps_it_for_90_days_is_a_line_and_no_notice(github: FakeGitHub, job: Job) -> None:
    _, log = go(job.model_copy(update={"retention_days": 90}), github.token())
    assert log.commands == []
    assert any("at most 90 days" in line for line in log.lines)


def test_without_permission_a_notice_names_it_and_the_artifact_has_the_point(
    github: FakeGitHub, job: Job
) -> None:
    published, log = go(job, github.token(Token(writes=False)))
    (notice,) = log.commands
    assert notice.name == "notice" and "contents: write" in notice.data
    assert published.refusals[0].what.startswith("The history point was not added")
    assert github.rest.git.refs == {}
    assert standing(github)["branch_commit"] is None and "403" in str(standing(github)["not_kept_because"])
    (found,) = read(members(github)["history.jsonl"].splitlines(keepends=True), NAME)
    assert found == point(1)


def test_without_a_token_the_artifact_has_the_point(github: FakeGitHub, job: Job) -> None:
    published, _ = go(job, "")
    assert [one.why for one in published.refusals] == ["there is no token"]
    assert standing(github)["not_kept_because"] == "there is no token"


def test_an_api_that_is_down_delays_no_more_than_its_patience(github: FakeGitHub, job: Job) -> None:
    github.fail("GET", "/repos", *[status(503)] * 99)
    published, log = go(job, github.token())
    assert len(log.named("warning")) == 1 and len(published.refusals) == 1
    assert len(github.requests("GET", "/repos")) == 5
    assert github.artifacts.find(NAME).final


def test_legs_of_a_matrix_have_points_of_their_own(github: FakeGitHub, job: Job) -> None:
    for name in ("x64", "arm"):
        added = point(1, series=f"CI / benchmark / {name}")
        go(job, github.token(), added, name)
        assert members(github, f"{NAME}-{name}")
    lines = github.rest.git.files(REF)[DAY].splitlines(keepends=True)
    assert [one.series for one in read(lines, DAY)] == ["CI / benchmark / x64", "CI / benchmark / arm"]
