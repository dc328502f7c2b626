"""The part of GitHub's REST and GraphQL API that knows pull requests and their comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.doubles import github_shapes as shapes
from tests.doubles.github_git import GitData
from tests.doubles.http_double import Answer, Request

BODY_LIMIT = 65_536


@dataclass
class Token:
    """Whose it is and what it may do. A job's own token cannot ask `/user`."""

    login: str = "github-actions[bot]"
    kind: str = "Bot"
    writes: bool = True
    contents: bool = True  # `contents: write`, for one that writes at all


@dataclass
class Comment:
    id: int
    number: int
    login: str
    kind: str
    body: str
    minimized: bool = False


@dataclass
class Pull:
    number: int
    state: str = "open"
    locked: bool = False
    head_sha: str = "b" * 40
    base_sha: str = "a" * 40
    head_ref: str = "feature"
    head_repository: str = ""  # empty: the repository itself, else a fork
    base_ref: str = "main"


@dataclass
class Rest:
    """State, and the answers that it gives."""

    repository: str
    tokens: dict[str, Token] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    git: GitData = field(default_factory=GitData)
    next_id: int = 1000

    def answer(self, request: Request, base: str, path: str) -> Answer:
        """`base` is what stands before `path` in the addresses that we give out."""
        token = self.token_of(request)
        if token is None:
            return problem(401, "Bad credentials")
        if request.method != "GET" and request.method == "POST" and path == "/graphql":
            return self._graphql(request, token)
        git = f"/repos/{self.repository}/git/"
        if path.startswith(git):
            may_write = token.writes and token.contents
            rest = path.removeprefix(git)
            return self.git.answer(request, base, rest, self.repository, may_write=may_write)
        for method, pattern, serve in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and method == request.method:
                given = match.groupdict()
                if given.get("repository", self.repository) != self.repository:
                    break
                return serve(self, request, base, token, {k: int(v) for k, v in given.items() if v.isdigit()})
        return problem(404, "Not Found")

    def store(self, number: int, body: str, login: str, kind: str) -> Comment:
        self.next_id += 1
        comment = Comment(self.next_id, number, login, kind, body)
        self.comments[comment.id] = comment
        return comment

    def token_of(self, request: Request) -> Token | None:
        """The token that a request brings, if it is a good one."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        return self.tokens.get(value) if scheme.lower() in ("bearer", "token") else None

    def _user(self, request: Request, base: str, token: Token, ids: dict[str, int]) -> Answer:
        if token.kind == "Bot":
            return problem(403, "Resource not accessible by integration")
        private = dict.fromkeys(["public_repos", "public_gists", "followers", "following"], 0)
        more = {
            "user_view_type": "public",
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2020-01-01T00:00:00Z",
        }
        nothing = dict.fromkeys(["name", "company", "blog", "location", "email", "hireable", "bio"])
        return Answer(200, {**shapes.user(base, token.login, token.kind), **private, **more, **nothing})

    def _repository(self, request: Request, base: str, token: Token, ids: dict[str, int]) -> Answer:
        return Answer(200, shapes.repository(base, self.repository))

    def _pull(self, request: Request, base: str, token: Token, ids: dict[str, int]) -> Answer:
        found = self.pulls.get(ids["number"])
        return Answer(200, shapes.pull(base, self.repository, found)) if found else problem(404, "Not Found")

    def _list(self, request: Request, base: str, token: Token, ids: dict[str, int]) -> Answer:
        if ids["number"] not in self.pulls:
            return problem(404, "Not Found")
        size = max(1, min(100, int(request.parameters.get("per_page", "30"))))
        page = max(1, int(request.parameters.get("page", "1")))
        stored = sorted(c.id for c in self.comments.values() if c.number == ids["number"])
        shown = [self._shape(base, self.comments[i]) for i in stored[(page - 1) * size : page * size]]
        address = f"{base}/repositories/4242/issues/{ids['number']}/comments?per_page={size}&page="
        return Answer(200, shown, _link(address, page, -(-len(stored) // size)))

    def _create(self, request: Request, base: str, token: Token, ids: dict[str, int]) -> Answer:
        pull = self.pulls.get(ids["number"])
        refused = _refused(token, pull, request.json())
        if refused or pull is None:
            return refused or problem(404, "Not Found")
        stored = self.store(pull.number, request.json()["body"], token.login, token.kind)
        return Answer(201, self._shape(base, stored), {"Location": f"{base}/issues/comments/{stored.id}"})

    def _edit(self, request: Request, base: str, token: Token, ids: dict[str, int]) -> Answer:
        stored = self.comments.get(ids["id"])
        pull = self.pulls.get(stored.number) if stored else None
        refused = _refused(token, pull, request.json())
        if refused or stored is None:
            return refused or problem(404, "Not Found")
        stored.body = request.json()["body"]
        return Answer(200, self._shape(base, stored))

    def _graphql(self, request: Request, token: Token) -> Answer:
        asked = request.json()
        if "viewer" in asked["query"]:
            return Answer(200, {"data": {"viewer": {"login": token.login}}})
        if not token.writes or "minimizeComment" not in asked["query"]:
            return Answer(
                200, {"data": None, "errors": [{"type": "FORBIDDEN", "message": "Resource not accessible"}]}
            )
        node = asked["variables"]["input"]["subjectId"]
        self.comments[int(node.removeprefix("IC_"))].minimized = True
        return Answer(200, {"data": {"minimizeComment": {"minimizedComment": {"isMinimized": True}}}})

    def _shape(self, base: str, stored: Comment) -> dict[str, Any]:
        return shapes.comment(base, self.repository, stored.number, stored)


def problem(status: int, message: str, **more: Any) -> Answer:
    return Answer(status, {"message": message, "documentation_url": "https://docs.github.com/rest", **more})


def _refused(token: Token, pull: Pull | None, body: Any) -> Answer | None:
    if not token.writes:
        return problem(403, "Resource not accessible by integration")
    if pull is None:
        return problem(404, "Not Found")
    if pull.locked:
        return problem(410, "This conversation is locked")
    text = body.get("body") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip() or len(text) > BODY_LIMIT:
        too_long = f"body is too long (maximum is {BODY_LIMIT} characters)"
        return problem(
            422,
            "Validation Failed",
            errors=[
                {"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": too_long}
            ],
        )
    return None


def _link(address: str, page: int, last: int) -> dict[str, str]:
    """Real GitHub names the repository by its id here."""
    links = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    if page <= 1:
        del links["prev"], links["first"]
    if page >= last:
        del links["next"], links["last"]
    value = ", ".join(f'<{address}{number}>; rel="{name}"' for name, number in links.items())
    return {"Link": value} if value else {}


_REPO = r"/repos/(?P<repository>[^/]+/[^/]+)"
_ROUTES = [
    ("GET", r"/user", Rest._user),
    ("GET", _REPO, Rest._repository),
    ("GET", _REPO + r"/pulls/(?P<number>\d+)", Rest._pull),
    ("GET", _REPO + r"/issues/(?P<number>\d+)/comments", Rest._list),
    ("GET", r"/repositories/4242/issues/(?P<number>\d+)/comments", Rest._list),
    ("POST", _REPO + r"/issues/(?P<number>\d+)/comments", Rest._create),
    ("PATCH", _REPO + r"/issues/comments/(?P<id>\d+)", Rest._edit),
]
