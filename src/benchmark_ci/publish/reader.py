"""Reading from GitHub's REST API what a job cannot do without; each answer is checked against a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from github import Github, GithubException
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from benchmark_ci.errors import GitHubFailed
from benchmark_ci.publish.api import persist, refusal
from benchmark_ci.publish.patience import Patience

A = TypeVar("A")

MOST_PAGES = 20
PER_PAGE = 100
_FORBIDDEN = (
    "Give the job `permissions: actions: read, contents: read, pull-requests: write`, and no other token."
)


class Wire(BaseModel):
    """What we use of an answer is strict, the rest of it ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Reader:
    """The GET requests of one repository. All of them raise GitHubFailed."""

    def __init__(self, github: Github, repository: str, patience: Patience) -> None:
        self._github = github
        self._root = f"/repos/{repository}"
        self._patience = patience

    def get(self, path: str, answer: type[A], what: str, **parameters: str) -> A:
        """What stands at `path` below the repository; `what` names it in errors."""
        found = self.find(path, answer, what, **parameters)
        if found is None:
            raise GitHubFailed(f"GitHub's API knows no {what}.", _FORBIDDEN)
        return found

    def find(self, path: str, answer: type[A], what: str, **parameters: str) -> A | None:
        """The same; None where GitHub knows nothing of the kind."""

        def call() -> object:
            _, data = self._github.requester.requestJsonAndCheck("GET", self._root + path, parameters)
            return data

        try:
            data = persist(call, self._patience)
        except GithubException as error:
            if error.status in (404, 410, 422):
                return None
            raise _failed(what, error) from None
        except Exception as error:  # PyGithub asserts, and raises what it happens to meet
            raise _failed(what, error) from None
        try:
            return TypeAdapter(answer).validate_python(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise GitHubFailed(f"GitHub's answer about the {what} is odd: {place}: {first['msg']}.") from None

    def pages(self, path: str, answer: type[list[A]], what: str, **parameters: str) -> Iterator[A]:
        """All items of a listing, page after page, up to 2000."""
        for number in range(1, MOST_PAGES + 1):
            page = self.get(path, answer, what, per_page=str(PER_PAGE), page=str(number), **parameters)
            yield from page
            if len(page) < PER_PAGE:
                return


def _failed(what: str, error: Exception) -> GitHubFailed:
    refused = refusal(f"The {what} cannot be read", error)
    forbidden = isinstance(error, GithubException) and error.status in (401, 403)
    return GitHubFailed(f"{refused.what}: {refused.why}.", _FORBIDDEN if forbidden else refused.remedy)
