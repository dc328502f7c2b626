"""The pull request comment: one per configuration, edited in place."""

from __future__ import annotations

import contextlib
import hashlib
import re

from github import Github, GithubException
from github.Issue import Issue
from github.IssueComment import IssueComment

from benchmark_ci.model import CommentWhen, Noun
from benchmark_ci.publish.api import Unsure, persist, refusal
from benchmark_ci.publish.patience import Patience
from benchmark_ci.publish.refusal import Refusal

ACTIONS_BOT = "github-actions[bot]"
"""Who writes with a job's own token. Nobody can register a login with brackets."""

_WHAT = "The pull request comment was not posted"


class Posted(Noun):
    """The comment as it stands now."""

    url: str


def comment_marker(workflow: str, job: str, name: str) -> str:
    """The invisible first line by which a later run finds the comment of the same configuration.

    Names come from strangers' workflow files, so that only letters, digits and single dashes remain of
    them; a digest keeps apart what looks the same then.
    """
    words = "-".join(re.findall(r"[A-Za-z0-9]+", f"{workflow} {job} {name}"))[:80].strip("-")
    digest = hashlib.sha256("\0".join((workflow, job, name)).encode("utf-8", "replace")).hexdigest()[:12]
    return f"<!-- benchmark-ci comment={words or 'job'}-{digest} -->"


class Conversation:
    """The comments of one pull request, as far as they are ours."""

    def __init__(self, github: Github, repository: str, number: int, marker: str, patience: Patience) -> None:
        self._github = github
        self._issue: Issue = github.get_repo(repository).get_issue(number)
        self._marker = marker
        self._patience = patience

    def sync(self, body: str, *, create: bool) -> Posted | None:
        """Edit our comment, or create it if asked to; further ones of ours are minimised.

        Raises what PyGithub raises, and Unsure.
        """
        ours = self.ours()
        if not ours:
            return self._create(body) if create else None
        kept = ours[0]
        persist(lambda: kept.edit(self._text(body)), self._patience)
        for other in ours[1:]:
            self._minimise(other)
        return Posted(url=kept.html_url)

    def ours(self) -> list[IssueComment]:
        """All comments that carry our marker and that we wrote, oldest first."""
        everything = persist(lambda: list(self._issue.get_comments()), self._patience)
        marked = [comment for comment in everything if (comment.body or "").startswith(self._marker)]
        if not marked:
            return []
        login, is_bot = self._us()
        mine = [
            c for c in marked if c.user and c.user.login == login and (not is_bot or c.user.type == "Bot")
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
        except GithubException:
            pass
        try:
            _, answer = self._github.requester.graphql_query("query { viewer { login } }", {})
            login = str(answer["data"]["viewer"]["login"])
        except (GithubException, KeyError, TypeError, ValueError):
            login = ACTIONS_BOT
        return login, login.endswith("[bot]")

    def _minimise(self, comment: IssueComment) -> None:
        """Fold an older double away; a convenience, so that no refusal of it is worth a word."""
        with contextlib.suppress(Exception):  # a refused mutation's answer has no fixed form
            comment.minimize()

    def _text(self, body: str) -> str:
        return body if body.startswith(self._marker) else f"{self._marker}\n{body}"


def post_comment(
    github: Github,
    repository: str,
    number: int,
    body: str,
    *,
    marker: str,
    when: CommentWhen = CommentWhen.ALWAYS,
    changed: bool = True,
    from_fork: bool = False,
    patience: Patience | None = None,
) -> Posted | Refusal | None:
    """Bring the comment up to date; None when there is none and none is wanted.

    With `changes` a comment is only created when something changed; one that stands is always edited, so
    that it never says what is no longer true.
    """
    if when is CommentWhen.NEVER:
        return None
    create = when is CommentWhen.ALWAYS or changed
    try:
        conversation = Conversation(github, repository, number, marker, patience or Patience())
        return conversation.sync(body, create=create)
    # PyGithub asserts, and raises what it happens to meet, when an answer is not what it expects.
    except Exception as error:
        return refusal(_WHAT, error, from_fork=from_fork)
