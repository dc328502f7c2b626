from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchmark_ci.errors import BadFile, BadInput
from benchmark_ci.model import Job, MergeGroup
from benchmark_ci.plan import read_event, refuse_foreign_head

SHARED = Path(os.environ.get("BENCHMARK_CI_SHARED", Path(__file__).parents[3] / "shared"))
RECORDED = sorted((SHARED / "data" / "webhooks").glob("*.json"))
SHA = "ab" * 20


def job(tmp_path: Path, name: str, payload: object) -> Job:
    path = tmp_path / "event.json"
    path.write_text(payload if isinstance(payload, str) else json.dumps(payload))
    return Job(event_name=name, event_path=path, workspace=tmp_path)


def pull_request(head: str | None) -> dict[str, Any]:
    repo = {"full_name": head} if head else None
    return {
        "repository": {"full_name": "owner/project", "default_branch": "main"},
        "pull_request": {
            "number": 12,
            "head": {"sha": SHA, "ref": "feature", "repo": repo},
            "base": {"sha": SHA, "ref": "main", "repo": {"full_name": "owner/project"}},
        },
    }


@pytest.mark.skipif(not RECORDED, reason=f"no recorded payloads in {SHARED}")
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_payloads_are_read(path: Path, tmp_path: Path) -> None:
    payload = json.loads(path.read_text())
    name = path.name.split(".")[0]

    event = read_event(Job(event_name=name, event_path=path, workspace=tmp_path))

    assert event.default_branch == payload["repository"]["default_branch"]
    if name == "pull_request":
        assert event.pull_request and event.pull_request.head_sha == payload["pull_request"]["head"]["sha"]
        assert not event.pull_request.from_fork
    if name == "release":
        assert event.tag == "0.0.1"
    if name == "push":
        assert event.before is None  # all zeros, or a deletion
    head = payload.get("workflow_run", payload).get("head_repository", payload["repository"])
    if head["full_name"] == payload["repository"]["full_name"]:
        refuse_foreign_head(event)
    else:
        with pytest.raises(BadInput, match=head["full_name"]):
            refuse_foreign_head(event)


def test_a_push_tells_the_commit_before(tmp_path: Path) -> None:
    payload = {"before": SHA, "repository": {"full_name": "o/p", "default_branch": "main"}}

    assert read_event(job(tmp_path, "push", payload)).before == SHA


def test_a_merge_group_tells_what_it_is_built_on(tmp_path: Path) -> None:
    payload = {
        "merge_group": {"head_sha": "cd" * 20, "base_sha": SHA, "base_ref": "refs/heads/release/1.x"},
        "repository": {"full_name": "o/p", "default_branch": "main"},
    }

    event = read_event(job(tmp_path, "merge_group", payload))

    assert event.merge_group == MergeGroup(base_sha=SHA, base_ref="release/1.x")
    refuse_foreign_head(event)
    with pytest.raises(BadFile, match="merge_group"):
        read_event(job(tmp_path, "merge_group", {"repository": payload["repository"]}))


def test_a_schedule_needs_nothing(tmp_path: Path) -> None:
    assert read_event(job(tmp_path, "schedule", {"schedule": "0 0 * * *"})).pull_request is None


@pytest.mark.parametrize("head", ["eve/project", None], ids=["fork", "deleted fork"])
@pytest.mark.parametrize("name", ["pull_request_target", "pull_request_labeler_of_tomorrow"])
def test_a_fork_is_refused_where_secrets_are(name: str, head: str | None, tmp_path: Path) -> None:
    event = read_event(job(tmp_path, name, pull_request(head)))

    with pytest.raises(BadInput, match="whose token can do nothing") as refusal:
        refuse_foreign_head(event)
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize("name", ["pull_request", "pull_request_review"])
def test_a_fork_is_measured_where_no_secrets_are(name: str, tmp_path: Path) -> None:
    event = read_event(job(tmp_path, name, pull_request("eve/project")))

    assert event.pull_request and event.pull_request.from_fork
    refuse_foreign_head(event)


def test_an_own_head_is_measured_under_pull_request_target(tmp_path: Path) -> None:
    refuse_foreign_head(read_event(job(tmp_path, "pull_request_target", pull_request("owner/project"))))


@pytest.mark.parametrize(
    ("name", "payload", "refused"),
    [
        ("workflow_run", {"workflow_run": {"head_repository": {"full_name": "eve/p"}}}, True),
        ("workflow_run", {"workflow_run": {"head_repository": None}}, True),
        ("workflow_run", {"workflow_run": {"head_repository": {"full_name": "o/p"}}}, False),
        ("issue_comment", {"issue": {"number": 1, "pull_request": {"url": "x"}}}, True),
        ("issue_comment", {"issue": {"number": 1}}, False),
    ],
)
def test_heads_that_the_payload_only_hints_at(
    name: str, payload: dict[str, object], refused: bool, tmp_path: Path
) -> None:
    event = read_event(job(tmp_path, name, payload | {"repository": {"full_name": "o/p"}}))

    if refused:
        with pytest.raises(BadInput):
            refuse_foreign_head(event)
    else:
        refuse_foreign_head(event)


@pytest.mark.parametrize(
    ("name", "payload", "words"),
    [
        ("push", "", "not JSON"),
        ("push", '{"repository": {"full_na', "not JSON"),
        ("push", "[" * 100_000, "not JSON"),
        ("push", [], "the whole"),
        ("push", {}, "no `repository`"),
        ("pull_request", {"repository": {"full_name": "o/p"}}, "no `pull_request`"),
        ("release", {"repository": {"full_name": "o/p"}, "release": {"tag_name": 7}}, "release.tag_name"),
        ("push", {"repository": {"full_name": "o/p"}, "before": "--upload-pack=x"}, "before"),
    ],
)
def test_a_broken_file_is_named(name: str, payload: object, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=words) as problem:
        read_event(job(tmp_path, name, payload))

    assert str(tmp_path / "event.json") in problem.value.message
    assert problem.value.exit_code == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"gone\.json"):
        read_event(Job(event_name="push", event_path=tmp_path / "gone.json", workspace=tmp_path))
    with pytest.raises(BadFile, match="GITHUB_EVENT_PATH"):
        read_event(Job(event_name="push", workspace=tmp_path))
