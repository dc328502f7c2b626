"""Fetching another run's artifact by the REST API, as data of a stranger: what is too large is not read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import requests
from pydantic import SecretStr

from benchmark_ci.errors import ArtifactRejected, GitHubFailed
from benchmark_ci.model import Job, Noun
from benchmark_ci.publish import transport
from benchmark_ci.publish.measuring_run import MeasuringRun, NothingToPost
from benchmark_ci.publish.patience import Patience
from benchmark_ci.publish.reader import Reader, Wire

MOST_BYTES = 64 * 1024 * 1024
"""Of the zip. The recording of a thousand benchmarks takes less than half of it."""

_REDIRECTS = (301, 302, 303, 307, 308)


class Stored(Noun):
    """An artifact of another run."""

    id: int
    name: str
    digest: str  # "sha256:…", or empty


class _Artifact(Wire):
    id: int
    name: str
    size_in_bytes: int
    expired: bool
    digest: str | None = None


class _Listing(Wire):
    artifacts: list[_Artifact]


def find_artifact(reader: Reader, run: MeasuringRun, name: str) -> Stored:
    """The newest artifact of exactly this name that the run holds.

    Raises ArtifactRejected when it is too large, expired, or missing after a success; NothingToPost when
    it is missing because the run was stopped or failed before it had measured.
    """
    path = f"/actions/runs/{run.id}/artifacts"
    listing = reader.get(path, _Listing, f"artifacts of run {run.id}", name=name, per_page="100")
    found = [artifact for artifact in listing.artifacts if artifact.name == name]
    if not found:
        if run.conclusion != "success":
            raise NothingToPost(f"run {run.id} left no artifact `{name}`; its conclusion: {run.conclusion}")
        raise ArtifactRejected(
            f"Run {run.id} has no artifact `{name}`.",
            "Give this job the same input `name` as the one that measures.",
        )
    newest = max(found, key=lambda artifact: artifact.id)
    if newest.expired:
        raise ArtifactRejected(f"The artifact `{name}` of run {run.id} has expired.", "Run it again.")
    if newest.size_in_bytes > MOST_BYTES:
        raise _too_large(name)
    return Stored(id=newest.id, name=name, digest=newest.digest or "")


def download(job: Job, token: SecretStr, stored: Stored, patience: Patience) -> bytes:
    """The artifact's zip. The token goes to the API alone, never to the store that it points to.

    Raises ArtifactRejected and GitHubFailed; no message holds the signed address.
    """
    api = f"{job.api_url.rstrip('/')}/repos/{job.repository}/actions/artifacts/{stored.id}/zip"
    asking = {
        "Authorization": f"Bearer {token.get_secret_value()}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    attempt = 0
    while True:
        attempt += 1
        try:
            zipped = _fetch(api, asking, stored.name)
        except (requests.RequestException, _TryAgain) as problem:
            if patience.pause(attempt):
                continue
            why = str(problem) if isinstance(problem, _TryAgain) else "no answer"
            raise GitHubFailed(
                f"The artifact `{stored.name}` cannot be downloaded: {why}.", "Run the job again later."
            ) from None
        if stored.digest and stored.digest != f"sha256:{hashlib.sha256(zipped).hexdigest()}":
            raise ArtifactRejected(f"The artifact `{stored.name}` is not what was uploaded: another digest.")
        return zipped


class _TryAgain(Exception):
    """An answer that may be another one next time."""


def _fetch(api: str, asking: Mapping[str, str], name: str) -> bytes:
    with transport.session() as http:
        pointing = transport.send(http, "GET", api, headers=asking)
        place = pointing.headers.get("Location", "")
        if pointing.status_code == 410:
            raise ArtifactRejected(f"The artifact `{name}` has expired.", "Run the benchmarks again.")
        if pointing.status_code in (401, 403, 404):
            raise GitHubFailed(
                f"The artifact `{name}` cannot be downloaded: GitHub's API answered {pointing.status_code}.",
                "Give the job `permissions: actions: read`.",
            )
        allowed = ("https://",) if api.startswith("https://") else ("https://", "http://")
        if pointing.status_code not in _REDIRECTS or not place.startswith(allowed):
            raise _TryAgain(f"GitHub's API answered {pointing.status_code}")
        plain = {"Accept-Encoding": "identity"}
        with transport.send(http, "GET", place, headers=plain, stream=True) as answer:
            if answer.status_code != 200:
                raise _TryAgain(f"the blob store answered {answer.status_code}")
            return _bounded(answer, name)


def _bounded(answer: requests.Response, name: str) -> bytes:
    taken = bytearray()
    for piece in answer.iter_content(64 * 1024):
        taken += piece
        if len(taken) > MOST_BYTES:
            raise _too_large(name)
    return bytes(taken)


def _too_large(name: str) -> ArtifactRejected:
    return ArtifactRejected(f"The artifact `{name}` is larger than {MOST_BYTES} bytes.")
