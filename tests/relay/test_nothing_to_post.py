"""Where `mode: publish` rightly posts nothing, and says why."""

from __future__ import annotations

import pytest

from benchmark_ci.errors import ExitCode
from tests.stranger import LATER, RUN, Stage, comment_of, slower


def nothing_posted(stage: Stage, *words: str) -> None:
    done = stage.publish()
    assert done.code is ExitCode.OK
    assert all(word in done.notices for word in words), done.notices
    assert not done.log.named("error")
    assert not stage.github.requests("POST")


def test_the_head_has_moved_on(stage: Stage) -> None:
    stage.github.rest.pulls[7].head_sha = LATER
    stage.upload(slower())
    nothing_posted(stage, "#7", "moved on")


def test_the_pull_request_is_closed(stage: Stage) -> None:
    stage.github.rest.pulls[7].state = "closed"
    stage.upload(slower())
    nothing_posted(stage, "#7 is closed")


def test_a_pull_request_of_another_fork_is_not_meant(stage: Stage) -> None:
    """Same branch, same commit, another repository of the same owner."""
    stage.github.rest.pulls[7].head_repository = "stranger/other"
    stage.upload(slower())
    nothing_posted(stage, "no pull request")


@pytest.mark.parametrize("gone", ["head_repository", "head_branch"])
def test_the_fork_is_gone(stage: Stage, gone: str) -> None:
    setattr(stage.run, gone, None)
    nothing_posted(stage, "gone")


def test_a_run_of_a_push(stage: Stage) -> None:
    stage.run.event = "push"
    nothing_posted(stage, "`push`")


def test_a_run_that_failed_before_it_had_measured(stage: Stage) -> None:
    stage.run.conclusion = "cancelled"
    nothing_posted(stage, "no artifact", "cancelled")


def test_a_newer_comment_stands(stage: Stage) -> None:
    stage.upload(slower())
    stage.publish()
    (comment,) = stage.github.comments(7)
    comment.body = comment.body.replace(f"run={RUN}.1", f"run={RUN + 1}.1")
    newer = comment.body
    done = stage.publish(threshold="90")
    assert done.code is ExitCode.OK
    assert "a later run wrote it" in done.notices
    assert comment_of(stage) == newer
