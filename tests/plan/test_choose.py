from __future__ import annotations

import pytest

from benchmark_ci.model import Event, PullRequest
from benchmark_ci.plan.choose import (
    CheckedOut,
    Exactly,
    FirstParent,
    LatestRelease,
    MergeBase,
    Named,
    Request,
    Tip,
    choose,
)

SHA, BEFORE, HEAD, ELSEWHERE = "a" * 40, "b" * 40, "c" * 40, "d" * 40
PULL_REQUEST = PullRequest(
    number=12, head_sha=HEAD, head_repository="o/p", base_repository="o/p", base_ref="main"
)
MAIN, FEATURE, TAG = "refs/heads/main", "refs/heads/feature", "refs/tags/v1.2.0"


def event(name: str, **fields: object) -> Event:
    return Event.model_validate({"name": name, "default_branch": "main", **fields})


PR = event("pull_request", pull_request=PULL_REQUEST)
TARGET = event("pull_request_target", pull_request=PULL_REQUEST)
QUEUED = event("merge_group", merge_group={"base_sha": BEFORE, "base_ref": "next"})
LEFT_MAIN = MergeBase(branch="main")


@pytest.mark.parametrize(
    ("happened", "ref", "checked_out", "current", "what", "baselines"),
    [
        pytest.param(
            *(PR, "refs/pull/12/merge", SHA, CheckedOut(), "merge of pull request #12 into main"),
            [FirstParent(), LEFT_MAIN],
            id="pull request, merge commit",
        ),
        pytest.param(
            *(PR, "refs/pull/12/merge", HEAD, CheckedOut(), "pull request #12"),
            [FirstParent(of_merge_with=HEAD), LEFT_MAIN],
            id="pull request, its head checked out",
        ),
        pytest.param(
            *(TARGET, MAIN, SHA, Exactly(sha=HEAD), "head of pull request #12", [LEFT_MAIN]),
            id="own pull request under pull_request_target, base checked out",
        ),
        pytest.param(
            *(TARGET, MAIN, HEAD, CheckedOut(), "pull request #12"),
            [FirstParent(of_merge_with=HEAD), LEFT_MAIN],
            id="own pull request under pull_request_target, head checked out",
        ),
        pytest.param(
            *(event("push", before=BEFORE), MAIN, SHA, CheckedOut(), "main"),
            [Exactly(sha=BEFORE), FirstParent(), Tip(branch="main")],
            id="push to the default branch",
        ),
        pytest.param(
            *(event("push"), MAIN, SHA, CheckedOut(), "main", [FirstParent(), Tip(branch="main")]),
            id="first push of the default branch",
        ),
        pytest.param(
            *(event("push", before=BEFORE), FEATURE, SHA, CheckedOut(), "feature"),
            [LEFT_MAIN, FirstParent()],
            id="push to another branch",
        ),
        pytest.param(
            *(event("push"), TAG, SHA, Named(ref=TAG), "", [LatestRelease(tag="v1.2.0"), FirstParent()]),
            id="push of a tag",
        ),
        pytest.param(
            *(event("release", tag="v1.2.0"), TAG, SHA, Named(ref=TAG), "", [LatestRelease(tag="v1.2.0")]),
            id="release",
        ),
        pytest.param(
            *(event("workflow_dispatch"), FEATURE, SHA, CheckedOut(), "feature", [Tip(branch="main")]),
            id="by hand",
        ),
        pytest.param(
            *(event("schedule"), MAIN, ELSEWHERE, CheckedOut(), "checked-out commit", [Tip(branch="main")]),
            id="by the clock, another commit checked out",
        ),
        pytest.param(
            *(QUEUED, "refs/heads/gh-readonly-queue/next/pr-12-x", SHA, CheckedOut()),
            *("merge group for next", [Exactly(sha=BEFORE), FirstParent()]),
            id="a merge group",
        ),
        pytest.param(
            *(event("repository_dispatch"), MAIN, SHA, CheckedOut(), "main", [Tip(branch="main")]),
            id="an event that nobody thought of",
        ),
    ],
)
def test_what_an_event_means(
    happened: Event, ref: str, checked_out: str, current: Request, what: str, baselines: list[Request]
) -> None:
    choice = choose("", happened, ref, SHA, checked_out)

    assert choice.current.request == current
    assert choice.current.what == what
    assert [wanted.request for wanted in choice.baselines] == baselines
    assert choice.head_sha == (HEAD if happened.pull_request else None)


@pytest.mark.parametrize("happened", [PR, event("push"), event("release", tag="v1")], ids=lambda e: e.name)
@pytest.mark.parametrize(
    ("asked", "request_"),
    [("develop", Named(ref="develop", must_exist=True)), ("latest-release", LatestRelease())],
)
def test_a_named_baseline_wins_over_every_event(happened: Event, asked: str, request_: Request) -> None:
    by_event = choose("", happened, MAIN, SHA, SHA)
    choice = choose(asked, happened, MAIN, SHA, SHA)

    assert [wanted.request for wanted in choice.baselines] == [request_]
    assert choice.current == by_event.current
