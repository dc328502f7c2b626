"""The repository's server: what it has, and fetching just that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from benchmark_ci.errors import GitFailed
from benchmark_ci.plan.credentials import Credential, without_secrets
from benchmark_ci.plan.git import NETWORK_SECONDS, Git, failed
from benchmark_ci.wall.process import Finished

_DENIED = re.compile(
    r"Authentication failed|could not read (Username|Password)|terminal prompts disabled"
    r"|returned error: 40[0134]|repository '[^']*' not found|Repository not found|Permission denied",
    re.IGNORECASE,
)
_ABSENT = re.compile(r"not our ref|couldn't find remote ref|no such remote ref", re.IGNORECASE)
_BY_NAME_ONLY = re.compile(r"unadvertised object", re.IGNORECASE)
ASKING_SECONDS = 60.0


class Remote:
    """A git server and the credentials to try, in order; the first that works is kept."""

    def __init__(self, git: Git, store: Path, url: str, credentials: tuple[Credential, ...]) -> None:
        """`store` is the repository that receives; `url` http(s), file or a path, its secrets taken off."""
        self._git = git
        self._store = store
        self._credentials = credentials
        self.url = without_secrets(url)

    @cached_property
    def refs(self) -> Mapping[str, str]:
        """Commits of all branches and tags by full ref name. Raises GitFailed."""
        finished = self._request("ls-remote", "--quiet", "--heads", "--tags", self.url)
        return _refs(self._answer(finished))

    @cached_property
    def default_branch(self) -> str:
        """The branch that the server's HEAD points to, or empty. Raises GitFailed."""
        answer = self._answer(self._request("ls-remote", "--quiet", "--symref", self.url, "HEAD"))
        found = re.search(r"^ref: refs/heads/(\S+)\tHEAD$", answer, re.MULTILINE)
        return found[1] if found else ""

    def fetch(self, *shas: str, depth: int = 1) -> bool:
        """Bring commits and `depth` of their history, all of it when 0; False when the server lacks one.

        Raises GitFailed.
        """
        how = (f"--depth={depth}",) if depth else self._whole()
        finished = self._fetch(*how, *shas)
        if finished.ok:
            return True
        if _BY_NAME_ONLY.search(finished.stderr):  # an old server: take everything it has a name for
            names = ("+refs/heads/*:refs/remote/heads/*", "+refs/tags/*:refs/remote/tags/*")
            self._answer(self._fetch(*self._whole(), *names))
            return True
        if _ABSENT.search(finished.stderr):
            return False
        raise self._failed(finished)

    def beside(self, store: Path) -> Remote:
        """The same server, with another repository that receives."""
        return Remote(self._git, store, self.url, self._credentials)

    def branch_alone(self, name: str, timeout_seconds: float) -> str | None:
        """Bring the tip of a branch, without its history; its SHA, or None where there is no such branch.

        Raises GitFailed.
        """
        full = f"refs/heads/{name}"
        common = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--depth=1", self.url)
        finished = self._request(*common, f"+{full}:{full}", timeout_seconds=timeout_seconds)
        if finished.ok:
            return self._git.answer("rev-parse", "--verify", full, cwd=self._store)
        if _ABSENT.search(finished.stderr):
            return None
        raise self._failed(finished)

    def _whole(self) -> tuple[str, ...]:
        """The option that fetches complete history; git refuses it where nothing is missing."""
        return ("--unshallow",) if (self._store / "shallow").exists() else ()

    def _fetch(self, *args: str) -> Finished:
        options, names = [a for a in args if a.startswith("--")], [a for a in args if not a.startswith("--")]
        common = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", *options, self.url)
        return self._request(*common, *names, timeout_seconds=NETWORK_SECONDS)

    def _request(self, *args: str, timeout_seconds: float = ASKING_SECONDS) -> Finished:
        """Try each credential until one is not turned away."""
        for credential in self._credentials:
            finished = self._git.run(
                *args, cwd=self._store, env=credential.environment(), timeout_seconds=timeout_seconds
            )
            if finished.ok or not _DENIED.search(finished.stderr):
                self._credentials = (credential,)
                break
        return finished

    def _answer(self, finished: Finished) -> str:
        if not finished.ok:
            raise self._failed(finished)
        return finished.stdout

    def _failed(self, finished: Finished) -> GitFailed:
        if not _DENIED.search(finished.stderr):
            return failed(finished, f"{self.url} could not be asked", "Run the job again when it answers.")
        return failed(
            finished,
            f"{self.url} turned us away (tried: {', '.join(each.called for each in self._credentials)})",
            "Give the job `permissions: contents: read`, leave the input `github_token` at its default, "
            "or check out with `fetch-depth: 0`.",
        )


def _refs(listing: str) -> dict[str, str]:
    """`ls-remote`'s lines by name; an annotated tag's commit comes after the tag and replaces it."""
    lines = [line.split("\t", 1) for line in listing.splitlines() if "\t" in line]
    return {name.removesuffix("^{}"): sha for sha, name in lines}
