"""The part of GitHub's REST API that a second workflow reads: runs, artifacts, commits and their names."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.doubles import github_run_shapes as run_shapes
from tests.doubles import github_shapes as shapes
from tests.doubles.github_artifacts import Artifact, Artifacts
from tests.doubles.github_rest import Rest, problem
from tests.doubles.http_double import Answer, Request


@dataclass
class WorkflowRun:
    """A run; `backend` is the results service's own name of it."""

    id: int
    head_sha: str
    head_branch: str | None = "feature"
    head_repository: str | None = ""  # empty: the repository's own; None: it was deleted
    repository: str = ""  # empty: the one that is asked
    event: str = "pull_request"
    conclusion: str = "success"
    attempt: int = 1
    backend: str = ""


@dataclass
class Runs:
    """State, and the answers that it gives.

    As on GitHub, a fork's commits are found here too: one store serves the whole network of forks.
    """

    rest: Rest
    artifacts: Artifacts
    runs: dict[int, WorkflowRun] = field(default_factory=dict)
    commits: dict[str, tuple[str, ...]] = field(default_factory=dict)  # sha → parents
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)  # (sha, path) → content

    def store(self, run: WorkflowRun, name: str, blob: bytes) -> Artifact:
        """An artifact of a run, as if one of its jobs had uploaded it."""
        run.backend = run.backend or f"run-{run.id}"
        self.artifacts.next_id += 1
        number = self.artifacts.next_id
        artifact = Artifact(
            str(number), run.backend, "job", name, f"sig{number}", number, blob=blob, final=True
        )
        self.artifacts.stored.append(artifact)
        return artifact

    def answer(self, request: Request, base: str, path: str) -> Answer | None:
        """None where another part of the API is asked."""
        prefix = f"/repos/{self.rest.repository}"
        if request.method != "GET" or not path.startswith(f"{prefix}/"):
            return None
        for pattern, serve in _ROUTES:
            if match := re.fullmatch(pattern, path.removeprefix(prefix)):
                if self.rest.token_of(request) is None:
                    return problem(401, "Bad credentials")
                return serve(self, request, base, *match.groups())
        return None

    def _run(self, request: Request, base: str, number: str) -> Answer:
        run = self.runs.get(int(number))
        if run is None:
            return problem(404, "Not Found")
        return Answer(200, run_shapes.run(base, run.repository or self.rest.repository, run))

    def _artifacts(self, request: Request, base: str, number: str) -> Answer:
        run = self.runs.get(int(number))
        if run is None:
            return problem(404, "Not Found")
        name = request.parameters.get("name")
        found = [one for one in self.artifacts.stored if one.final and one.run == run.backend]
        shown = [one for one in found if name in (None, one.name)]
        listed = [run_shapes.artifact(base, self.rest.repository, one) for one in reversed(shown)]
        return Answer(200, {"total_count": len(shown), "artifacts": listed})

    def _zip(self, request: Request, base: str, number: str) -> Answer:
        found = next((one for one in self.artifacts.stored if one.id == number), None)
        if found is None:
            return problem(404, "Not Found")
        if found.expired:
            return problem(410, "Artifact has expired")
        return Answer(
            302, b"", {"Location": f"{request.base}/blob/{found.number}.zip?se=soon&sig={found.sig}"}
        )

    def _pulls(self, request: Request, base: str) -> Answer:
        wanted = request.parameters
        state, head = wanted.get("state", "open"), wanted.get("head", "")
        found = [
            pull
            for pull in self.rest.pulls.values()
            if state in ("all", pull.state)
            and head
            in ("", f"{(pull.head_repository or self.rest.repository).split('/')[0]}:{pull.head_ref}")
        ]
        return Answer(200, [shapes.pull(base, self.rest.repository, pull) for pull in reversed(found)])

    def _compare(self, request: Request, base: str, basehead: str) -> Answer:
        if "%2f" in basehead.lower():
            return problem(404, "Not Found")  # as people report it of escaped slashes
        first, _, second = unquote(basehead).partition("...")
        ours, theirs = self._resolved(first), self._resolved(second)
        if ours is None or theirs is None:
            return problem(404, "Not Found")
        own, other = self._history(ours), self._history(theirs)
        ahead, behind = len(other - own), len(own - other)
        return Answer(200, run_shapes.comparison(base, self.rest.repository, basehead, ours, ahead, behind))

    def _tags(self, request: Request, base: str) -> Answer:
        size = int(request.parameters.get("per_page", "30"))
        start = size * (int(request.parameters.get("page", "1")) - 1)
        named = sorted(self.tags.items(), reverse=True)[start : start + size]
        return Answer(200, [run_shapes.tag(base, self.rest.repository, name, sha) for name, sha in named])

    def _commit(self, request: Request, base: str, sha: str) -> Answer | None:
        if sha not in self.commits:
            return None  # one that was written through the API (`github_git`), or none at all
        return Answer(200, run_shapes.git_commit(base, self.rest.repository, sha, self.commits[sha]))

    def _contents(self, request: Request, base: str, path: str) -> Answer:
        sha = self._resolved(request.parameters.get("ref", "main"))
        content = self.files.get((sha or "", unquote(path)))
        if content is None:
            return problem(404, "Not Found")
        number = zlib.crc32(content)
        encoded = base64.encodebytes(content).decode()
        return Answer(
            200, run_shapes.file(base, self.rest.repository, unquote(path), number, len(content), encoded)
        )

    def _resolved(self, ref: str) -> str | None:
        if ref in self.commits:
            return ref
        return self.branches.get(ref) or self.tags.get(ref)

    def _history(self, sha: str) -> set[str]:
        seen: set[str] = set()
        waiting = [sha]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += self.commits.get(one, ())
        return seen


_ROUTES: list[tuple[str, Callable[..., Answer | None]]] = [
    (r"/actions/runs/(\d+)", Runs._run),
    (r"/actions/runs/(\d+)/artifacts", Runs._artifacts),
    (r"/actions/artifacts/(\d+)/zip", Runs._zip),
    (r"/pulls", Runs._pulls),
    (r"/compare/(.+)", Runs._compare),
    (r"/tags", Runs._tags),
    (r"/git/commits/([0-9a-f]+)", Runs._commit),
    (r"/contents/(.+)", Runs._contents),
]
