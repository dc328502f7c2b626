from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from benchmark_ci.model import Job
from benchmark_ci.publish.artifact_names import artifact_name
from benchmark_ci.publish.artifacts import Uploaded, upload
from benchmark_ci.publish.refusal import Refusal
from tests.doubles.github import FakeGitHub
from tests.doubles.github_artifacts import PREFIX
from tests.doubles.http_double import Answer, Drop, Fault, Pass, Respond, StoreThen, Truncate, status
from tests.publish.settings import JOB, OTHER_JOB, RUN, Waits, job_on

FILES: dict[str, bytes | Path] = {"report.json": b"{}", "deep/report.md": b"# Verdict\n"}
CREATE, FINALIZE = PREFIX + "CreateArtifact", PREFIX + "FinalizeArtifact"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as fake:
        yield fake


def send(
    job: Job,
    name: str = "benchmark-report",
    files: dict[str, bytes | Path] | None = None,
    days: int | None = None,
) -> Uploaded | Refusal:
    return upload(job, name, files or FILES, days, patience=Waits())


def stored(github: FakeGitHub, name: str = "benchmark-report") -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(github.artifacts.find(name).blob or b"")) as archive:
        return {member: archive.read(member) for member in archive.namelist()}


def test_the_sequence_is_the_official_clients(github: FakeGitHub) -> None:
    job = job_on(github)
    files: dict[str, bytes | Path] = {"big": os.urandom(17 * 1024 * 1024)}
    result = send(job, files=files)
    artifact = github.artifacts.find("benchmark-report")
    assert result == Uploaded(
        artifact_id=artifact.id,
        url=f"https://github.com/octo/crate/actions/runs/987/artifacts/{artifact.id}",
        name="benchmark-report",
    )
    create, *blocks, blocklist, finalize = github.requests()
    assert create.path == CREATE  # the path of ACTIONS_RESULTS_URL is not used
    assert create.json() == {
        "workflow_run_backend_id": RUN,
        "workflow_job_run_backend_id": JOB,
        "name": "benchmark-report",
        "version": 7,
        "mime_type": "application/zip",
    }
    assert [block.parameters["comp"] for block in blocks] == ["block"] * 3
    assert [len(block.body) for block in blocks][:2] == [8 * 1024 * 1024] * 2
    assert blocklist.parameters["comp"] == "blocklist"
    assert artifact.content_type == "application/zip"
    for request in (*blocks, blocklist):
        assert "authorization" not in request.headers
        assert request.query.startswith("sv=2025-11-05&se=2026-11-23T08%3A00%3A00Z&sr=b&sp=rcw&sig=")
    blob = artifact.blob or b""
    assert finalize.json()["size"] == str(len(blob))
    assert finalize.json()["hash"] == f"sha256:{hashlib.sha256(blob).hexdigest()}"
    bearer = f"Bearer {job.runtime_token.get_secret_value()}"
    assert create.headers["authorization"] == finalize.headers["authorization"] == bearer
    assert stored(github) == files


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_a_block_is_sent_again(github: FakeGitHub, code: int) -> None:
    github.fail("PUT", "comp=block&", status(code), Drop(carried_out=True), StoreThen(Answer(503)))
    github.fail("PUT", "comp=blocklist", status(code), Drop())
    assert isinstance(send(job_on(github)), Uploaded)
    assert stored(github) == FILES


def test_a_refused_block_ends_it(github: FakeGitHub) -> None:
    github.fail("PUT", "comp=block&", status(403))
    refusal = send(job_on(github))
    assert isinstance(refusal, Refusal)
    assert "403" in refusal.why
    assert "sig=" not in refusal.sentence
    assert not github.requests("POST", "FinalizeArtifact")


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_create_is_tried_five_times_at_most(github: FakeGitHub, code: int) -> None:
    github.fail("POST", CREATE, *[status(code)] * 20)
    refusal = send(job_on(github))
    assert isinstance(refusal, Refusal)
    assert refusal.repeats
    assert len(github.requests("POST", CREATE)) == 5


def test_the_servers_wish_to_wait_is_honoured(github: FakeGitHub) -> None:
    github.fail("POST", CREATE, status(429, Retry_After="7"), status(503))
    waits = Waits()
    assert isinstance(upload(job_on(github), "a", FILES, patience=waits), Uploaded)
    assert waits.seconds == [7, 4.5]


@pytest.mark.parametrize("code", [401, 403, 404])
def test_a_clear_no_is_not_argued_with(github: FakeGitHub, code: int) -> None:
    github.fail("POST", CREATE, *[status(code, "no")] * 9)
    assert isinstance(send(job_on(github)), Refusal)
    assert len(github.requests()) == 1


def test_a_full_storage_is_said_and_not_retried(github: FakeGitHub) -> None:
    github.fail("POST", CREATE, *[status(429, "create artifact: insufficient usage to create")] * 9)
    refusal = send(job_on(github))
    assert isinstance(refusal, Refusal)
    assert "quota" in refusal.why
    assert len(github.requests()) == 1


@pytest.mark.parametrize("first", [Pass(), status(500), Respond(Answer(500))])
def test_an_old_server_gets_the_old_version(first: Fault) -> None:
    with FakeGitHub(oldest=True) as github:
        github.fail("POST", CREATE, first)
        assert isinstance(send(job_on(github)), Uploaded)
        versions = [(r.json()["version"], r.json().get("mime_type")) for r in github.requests("POST", CREATE)]
        assert versions == [(7, "application/zip"), (4, None)]


@pytest.mark.parametrize(
    "fault", [Drop(carried_out=True), Truncate(), StoreThen(Answer(502)), StoreThen(Answer(500))]
)
def test_a_lost_answer_to_create_is_no_foreign_artifact(github: FakeGitHub, fault: Fault) -> None:
    github.fail("POST", CREATE, fault)
    result = send(job_on(github))
    assert isinstance(result, Uploaded)
    assert (result.name, result.cautions) == ("benchmark-report", ())
    assert stored(github) == FILES


@pytest.mark.parametrize("fault", [Drop(carried_out=True), Truncate(), StoreThen(Answer(502))])
def test_a_lost_answer_to_finalize_is_looked_up(github: FakeGitHub, fault: Fault) -> None:
    github.fail("POST", FINALIZE, fault)
    result = send(job_on(github))
    assert isinstance(result, Uploaded)
    assert result.artifact_id == github.artifacts.find("benchmark-report").id


@pytest.mark.parametrize("fault", [Drop(), status(502), StoreThen(Answer(200, {"ok": False}))])
def test_no_success_without_an_end(github: FakeGitHub, fault: Fault) -> None:
    github.fail("POST", FINALIZE, *[fault] * 9)
    assert isinstance(send(job_on(github)), Refusal)


def test_a_blob_that_is_not_ours_is_no_success(github: FakeGitHub) -> None:
    github.fail("PUT", "comp=blocklist", Respond(Answer(201)))  # accepted, and lost
    assert isinstance(send(job_on(github)), Refusal)


@pytest.mark.parametrize("attempt", [1, 2])
def test_another_jobs_artifact_is_kept(github: FakeGitHub, attempt: int) -> None:
    theirs = send(job_on(github, backend=OTHER_JOB, job="other"), files={"theirs": b"1"})
    results = [send(job_on(github, backend=f"{n}{JOB}", run_attempt=attempt)) for n in range(2)]
    assert isinstance(theirs, Uploaded)
    assert stored(github) == {"theirs": b"1"}
    names = [r.name for r in results if isinstance(r, Uploaded)]
    # The second one is another leg of the same matrix: it has the same job name.
    assert names == ["benchmark-report-benchmark", f"benchmark-report-benchmark-{f'1{JOB}'[:8]}"]
    assert isinstance(results[0], Uploaded)
    assert "Another job of this run" in results[0].cautions[0]
    assert stored(github, names[0]) == FILES


def test_a_matrix_leg_is_another_job(github: FakeGitHub) -> None:
    send(job_on(github, backend=OTHER_JOB), files={"theirs": b"1"})
    result = send(job_on(github))
    assert isinstance(result, Uploaded)
    assert result.name == "benchmark-report-benchmark"
    assert stored(github) == {"theirs": b"1"}


@pytest.mark.parametrize("backend", [JOB, OTHER_JOB], ids=["ids stay", "ids change"])
def test_a_rerun_replaces_its_own(github: FakeGitHub, backend: str) -> None:
    send(job_on(github, backend=backend), files={"first": b"x" * 5000})
    result = send(job_on(github, run_attempt=2), files={"second": b"2"})
    assert isinstance(result, Uploaded)
    assert (result.name, result.cautions) == ("benchmark-report", ())
    assert stored(github) == {"second": b"2"}
    assert len(github.artifacts.stored) == 1


def test_an_artifact_of_unknown_make_is_kept_in_a_rerun(github: FakeGitHub) -> None:
    send(job_on(github, backend=OTHER_JOB), files={"first": b"1"})
    found = github.artifacts.find("benchmark-report")
    found.blob = (found.blob or b"").replace(b"benchmark-ci", b"something-el")
    result = send(job_on(github, run_attempt=2))
    assert isinstance(result, Uploaded)
    assert result.name == "benchmark-report-benchmark"
    assert github.artifacts.find("benchmark-report") is found


def test_an_earlier_step_of_the_job_is_replaced_and_it_is_said(github: FakeGitHub) -> None:
    send(job_on(github), files={"first": b"1"})
    result = send(job_on(github))
    assert isinstance(result, Uploaded)
    assert "earlier step" in result.cautions[0]
    assert stored(github) == FILES


def test_three_taken_names_are_a_refusal_that_names_the_artifact(github: FakeGitHub) -> None:
    github.fail("POST", CREATE, *[status(409, "an artifact with this name already exists")] * 9)
    refusal = send(job_on(github))
    assert isinstance(refusal, Refusal)
    assert "`benchmark-report`" in refusal.what
    assert not refusal.repeats
    assert not github.requests("POST", "DeleteArtifact")


@pytest.mark.parametrize(
    "changes",
    [
        {"results_url": ""},
        {"runtime_token": SecretStr("")},
        {"runtime_token": SecretStr("not.a-jwt")},
        {"runtime_token": SecretStr("a.eyJzY3AiOiJBY3Rpb25zLkV4YW1wbGUifQ.c")},
        {"server_url": "https://github.corp.example"},
        {"server_url": "https://github.com.evil.example"},
    ],
)
def test_where_there_is_no_service_nothing_is_asked(github: FakeGitHub, changes: dict[str, Any]) -> None:
    refusal = send(job_on(github, **changes))
    assert isinstance(refusal, Refusal)
    assert refusal.repeats
    assert "actions/upload-artifact" in refusal.remedy or "token" in refusal.why
    assert github.requests() == []


@pytest.mark.parametrize("server", ["https://github.com", "https://corp.ghe.com", "http://gh.localhost:1"])
def test_github_itself_has_the_service(github: FakeGitHub, server: str) -> None:
    assert isinstance(send(job_on(github, server_url=server)), Uploaded)


def test_names_are_made_acceptable_before_anything_is_asked(github: FakeGitHub) -> None:
    result = send(job_on(github), name='a":<b>|*?\\c/d\r\ne')
    assert isinstance(result, Uploaded)
    assert result.name == artifact_name(result.name) == "a-b-c-d-e"


@pytest.mark.parametrize(
    ("asked", "most", "kept", "said"),
    [
        (365, 90, 90, "a line"),
        (365, 120, 120, "a line"),
        (90, 30, 30, "a notice"),
        (365, 30, 30, "a notice"),
        (90, 90, 90, ""),
        (7, 30, 7, ""),
    ],
)
def test_retention_keeps_to_the_repositorys(
    github: FakeGitHub, asked: int, most: int, kept: int, said: str
) -> None:
    """What GitHub does everywhere is no notice on each push; what a repository chose is."""
    result = send(job_on(github, retention_days=most), days=asked)
    assert isinstance(result, Uploaded)
    assert (len(result.notices), len(result.remarks)) == (said == "a notice", said == "a line")
    assert all(f"at most {most} days" in one for one in (*result.notices, *result.remarks))
    stamp = github.artifacts.find("benchmark-report").expires_at or ""
    ahead = datetime.fromisoformat(stamp) - datetime.now(UTC)
    assert timedelta(days=kept) - timedelta(minutes=1) < ahead <= timedelta(days=kept)


def test_unreadable_members_are_a_refusal(github: FakeGitHub, tmp_path: Path) -> None:
    for member in (tmp_path / "missing", tmp_path):
        refusal = send(job_on(github), files={"member": member})
        assert isinstance(refusal, Refusal)
        assert not refusal.repeats
    assert isinstance(send(job_on(github), files={"../x": b""}), Refusal)
    assert github.requests() == []


def test_acts_server_gets_every_byte() -> None:
    with FakeGitHub(act=True) as github:
        files: dict[str, bytes | Path] = {"big": os.urandom(9 * 1024 * 1024)}
        job = job_on(github, runtime_token=SecretStr(github.artifacts.runtime_token("1", "1")))
        for _ in range(2):
            result = send(job, files=files)
            assert isinstance(result, Uploaded)
            assert result.artifact_id
            assert stored(github) == files


def test_nothing_secret_is_told(github: FakeGitHub) -> None:
    job = job_on(github)
    github.fail("PUT", "/blob/", *[Drop()] * 99)
    refusal = send(job)
    assert isinstance(refusal, Refusal)
    sig = github.artifacts.stored[0].sig
    for secret in (job.runtime_token.get_secret_value(), sig, "sig="):
        assert secret not in repr(refusal)
