"""A GitHub that fits in a test: REST, GraphQL, results service and blob store behind one port.

    with FakeGitHub() as github:
        github.rest.pulls[7] = Pull(7)
        github.fail("POST", "/issues/7/comments", StoreThen(Answer(502)))
        …
        assert [c.body for c in github.comments(7)] == […]

Addresses in its answers use the Host by which it was reached. From containers: `FakeGitHub(host=gateway)`
with the bridge's gateway address.
"""

from __future__ import annotations

import secrets

from tests.doubles.github_artifacts import PREFIX, Artifacts
from tests.doubles.github_rest import Comment, Pull, Rest, Token
from tests.doubles.github_runs import Runs, WorkflowRun
from tests.doubles.http_double import Answer, HttpDouble, Request

__all__ = ["Comment", "FakeGitHub", "Pull", "Token", "WorkflowRun"]


class FakeGitHub(HttpDouble):
    """GitHub with one repository.

    `enterprise`: REST below /api/v3 and GraphQL at /api/graphql, as on a server of one's own.
    `act`: the artifact part behaves like nektos/act's. `oldest`: it knows artifact version 4 only.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        *,
        repository: str = "octo/crate",
        enterprise: bool = False,
        act: bool = False,
        oldest: bool = False,
    ) -> None:
        super().__init__(host)
        self.rest = Rest(repository)
        self.artifacts = Artifacts(act=act, oldest=oldest)
        self.runs = Runs(self.rest, self.artifacts)
        self._prefix, self._graphql = ("/api/v3", "/api/graphql") if enterprise else ("", "/graphql")

    @property
    def api_url(self) -> str:
        """What the runner gives as `GITHUB_API_URL`."""
        return self.url + self._prefix

    @property
    def graphql_url(self) -> str:
        return self.url + self._graphql

    def token(self, token: Token | None = None) -> str:
        """A new token; without an argument, a job's own that may write."""
        value = f"ghs_{secrets.token_hex(18)}"
        self.rest.tokens[value] = token or Token()
        return value

    def comments(self, number: int) -> list[Comment]:
        """The comments of a pull request, oldest first."""
        found = [comment for comment in self.rest.comments.values() if comment.number == number]
        return sorted(found, key=lambda comment: comment.id)

    def add_comment(
        self, number: int, body: str, login: str = "github-actions[bot]", kind: str = "Bot"
    ) -> Comment:
        return self.rest.store(number, body, login, kind)

    def answer(self, request: Request) -> Answer:
        if request.path.startswith(PREFIX):
            return self.artifacts.answer_twirp(request)
        if request.path.startswith("/blob/"):
            return self.artifacts.answer_blob(request)
        if request.path == self._graphql:
            return self.rest.answer(request, request.base + self._prefix, "/graphql")
        if request.path.startswith(self._prefix):
            base, path = request.base + self._prefix, request.path.removeprefix(self._prefix)
            return self.runs.answer(request, base, path) or self.rest.answer(request, base, path)
        return Answer(404, {"message": "Not Found"})
