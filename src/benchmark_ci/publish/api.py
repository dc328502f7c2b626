"""GitHub's REST and GraphQL API through PyGithub, with our own patience instead of its own.

PyGithub would repeat a POST after a 502 that had stored the comment, never repeats a PATCH, and sleeps
silently until a rate limit resets, up to an hour. So it repeats nothing here, and `persist` does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import requests
from github import Auth, Github, GithubException
from pydantic import SecretStr

from benchmark_ci.model import Job
from benchmark_ci.publish.patience import Patience
from benchmark_ci.publish.refusal import Refusal

T = TypeVar("T")

SECONDARY_LIMIT_SECONDS = 60.0
"""GitHub's advice where a secondary limit does not say how long."""

_TRY_LATER = "Run the job again later"


class Unsure(Exception):
    """A request that must not simply be repeated ended without an answer: it may have been carried out."""


def connect(job: Job, token: SecretStr, *, seconds_between_writes: float = 1.0) -> Github:
    """A client for the API of the job's server that makes each request once."""
    return Github(
        auth=Auth.Token(token.get_secret_value()),
        base_url=job.api_url.rstrip("/"),
        user_agent="benchmark-ci",
        per_page=100,
        retry=0,
        timeout=20,
        seconds_between_requests=None,
        seconds_between_writes=seconds_between_writes or None,
        lazy=True,
    )


def persist(call: Callable[[], T], patience: Patience, *, repeatable: bool = True) -> T:
    """Make a call, again where that can help: limits, server errors, lost connections.

    Raises Unsure where a call that is not repeatable may have been carried out, otherwise what the last
    attempt raised.
    """
    attempt = 0
    while True:
        attempt += 1
        asked = None
        try:
            return call()
        except GithubException as error:
            asked = limit_seconds(error.status, error.headers or {}, str(error.message or ""))
            if asked is None and error.status < 500:
                raise
            if asked is None and not repeatable:
                raise Unsure from None
            if not patience.pause(attempt, asked):
                raise
        except (requests.RequestException, ValueError):  # ValueError: half an answer
            if not repeatable:
                raise Unsure from None
            if not patience.pause(attempt):
                raise


def limit_seconds(status: int, headers: Mapping[str, str], message: str) -> float | None:
    """How long a rate limit asks us to wait; None when the answer is none."""
    if status not in (403, 429):
        return None
    retry_after = headers.get("retry-after", "")
    if retry_after.isdigit():
        return float(retry_after)
    if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
        return max(0.0, float(headers["x-ratelimit-reset"]) - time.time()) + 1
    if status == 429 or "rate limit" in message.lower() or "abuse detection" in message.lower():
        return SECONDARY_LIMIT_SECONDS
    return None


def refusal(what: str, error: Exception, *, from_fork: bool = False) -> Refusal:
    """Say why the API refused, without a word that could hold a token or a signed address."""
    if not isinstance(error, GithubException):
        kind = "no" if isinstance(error, requests.RequestException | Unsure) else "no usable"
        return Refusal(
            what=what,
            why=f"GitHub's API gave {kind} answer ({type(error).__name__})",
            remedy=f"{_TRY_LATER}.",
        )
    message = str(error.message or "")
    if "not accessible by" in message:
        return _read_only(what, from_fork)
    if limit_seconds(error.status, error.headers or {}, message) is not None:
        return Refusal(what=what, why="GitHub's rate limit is used up", remedy=f"{_TRY_LATER}.")
    if error.status >= 500:
        return Refusal(what=what, why=f"GitHub's API answered {error.status}", remedy=f"{_TRY_LATER}.")
    return Refusal(what=what, why=_said(error.status, message), remedy=_REMEDIES.get(error.status, ""))


def _said(status: int, message: str) -> str:
    words = " ".join(message.split())[:200].rstrip(".")
    return f"GitHub's API answered {status}" + (f" ({words})" if words else "")


def _read_only(what: str, from_fork: bool) -> Refusal:
    if from_fork:
        return Refusal(
            what=what,
            why="on a fork's pull request the token can only read",
            remedy="The job summary and the artifacts have everything, and a second workflow with "
            "`mode: publish` can post them.",
            level="notice",
        )
    return Refusal(
        what=what,
        why="the token may not write to pull requests",
        remedy="Give the job `permissions: pull-requests: write`; on a fork's pull request the token can "
        "only read, and the job summary has everything.",
    )


_REMEDIES = {
    401: "Pass a valid token as the input `github_token`.",
    403: "The conversation may be locked or the repository archived; the job summary has everything.",
    404: "The token cannot see this pull request; the job summary has everything.",
    410: "Conversations are switched off here; the job summary has everything.",
    422: "The job summary has everything.",
}
