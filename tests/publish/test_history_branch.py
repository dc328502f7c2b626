"""The branch `benchmark-history`: made, added to, left alone, and never losing a point."""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from benchmark_ci.history.file import append, read
from benchmark_ci.history.layout import BRANCH, FULL_BYTES, MARK
from benchmark_ci.model import HistoryPoint
from benchmark_ci.publish.api import connect
from benchmark_ci.publish.history import Kept, append_point, artifact_members
from benchmark_ci.publish.refusal import Refusal
from tests.doubles.github import FakeGitHub, Token
from tests.doubles.github_contract import Contract, description
from tests.doubles.http_double import Answer, Drop, StoreThen, status
from tests.history.samples import point
from tests.publish.settings import Waits, job_on

REF = f"refs/heads/{BRANCH}"
DAY = "points/2026-03/02.jsonl"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as fake:
        yield fake


def add(github: FakeGitHub, added: HistoryPoint, token: str = "") -> Kept | Refusal:
    client = connect(job_on(github), SecretStr(token or github.token()), seconds_between_writes=0)
    return append_point(client, "octo/crate", added, patience=Waits(), sleep=lambda _: None)


def points(github: FakeGitHub) -> list[HistoryPoint]:
    return [
        found
        for name, content in github.rest.git.files(REF).items()
        if name.endswith(".jsonl")
        for found in read(content.splitlines(keepends=True), name)
    ]


def write(github: FakeGitHub, name: str, content: str, *, new: bool = False) -> None:
    """Somebody changes the branch by other means."""
    git = github.rest.git
    before = None if new else git.commits[git.refs[REF]]["tree"]
    tree = git._new_tree(
        {"base_tree": before, "tree": [{"path": name, "mode": "100644", "content": content}]}
    )
    parents = [] if new else [git.refs[REF]]
    git.refs[REF] = git._new_commit({"tree": tree, "parents": parents, "message": "By hand"})


def test_the_first_point_makes_the_branch(github: FakeGitHub) -> None:
    kept = add(github, point(1))
    assert isinstance(kept, Kept) and kept.path == DAY
    assert github.rest.git.refs == {REF: kept.branch_commit}
    assert set(github.rest.git.files(REF)) == {"README.md", MARK, DAY}
    assert len(github.rest.git.log(REF)) == 1  # an orphan
    assert points(github) == [point(1)]


def test_points_are_added_one_commit_each(github: FakeGitHub) -> None:
    release = point(3, event="release", tag="v1.0.0")
    for one in (point(1), point(2), release):
        add(github, one)
    assert points(github) == [point(1), point(2), release]
    assert len(github.rest.git.log(REF)) == 3
    assert "releases/2026.jsonl" in github.rest.git.files(REF)


def test_the_same_run_adds_its_point_once(github: FakeGitHub) -> None:
    first, again = add(github, point(1)), add(github, point(1))
    assert first == again and len(points(github)) == 1


def test_a_full_file_is_followed_by_another(github: FakeGitHub) -> None:
    add(github, point(1))
    full = append(b"", point(1), DAY) + b" " * FULL_BYTES
    write(github, DAY, full.decode())
    kept = add(github, point(2))
    assert isinstance(kept, Kept) and kept.path == "points/2026-03/02.2.jsonl"
    assert isinstance(again := add(github, point(3)), Kept) and again.path == kept.path


@pytest.mark.parametrize(
    "path",
    ["/git/refs", "/git/trees", "/git/commits", "/git/refs/heads"],
    ids=["create the ref", "tree", "commit", "move the ref"],
)
@pytest.mark.parametrize(
    "fault", [StoreThen(Answer(502)), Drop(carried_out=True), status(503)], ids=["lost", "cut", "down"]
)
def test_an_answer_that_got_lost_costs_no_point_and_doubles_none(
    github: FakeGitHub, path: str, fault: StoreThen | Drop
) -> None:
    add(github, point(1)) if path != "/git/refs" else None
    github.fail("PATCH" if path.endswith("heads") else "POST", path, fault)
    kept = add(github, point(2))
    assert isinstance(kept, Kept) and kept.branch_commit == github.rest.git.refs[REF]
    assert [one for one in points(github) if one == point(2)] == [point(2)]


@pytest.mark.parametrize("token", [Token(writes=False), Token(contents=False)])
def test_without_permission_there_is_one_notice_that_names_it(github: FakeGitHub, token: Token) -> None:
    add(github, point(1))
    refused = add(github, point(2), github.token(token))
    assert isinstance(refused, Refusal) and refused.level == "notice"
    assert "contents: write" in refused.sentence and "artifact" in refused.sentence
    assert len(points(github)) == 1


def test_a_rule_of_the_repository_is_said_and_not_tried_again(github: FakeGitHub) -> None:
    add(github, point(1))
    github.fail("PATCH", "/git/refs", *[status(422, "Repository rule violations found")] * 9)
    refused = add(github, point(2))
    assert isinstance(refused, Refusal) and "rule violations" in refused.sentence
    assert len(github.requests("PATCH")) == 1


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda text: text[:-20], 4),
        (lambda text: text.replace('"kind":"history"', '"kind":"diary"'), 1),
        (lambda text: text.replace('"format_version":1', '"format_version":2'), 1),
        (lambda text: text + "<<<<<<< HEAD\n", 5),
    ],
    ids=["cut off", "no history", "newer", "merge conflict"],
)
def test_what_cannot_be_read_is_not_written_over(github: FakeGitHub, change: object, line: int) -> None:
    assert callable(change)
    add(github, point(1))
    damaged = change(github.rest.git.files(REF)[DAY].decode())
    write(github, DAY, damaged)
    before = github.rest.git.refs[REF]
    refused = add(github, point(2))
    assert isinstance(refused, Refusal) and refused.level == "warning"
    assert f"`{DAY}`, line {line}: " in refused.why and "artifact" in refused.remedy
    assert github.rest.git.refs[REF] == before and github.requests("PATCH") == []


def test_a_huge_file_is_not_even_fetched(github: FakeGitHub) -> None:
    add(github, point(1))
    # Only the newest file is looked at, and one this large is full: it is left as it is.
    write(github, DAY, "x" * (FULL_BYTES + 1))
    kept = add(github, point(2))
    assert isinstance(kept, Kept) and kept.path != DAY
    assert github.requests("GET", "/git/blobs/") == []


def test_somebody_elses_branch_of_that_name_is_left_alone(github: FakeGitHub) -> None:
    write(github, "Cargo.toml", "[package]\n", new=True)
    before = github.rest.git.refs[REF]
    refused = add(github, point(1))
    assert isinstance(refused, Refusal) and MARK in refused.why
    assert github.rest.git.refs[REF] == before


def test_a_branch_of_another_version_is_left_alone(github: FakeGitHub) -> None:
    write(github, MARK, '{"kind":"history","format_version":3}\n', new=True)
    refused = add(github, point(1))
    assert isinstance(refused, Refusal) and "format version 3" in refused.why


def test_what_the_artifact_holds() -> None:
    members = artifact_members(point(1), Kept(branch_commit="a" * 40, path=DAY))
    assert list(read(members["history.jsonl"].splitlines(keepends=True), "x")) == [point(1)]
    standing = json.loads(members["branch.json"])
    assert standing["branch_commit"] == "a" * 40 and standing["time"] == "2026-03-02T00:01:00Z"
    nowhere = json.loads(artifact_members(point(1), None, "no")["branch.json"])
    assert nowhere["branch_commit"] is None and nowhere["not_kept_because"] == "no"


TURNS = 100


def job(api_url: str, token: str, name: str, together: object) -> None:
    """A job of its own process: `TURNS` runs, each begun at the same time as the other job's."""
    from benchmark_ci.model import Job

    about = Job.model_validate(
        {"event_name": "push", "repository": "octo/crate", "workspace": "/nowhere", "api_url": api_url}
    )
    client = connect(about, SecretStr(token), seconds_between_writes=0)
    for turn in range(TURNS):
        together.wait()  # type: ignore[attr-defined]
        kept = append_point(client, "octo/crate", point(turn + 1, series=name), sleep=lambda _: None)
        assert isinstance(kept, Kept), kept


def test_two_jobs_at_once_a_hundred_times_lose_nothing(github: FakeGitHub) -> None:
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(2)
    jobs = [
        spawn.Process(target=job, args=(github.api_url, github.token(), name, together))
        for name in ("CI / stable", "CI / beta")
    ]
    for one in jobs:
        one.start()
    for one in jobs:
        one.join(timeout=300)
    assert [one.exitcode for one in jobs] == [0, 0]
    found = [(int(one.sha, 16), one.series) for one in points(github)]
    wanted = {(turn + 1, name) for turn in range(TURNS) for name in ("CI / stable", "CI / beta")}
    assert len(found) == 2 * TURNS and set(found) == wanted
    assert len(github.rest.git.log(REF)) == 2 * TURNS
    answers = [one.answer.status for one in github.exchanges if one.request.method in ("PATCH", "POST")]
    assert answers.count(422) > TURNS / 10, "they met, and one gave way"


def test_a_matrix_that_ends_at_once_loses_nothing(github: FakeGitHub) -> None:
    results: list[Kept | Refusal] = []

    def leg(number: int) -> None:
        results.append(add(github, point(1, series=f"CI / leg {number}")))

    legs = [threading.Thread(target=leg, args=(number,)) for number in range(12)]
    for one in legs:
        one.start()
    for one in legs:
        one.join()
    assert all(isinstance(result, Kept) for result in results) and len(results) == 12
    assert len({one.series for one in points(github)}) == 12


def test_what_we_send_and_what_the_fake_answers(github: FakeGitHub) -> None:
    if not description().is_file():
        pytest.skip(f"GitHub's OpenAPI description is not there ({description()})")
    contract = Contract(description())
    for one in (point(1), point(2), point(2)):
        add(github, one)
    add(github, point(3), github.token(Token(contents=False)))
    git = github.rest.git
    client = connect(job_on(github), SecretStr(github.token()), seconds_between_writes=0)
    repository = client.get_repo("octo/crate")
    ref = repository.get_git_ref(f"heads/{BRANCH}").complete()
    for call in (
        lambda: repository.create_git_ref(REF, git.refs[REF]),
        lambda: ref.edit(git.log(REF)[-1], force=False),
        lambda: repository.create_git_blob("x", "utf-8"),
        lambda: repository.get_git_blob("0" * 40),
    ):
        try:
            call()
        except Exception as refused:
            assert getattr(refused, "status", 0) in (404, 422)
    checked = {
        (
            exchange.request.method,
            exchange.request.path.split("/git/")[1].split("/")[0],
            exchange.answer.status,
        )
        for exchange in github.exchanges
        if contract.check(exchange)
    }
    assert checked >= {
        ("GET", "ref", 200),
        ("GET", "ref", 404),
        ("GET", "commits", 200),
        ("GET", "trees", 200),
        ("GET", "blobs", 200),
        ("GET", "blobs", 404),
        ("POST", "blobs", 201),
        ("POST", "trees", 201),
        ("POST", "trees", 403),
        ("POST", "commits", 201),
        ("POST", "refs", 201),
        ("POST", "refs", 422),
        ("PATCH", "refs", 200),
        ("PATCH", "refs", 422),
    }
