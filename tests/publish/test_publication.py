from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from benchmark_ci.model import Annotation, CommentWhen, Job, Links
from benchmark_ci.publish.publication import Artifact, Publication, Published, publish
from benchmark_ci.publish.workflow import WorkflowVoice
from tests.doubles.github import FakeGitHub, Pull, Token
from tests.doubles.github_artifacts import PREFIX
from tests.doubles.http_double import status
from tests.doubles.runner_grammar import StepLog, read_key_values, split_lines
from tests.publish.settings import JOB, OTHER_JOB, Waits, job_on

NAMES = (
    "benchmark-results-current",
    "benchmark-results-baseline",
    "benchmark-report",
    "memory-benchmark-results",
)


def rendered(links: Links) -> str:
    return f"✅ fine: {links.artifact_url} in {links.run_url} of {links.repository_url}"


PUBLICATION = Publication(
    artifacts=tuple(Artifact(name=name, members={"f": name.encode()}, retention_days=365) for name in NAMES),
    linked_artifact="benchmark-report",
    summary=rendered,
    comment_body=rendered,
    pull_request=7,
    annotations=(Annotation(level="warning", title="slower", message="by 12 %"),),
    outputs={"verdict": "unchanged", "report": "benchmark-results"},
)


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as fake:
        fake.rest.pulls[7] = Pull(7)
        yield fake


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "output").touch()
    (tmp_path / "summary").touch()
    return tmp_path


def go(job: Job, token: str, publication: Publication = PUBLICATION) -> tuple[Published, StepLog]:
    stream = io.BytesIO()
    published = publish(
        publication, job, SecretStr(token), WorkflowVoice(stream), patience=Waits, seconds_between_writes=0
    )
    log = StepLog()
    for line in split_lines(stream.getvalue().decode()):
        log.feed(line)
    return published, log


def outputs(files: Path) -> dict[str, str]:
    return read_key_values((files / "output").read_text())


def test_everything_arrives_and_links_to_each_other(github: FakeGitHub, files: Path) -> None:
    published, log = go(job_on(github, files), github.token())
    report = github.artifacts.find("benchmark-report")
    assert published.artifact_url.endswith(f"/actions/runs/987/artifacts/{report.id}")
    (comment,) = github.comments(7)
    said = f"✅ fine: {published.artifact_url} in https://github.com/octo/crate/actions/runs/987 of https://github.com/octo/crate"
    assert comment.body.endswith("\n" + said)
    assert (files / "summary").read_text() == said
    assert outputs(files) == {
        "verdict": "unchanged",
        "report": "benchmark-results",
        "comment_url": f"https://github.com/octo/crate/pull/7#issuecomment-{comment.id}",
        "artifact_url": published.artifact_url,
    }
    assert published.refusals == ()
    assert len(github.artifacts.stored) == 4
    assert [c.name for c in log.commands] == ["warning"]


def test_artifacts_that_the_repository_keeps_for_less_are_one_notice(github: FakeGitHub, files: Path) -> None:
    _, log = go(job_on(github, files, retention_days=30), github.token())
    assert len(github.artifacts.stored) == 4
    (notice,) = log.named("notice")
    assert "at most 30 days" in notice.data


def test_a_dead_artifact_service_is_one_warning(github: FakeGitHub, files: Path) -> None:
    github.fail("POST", PREFIX, *[status(503)] * 99)
    published, log = go(job_on(github, files), github.token())
    assert len(log.named("warning")) == 2  # this one and the annotation
    assert log.named("warning")[0].data.startswith("The artifacts were not uploaded: ")
    assert len(published.refusals) == 1
    assert published.comment_url
    assert outputs(files)["artifact_url"] == ""
    assert len(github.requests("POST", PREFIX)) == 5


def test_a_forks_pull_request_gets_all_but_the_comment(github: FakeGitHub, files: Path) -> None:
    publication = PUBLICATION.model_copy(update={"from_fork": True})
    published, log = go(job_on(github, files), github.token(Token(writes=False)), publication)
    assert [c.data for c in log.named("notice") if "fork" in c.data] == [published.refusals[0].sentence]
    assert len(log.named("warning")) == 1
    assert (files / "summary").read_text()
    assert len(github.artifacts.stored) == 4
    assert outputs(files)["comment_url"] == ""


def test_everything_at_once_may_be_refused(github: FakeGitHub, tmp_path: Path) -> None:
    job = job_on(github, tmp_path, results_url="", output_file=None)
    published, log = go(job, "")
    assert len(published.refusals) == 4
    assert len(log.named("warning")) == 5
    assert not log.failures


def test_legs_of_a_matrix_have_artifacts_and_comments_of_their_own(github: FakeGitHub, files: Path) -> None:
    for name, backend in (("x64", OTHER_JOB), ("arm", JOB)):
        publication = PUBLICATION.model_copy(update={"name": name})
        published, log = go(job_on(github, files, backend=backend), github.token(), publication)
        assert published.artifact_url.endswith(github.artifacts.find(f"benchmark-report-{name}").id)
        assert [w.data for w in log.named("warning")] == ["by 12 %"]
    assert len(github.artifacts.stored) == 8 and len(github.comments(7)) == 2


def test_names_taken_by_another_job_are_one_warning(github: FakeGitHub, files: Path) -> None:
    nobody = PUBLICATION.model_copy(update={"pull_request": None})
    go(job_on(github, files, backend=OTHER_JOB), github.token(), nobody)
    published, log = go(job_on(github, files), github.token())
    assert len(github.artifacts.stored) == 8
    assert [w.data for w in log.named("warning") if "another job" in w.data.lower()] == [
        log.named("warning")[0].data
    ]
    report = github.artifacts.find("benchmark-report-benchmark")
    assert published.artifact_url.endswith(report.id)


@pytest.mark.parametrize(
    "update", [{"comment": CommentWhen.NEVER}, {"pull_request": None}, {"comment_body": None}]
)
def test_where_no_comment_is_wanted_none_is_asked_for(
    github: FakeGitHub, files: Path, update: dict[str, object]
) -> None:
    published, _ = go(job_on(github, files), "", PUBLICATION.model_copy(update=update))
    assert published.refusals == ()
    assert github.requests(path="/repos") == []


def test_no_secret_reaches_the_log(github: FakeGitHub, files: Path) -> None:
    github.fail("PUT", "/blob/", *[status(503)] * 99)
    github.fail("GET", "/issues/", *[status(502)] * 99)
    token, job = github.token(), job_on(github, files)
    stream = io.BytesIO()
    published = publish(PUBLICATION, job, SecretStr(token), WorkflowVoice(stream), patience=Waits)
    everything = stream.getvalue().decode() + repr(published) + (files / "summary").read_text()
    for secret in (
        token,
        job.runtime_token.get_secret_value(),
        github.artifacts.stored[0].sig,
        "sig=",
        "Bearer",
    ):
        assert secret not in everything
