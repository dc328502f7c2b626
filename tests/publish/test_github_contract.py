"""Our requests and the fake's answers, held against GitHub's own description of its API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pydantic import SecretStr

from benchmark_ci.publish.api import connect
from benchmark_ci.publish.comment import post_comment
from benchmark_ci.publish.markers import comment_marker
from tests.doubles.github import FakeGitHub, Pull, Token, WorkflowRun
from tests.doubles.github_contract import Contract, description
from tests.engine import bench, processes, recording
from tests.publish.settings import Waits, job_on
from tests.stranger import Stage, merged

MARKER = comment_marker("CI", "benchmark", "")


@pytest.fixture(scope="module")
def contract() -> Contract:
    if not description().is_file():
        pytest.skip(f"GitHub's OpenAPI description is not there ({description()})")
    return Contract(description())


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as fake:
        fake.rest.pulls[7] = Pull(7)
        yield fake


def test_what_we_send_and_what_the_fake_answers(contract: Contract, github: FakeGitHub) -> None:
    for _ in range(120):
        github.add_comment(7, "chat", "someone", "User")
    for token in (Token(), Token(), Token("me", "User"), Token("me", "User"), Token(writes=False)):
        client = connect(job_on(github), SecretStr(github.token(token)), seconds_between_writes=0)
        post_comment(client, "octo/crate", 7, "body", marker=MARKER, patience=Waits())
    post_comment(client, "octo/crate", 8, "body", marker=MARKER, patience=Waits())
    headers = {"Authorization": f"Bearer {github.token()}"}
    for path in ("/repos/octo/crate", "/repos/octo/crate/pulls/7", "/repos/octo/crate/pulls/9"):
        requests.get(github.url + path, headers=headers, timeout=10)
    too_long = {"body": "x" * 65_537}
    requests.post(
        f"{github.url}/repos/octo/crate/issues/7/comments", json=too_long, headers=headers, timeout=10
    )
    checked = [
        (exchange.request.method, exchange.answer.status)
        for exchange in github.exchanges
        if exchange.request.path != "/graphql" and contract.check(exchange)
    ]
    assert {("GET", 200), ("GET", 404), ("POST", 201), ("POST", 422), ("PATCH", 200)} <= set(checked)


def test_the_check_notices(contract: Contract, github: FakeGitHub) -> None:
    headers = {"Authorization": f"Bearer {github.token()}"}
    requests.post(
        f"{github.url}/repos/octo/crate/issues/7/comments", json={"bodi": "x"}, headers=headers, timeout=10
    )
    with pytest.raises(Exception, match=r"(?i)body"):
        contract.check(github.exchanges[-1])


def test_what_a_second_workflow_reads(contract: Contract, github: FakeGitHub) -> None:
    base, head, merge = "a" * 40, "b" * 40, "c" * 40
    github.rest.pulls[8] = Pull(8, head_repository="stranger/crate")
    github.runs.commits = {base: (), head: (base,), merge: (base, head)}
    github.runs.branches["main"] = github.runs.tags["v1"] = base
    github.runs.files[base, "ci/limits.toml"] = b"threshold = 5\n"
    run = github.runs.runs[5] = WorkflowRun(5, head, head_repository="stranger/crate")
    github.runs.runs[6] = WorkflowRun(6, head, head_repository=None)
    stored = github.runs.store(run, "benchmark-report", b"zip")
    gone = github.runs.store(run, "older", b"zip")
    gone.expired = True
    headers = {"Authorization": f"Bearer {github.token()}"}
    for path, status in {
        "actions/runs/5": 200,
        "actions/runs/7": 404,
        "actions/runs/5/artifacts?name=benchmark-report&per_page=100": 200,
        f"actions/artifacts/{stored.id}/zip": 302,
        f"actions/artifacts/{gone.id}/zip": 410,
        "pulls?state=all&head=stranger%3Afeature&sort=updated&direction=desc&per_page=100": 200,
        f"compare/{base}...main?per_page=1": 200,
        f"compare/{head}...main?per_page=1": 200,
        f"compare/{'d' * 40}...main?per_page=1": 404,
        "tags?per_page=100&page=1": 200,
        f"git/commits/{merge}": 200,
        f"git/commits/{'d' * 40}": 404,
        f"contents/limits.toml?ref={base}": 404,
    }.items():
        address = f"{github.url}/repos/octo/crate/{path}"
        answer = requests.get(address, headers=headers, timeout=10, allow_redirects=False)
        assert answer.status_code == status, path
        known = contract.check(github.exchanges[-1])
        assert known or status in (404, 410), path
    # The description's pattern of paths has no room for a slash in one of its parts.
    assert (
        requests.get(
            f"{github.url}/repos/octo/crate/contents/ci/limits.toml?ref={base}", headers=headers, timeout=10
        ).json()["content"]
        == "dGhyZXNob2xkID0gNQo=\n"
    )
    assert not requests.get(
        f"{github.url}/repos/octo/crate/pulls?head=octo%3Aother", headers=headers, timeout=10
    ).json()


def test_what_a_second_workflow_sends(contract: Contract, github: FakeGitHub, tmp_path: Path) -> None:
    stage = Stage(github, tmp_path)
    pairs = [(100.0 + n / 10, 150.0 + n / 7) for n in range(9)]
    stage.upload(recording(processes(bench(), pairs), head=merged()))
    stage.publish()
    (comment,) = github.comments(7)
    assert "parse/small" in comment.body
    rest = [one for one in github.exchanges if one.request.path.startswith("/repos/")]
    assert len(rest) >= 8
    for exchange in rest:
        assert contract.check(exchange) or exchange.answer.status == 404
