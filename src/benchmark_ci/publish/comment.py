"""The pull request comment: one per configuration, edited in place."""

from __future__ import annotations

import contextlib

import requests
from github import Github, GithubException
from github.Issue import Issue
from github.IssueComment import IssueComment

from benchmark_ci.model import CommentWhen, Noun
from benchmark_ci.publish.api import Unsure, limit_seconds, persist, refusal
from benchmark_ci.publish.markers import Run, comment_marker, marked, newer
from benchmark_ci.publish.patience import Patience
from benchmark_ci.publish.refusal import Refusal

__all__ = ["Conversation", "Posted", "comment_marker", "post_comment"]

ACTIONS_BOT = "github-actions[bot]"
"""Who writes with a job's own token. Nobody can register a login with brackets."""

NOT_POSTED = "The pull request comment was not posted"


class Posted(Noun):
    """The comment as it stands now."""

    url: str
    kept: bool = False  # left as it is, because a later run wrote it


class Conversation:
    """The comments of one pull request, as far as they are ours."""

    def __init__(
        self,
        github: Github,
        repository: str,
        number: int,
        marker: str,
        patience: Patience,
        run: Run | None = None,
    ) -> None:
        self._github = github
        self._issue: Issue = github.get_repo(repository).get_issue(number)
        self._marker = marker
        self._patience = patience
        self._run = run

    def sync(self, body: str, *, create: bool) -> Posted | None:
        """Edit our comment, or create it if asked to; further ones of ours are minimised.

        Raises what PyGithub raises, and Unsure.
        """
        ours = self.ours()
        if not ours:
            return self._create(body) if create else None
        kept = ours[0]
        if newer(kept.body, self._run):
            return Posted(url=kept.html_url, kept=True)
        persist(lambda: kept.edit(self._text(body)), self._patience)
        for other in ours[1:]:
            self._minimise(other)
        return Posted(url=kept.html_url)

    def ours(self) -> list[IssueComment]:
        """All comments that carry our marker and that we wrote, oldest first."""
        everything = persist(lambda: list(self._issue.get_comments()), self._patience)
        carrying = [comment for comment in everything if (comment.body or "").startswith(self._marker)]
        if not carrying:
            return []
        login, is_bot = self._us()
        mine = [
            c for c in carrying if c.user and c.user.login == login and (not is_bot or c.user.type == "Bot")
        ]
        return sorted(mine, key=lambda comment: comment.id)

    def _create(self, body: str) -> Posted:
        """Create the comment exactly once, also when an answer gets lost after it was stored."""
        attempt = 0
        while True:
            attempt += 1
            try:
                created = persist(
                    lambda: self._issue.create_comment(self._text(body)), self._patience, repeatable=False
                )
                return Posted(url=created.html_url)
            except Unsure:
                if not self._patience.pause(attempt):
                    raise
                if stored := self.ours():
                    return Posted(url=stored[0].html_url)

    def _us(self) -> tuple[str, bool]:
        """Our login, and whether it is a bot's. A job's own token and an app's cannot ask `/user`."""
        try:
            return persist(lambda: self._github.get_user().complete().login, self._patience), False
        except GithubException as error:
            limited = limit_seconds(error.status, error.headers or {}, str(error.message or "")) is not None
            if error.status >= 500 or limited:
                raise
        try:
            _, answer = self._github.requester.graphql_query("query { viewer { login } }", {})
            login = str(answer["data"]["viewer"]["login"])
        except (GithubException, requests.RequestException, KeyError, TypeError, ValueError):
            login = ACTIONS_BOT
        return login.removesuffix("[bot]") + "[bot]", True

    def _minimise(self, comment: IssueComment) -> None:
        """Fold an older double away; a convenience, so that no refusal of it is worth a word."""
        with contextlib.suppress(Exception):  # a refused mutation's answer has no fixed form
            comment.minimize()

    def _text(self, body: str) -> str:
        return marked(body, self._marker, self._run)


def post_comment(
    github: Github,
    repository: str,
    number: int,
    body: str,
    *,
    marker: str,
    run: Run | None = None,
    when: CommentWhen = CommentWhen.ALWAYS,
    changed: bool = True,
    from_fork: bool = False,
    patience: Patience | None = None,
) -> Posted | Refusal | None:
    """Bring the comment up to date; None when there is none and none is wanted.

    With `changes` a comment is only created when something changed; one that stands is always edited, so
    that it never says what is no longer true, unless it was written for a later `run` than this one.
    """
    if when is CommentWhen.NEVER:
        return None
    create = when is CommentWhen.ALWAYS or changed
    try:
        conversation = Conversation(github, repository, number, marker, patience or Patience(), run)
        return conversation.sync(body, create=create)
    # PyGithub asserts, and raises what it happens to meet, when an answer is not what it expects.
    except Exception as error:
        return refusal(NOT_POSTED, error, from_fork=from_fork)
