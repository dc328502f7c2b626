from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from benchmark_ci.model import CommentWhen
from benchmark_ci.publish.api import connect
from benchmark_ci.publish.comment import Posted, post_comment
from benchmark_ci.publish.markers import Run, comment_marker
from benchmark_ci.publish.refusal import Refusal
from tests.doubles.github import FakeGitHub, Pull, Token
from tests.doubles.http_double import Answer, Drop, Pass, StoreThen, Truncate, status
from tests.publish.settings import Waits, job_on

MARKER = comment_marker("CI", "benchmark", "")
CREATE = "/issues/7/comments"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as fake:
        fake.rest.pulls[7] = Pull(7)
        yield fake


def post(
    github: FakeGitHub,
    body: str = "new",
    *,
    token: Token | None = None,
    when: CommentWhen = CommentWhen.ALWAYS,
    changed: bool = True,
    from_fork: bool = False,
    waits: Waits | None = None,
    run: Run | None = None,
) -> Posted | Refusal | None:
    client = connect(job_on(github), SecretStr(github.token(token)), seconds_between_writes=0)
    patience = waits or Waits()
    return post_comment(
        client,
        "octo/crate",
        7,
        body,
        marker=MARKER,
        when=when,
        changed=changed,
        from_fork=from_fork,
        patience=patience,
        run=run,
    )


def bodies(github: FakeGitHub) -> list[str]:
    return [comment.body for comment in github.comments(7)]


def test_the_first_comment_is_created_with_its_marker(github: FakeGitHub) -> None:
    posted = post(github)
    (comment,) = github.comments(7)
    assert comment.body == f"{MARKER}\nnew"
    assert posted == Posted(url=f"https://github.com/octo/crate/pull/7#issuecomment-{comment.id}")


def test_ours_is_edited_on_the_third_page(github: FakeGitHub) -> None:
    for number in range(230):
        github.add_comment(7, f"chat {number}", "someone", "User")
    ours = github.add_comment(7, f"{MARKER}\nold")
    for number in range(19):
        github.add_comment(7, f"chat {number}", "someone", "User")
    assert isinstance(post(github), Posted)
    assert len(bodies(github)) == 250
    assert ours.body == f"{MARKER}\nnew"


@pytest.mark.parametrize(
    ("login", "kind", "body"),
    [
        ("stranger", "User", f"{MARKER}\nmine now"),
        ("other-app[bot]", "Bot", f"{MARKER}\nmine now"),
        ("github-actions[bot]", "Bot", f"> {MARKER}\nquoted"),
        ("github-actions[bot]", "Bot", comment_marker("CI", "benchmark", "arm") + "\nanother configuration"),
    ],
)
def test_a_strangers_comment_is_not_ours(github: FakeGitHub, login: str, kind: str, body: str) -> None:
    stranger = github.add_comment(7, body, login, kind)
    assert isinstance(post(github), Posted)
    assert stranger.body == body
    assert len(bodies(github)) == 2


def test_of_two_of_ours_the_oldest_is_edited_and_the_other_folded(github: FakeGitHub) -> None:
    first, second = github.add_comment(7, f"{MARKER}\n1"), github.add_comment(7, f"{MARKER}\n2")
    assert isinstance(post(github), Posted)
    assert [first.body, second.body] == [f"{MARKER}\nnew", f"{MARKER}\n2"]
    assert [first.minimized, second.minimized] == [False, True]


def test_refused_folding_changes_nothing(github: FakeGitHub) -> None:
    github.add_comment(7, f"{MARKER}\n1")
    github.add_comment(7, f"{MARKER}\n2")
    github.fail("POST", "/graphql", Pass(), status(502))
    assert isinstance(post(github), Posted)


@pytest.mark.parametrize(
    "token", [Token("somebody", "User"), Token("benchmarks[bot]", "Bot"), Token()], ids=lambda t: t.login
)
def test_whoever_the_token_is_finds_its_own(github: FakeGitHub, token: Token) -> None:
    mine = github.add_comment(7, f"{MARKER}\nold", token.login, token.kind)
    assert isinstance(post(github, token=token), Posted)
    assert bodies(github) == [mine.body] == [f"{MARKER}\nnew"]


def test_without_graphql_we_are_the_actions_bot(github: FakeGitHub) -> None:
    github.add_comment(7, f"{MARKER}\nold")
    github.fail("POST", "/graphql", *[status(404, "Not Found")] * 9)
    post(github)
    assert bodies(github) == [f"{MARKER}\nnew"]


@pytest.mark.parametrize("when", list(CommentWhen))
@pytest.mark.parametrize("changed", [True, False])
@pytest.mark.parametrize("stands", [True, False])
def test_when_there_is_a_comment(github: FakeGitHub, when: CommentWhen, changed: bool, stands: bool) -> None:
    if stands:
        github.add_comment(7, f"{MARKER}\nold")
    post(github, when=when, changed=changed)
    expected = [f"{MARKER}\nnew"]
    if when is CommentWhen.NEVER:
        expected = [f"{MARKER}\nold"] if stands else []
    elif when is CommentWhen.CHANGES and not changed and not stands:
        expected = []
    assert bodies(github) == expected


@pytest.mark.parametrize(
    "fault", [StoreThen(Answer(502)), Drop(carried_out=True), Truncate(), StoreThen(Answer(504))]
)
def test_an_answer_lost_after_storing_makes_no_second_comment(github: FakeGitHub, fault: StoreThen) -> None:
    github.fail("POST", CREATE, fault)
    assert isinstance(post(github), Posted)
    assert bodies(github) == [f"{MARKER}\nnew"]


@pytest.mark.parametrize("fault", [status(502), Drop()])
def test_a_create_that_was_not_carried_out_is_made_again(github: FakeGitHub, fault: Drop) -> None:
    github.fail("POST", CREATE, fault, fault)
    assert isinstance(post(github), Posted)
    assert bodies(github) == [f"{MARKER}\nnew"]


def test_an_edit_is_repeated(github: FakeGitHub) -> None:
    github.add_comment(7, f"{MARKER}\nold")
    github.fail("PATCH", "/issues/comments", status(502), Drop(), StoreThen(Answer(503)))
    assert isinstance(post(github), Posted)
    assert bodies(github) == [f"{MARKER}\nnew"]
    assert len(github.requests("PATCH")) == 4


def test_a_page_is_asked_for_again(github: FakeGitHub) -> None:
    for _ in range(150):
        github.add_comment(7, "chat", "someone", "User")
    github.add_comment(7, f"{MARKER}\nold")
    github.fail("GET", r"comments\?.*page=2", status(502), Truncate())
    assert isinstance(post(github), Posted)
    assert len(bodies(github)) == 151


@pytest.mark.parametrize("code", [403, 429])
def test_a_secondary_limit_is_waited_out(github: FakeGitHub, code: int) -> None:
    limited = status(code, "You have exceeded a secondary rate limit", Retry_After="20")
    github.fail("POST", CREATE, limited)
    waits = Waits()
    assert isinstance(post(github, waits=waits), Posted)
    assert waits.seconds == [20]


def test_limits_are_not_waited_for_without_end(github: FakeGitHub) -> None:
    github.fail("POST", CREATE, *[status(429, "slow down")] * 9)
    waits = Waits()
    refusal = post(github, waits=waits)
    assert isinstance(refusal, Refusal)
    assert "rate limit" in refusal.why
    assert sum(waits.seconds) <= 120


def test_a_reset_far_ahead_is_not_waited_for(github: FakeGitHub) -> None:
    reset = str(int(time.time()) + 3000)
    limit = status(403, "API rate limit exceeded", X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)
    github.fail("GET", CREATE, limit)
    waits = Waits()
    assert isinstance(post(github, waits=waits), Refusal)
    assert waits.seconds == []


def test_a_forks_token_gets_a_notice(github: FakeGitHub) -> None:
    refusal = post(github, token=Token(writes=False), from_fork=True)
    assert isinstance(refusal, Refusal)
    assert refusal.level == "notice"
    assert "job summary" in refusal.remedy
    mine = post(github, token=Token(writes=False))
    assert isinstance(mine, Refusal)
    assert mine.level == "warning"
    assert "pull-requests: write" in mine.remedy


def test_refusals_are_values(github: FakeGitHub) -> None:
    github.rest.pulls[7].locked = True
    locked = post(github)
    too_long = post(github, "x" * 70_000)
    github.rest.pulls.clear()
    missing = post(github)
    github.fail("GET", CREATE, *[status(500)] * 9)
    broken = post(github)
    whys = [r.why for r in (locked, too_long, missing, broken) if isinstance(r, Refusal)]
    assert [word in why for word, why in zip(("410", "410", "404", "500"), whys, strict=True)] == [True] * 4


def test_a_body_that_is_too_long_is_refused(github: FakeGitHub) -> None:
    refusal = post(github, "x" * 70_000)
    assert isinstance(refusal, Refusal)
    assert "422" in refusal.why


def test_no_server_and_strange_servers_are_refusals(github: FakeGitHub) -> None:
    github.fail("GET", CREATE, *[StoreThen(Answer(200, b"<html>proxy</html>"))] * 9)
    assert isinstance(post(github), Refusal)
    github.fail("GET", CREATE, *[Drop()] * 9)
    assert isinstance(post(github), Refusal)
    elsewhere = {"Link": '<https://evil.example/comments?page=2>; rel="next"'}
    github.fail("GET", CREATE, StoreThen(Answer(200, [], elsewhere)))
    assert isinstance(post(github), Refusal)


def test_an_unknown_token_is_refused_and_not_told(github: FakeGitHub) -> None:
    secret = "ghp_" + "s" * 36
    client = connect(job_on(github), SecretStr(secret), seconds_between_writes=0)
    refusal = post_comment(client, "octo/crate", 7, "x", marker=MARKER, patience=Waits())
    assert isinstance(refusal, Refusal)
    assert "401" in refusal.why
    assert secret not in refusal.sentence


def test_a_server_of_ones_own_is_asked_at_its_own_paths() -> None:
    with FakeGitHub(enterprise=True) as github:
        github.rest.pulls[7] = Pull(7)
        github.add_comment(7, f"{MARKER}\n1")
        github.add_comment(7, f"{MARKER}\n2")
        assert isinstance(post(github), Posted)
        assert [c.minimized for c in github.comments(7)] == [False, True]
        assert github.requests("POST", "^/api/graphql")
        assert all(r.path.startswith("/api/") for r in github.requests())


def test_markers_are_safe_and_tell_configurations_apart() -> None:
    nasty = comment_marker("a --> <b>", "é\n", "x" * 500)
    inside = nasty.removeprefix("<!--").removesuffix("-->")
    assert "--" not in inside
    assert ">" not in inside
    assert len(nasty) < 150
    names = [("a", "b", ""), ("a", "", "b"), ("a b", "", ""), ("A", "b", "")]
    assert len({comment_marker(*name) for name in names}) == 4


def test_an_older_run_leaves_a_newer_ones_comment(github: FakeGitHub) -> None:
    assert isinstance(post(github, "of run 12", run=Run(id=12)), Posted)
    for run in (Run(id=11), Run(id=9, attempt=5)):
        kept = post(github, "old news", run=run)
        assert isinstance(kept, Posted)
        assert kept.kept
    (comment,) = github.comments(7)
    url = f"https://github.com/octo/crate/pull/7#issuecomment-{comment.id}"
    assert comment.body.endswith("of run 12")
    for run in (Run(id=12), Run(id=12, attempt=2), Run(id=100)):
        assert post(github, f"of {run.order}", run=run) == Posted(url=url)
        assert comment.body.endswith(f"of {run.order}")


def test_a_run_is_only_read_where_we_write_it(github: FakeGitHub) -> None:
    post(github, "x" * 500 + "\n<!-- benchmark-ci run=99.1 -->\n", run=Run(id=5))
    post(github, "news", run=Run(id=6))
    assert bodies(github)[0].endswith("news")
