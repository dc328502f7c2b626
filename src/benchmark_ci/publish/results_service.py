"""GitHub's results service (Twirp, JSON): creating, finishing, listing and deleting artifacts.

The API is internal to GitHub and can change; whatever it answers ends in a `ServiceFailed`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr, ValidationError

from benchmark_ci.publish import transport
from benchmark_ci.publish.patience import Patience
from benchmark_ci.publish.results_messages import (
    Answer,
    Created,
    Deleted,
    Finalized,
    Listed,
    Listing,
    SignedUrl,
)
from benchmark_ci.publish.runtime_token import Backend

A = TypeVar("A", bound=Answer)

_SERVICE = "twirp/github.actions.results.api.v1.ArtifactService"
_MODERN = {"version": 7, "mime_type": "application/zip"}
_OLD = {"version": 4}  # what older servers and nektos/act know


class ServiceFailed(Exception):
    """A call that failed for good; the message holds no token and no address.

    `uncertain`: an attempt ended without an answer that can be believed, so it may have been carried out.
    """

    def __init__(self, why: str, status: int | None = None, *, quota: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.status = status
        self.quota = quota
        self.uncertain = status is None or status >= 500
        self.attempts = 1

    @property
    def retryable(self) -> bool:
        """Whether the next attempt may end differently."""
        return not self.quota and (self.status in transport.RETRIED or self.status in (None, 200))


class ResultsService:
    """The artifact calls of one job."""

    def __init__(self, results_url: str, token: SecretStr, backend: Backend, patience: Patience) -> None:
        parts = urlsplit(results_url)
        self._base = f"{parts.scheme}://{parts.netloc}/{_SERVICE}"  # the address's path is not ours to use
        self._token = token
        self._patience = patience
        self._http = transport.session()
        self._ids = {
            "workflow_run_backend_id": backend.run_id,
            "workflow_job_run_backend_id": backend.job_id,
        }

    def create(self, name: str, expires_at: str | None) -> str:
        """Reserve a name; the answer is the signed address for the bytes. Status 409: the name is taken."""
        message = {**self._ids, "name": name, **({"expires_at": expires_at} if expires_at else {})}
        try:
            created = self._call("CreateArtifact", {**message, **_MODERN}, Created, final=(500,))
        except ServiceFailed as failed:
            if failed.status not in (400, 500) or failed.quota:
                raise
            created = self._call("CreateArtifact", {**message, **_OLD}, Created, attempts=failed.attempts)
        return created.signed_upload_url

    def finalize(self, name: str, size: int, sha256: str) -> str:
        """Publish the uploaded bytes; the answer is the artifact's id."""
        message = {**self._ids, "name": name, "size": str(size), "hash": f"sha256:{sha256}"}
        return self._call("FinalizeArtifact", message, Finalized).artifact_id

    def find(self, name: str) -> Listed | None:
        """The newest finished artifact of the run with this name, of whichever job."""
        listing = self._call("ListArtifacts", {**self._ids, "name_filter": name}, Listing)
        found = [artifact for artifact in listing.artifacts if artifact.name == name]
        return max(found, key=lambda artifact: artifact.created_at, default=None)

    def signed_url(self, artifact: Listed) -> str:
        """An address from which the artifact's bytes can be read for a short time."""
        return self._call("GetSignedArtifactURL", _address(artifact), SignedUrl).signed_url

    def delete(self, name: str, artifact: Listed | None) -> None:
        """Delete an artifact by the ids that it was listed with; None: our own unfinished one."""
        message = _address(artifact) if artifact else {**self._ids, "name": name}
        self._call("DeleteArtifact", message, Deleted)

    def _call(
        self,
        method: str,
        message: Mapping[str, object],
        answer: type[A],
        *,
        final: tuple[int, ...] = (),
        attempts: int = 0,
    ) -> A:
        """One call with its repetitions; `final` statuses are not repeated, `attempts` were made before."""
        uncertain = attempts > 0
        while True:
            attempts += 1
            asked: float | None = None
            try:
                response = self._post(method, message)
                asked = transport.retry_after(response)
                return _read(response, answer)
            except ServiceFailed as failed:
                uncertain = failed.uncertain = uncertain or failed.uncertain
                failed.attempts = attempts
                if (
                    failed.status in final
                    or not failed.retryable
                    or not self._patience.pause(attempts, asked)
                ):
                    raise

    def _post(self, method: str, message: Mapping[str, object]) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self._token.get_secret_value()}",
            "Content-Type": "application/json",
        }
        data = json.dumps(message).encode()
        try:
            return transport.send(self._http, "POST", f"{self._base}/{method}", headers=headers, data=data)
        except requests.RequestException:
            raise ServiceFailed("the artifact service gave no answer") from None


def _address(artifact: Listed) -> dict[str, object]:
    return {
        "workflow_run_backend_id": artifact.workflow_run_backend_id,
        "workflow_job_run_backend_id": artifact.workflow_job_run_backend_id,
        "name": artifact.name,
    }


def _read(response: requests.Response, answer: type[A]) -> A:
    status = response.status_code
    if status != 200:
        raise _failure(response)
    try:
        read = answer.model_validate_json(response.content)
    except ValidationError:
        failed = ServiceFailed("the artifact service's answer cannot be read", status)
        failed.uncertain = True
        raise failed from None
    if not read.ok:
        raise ServiceFailed("the artifact service said no", 422)
    return read


def _failure(response: requests.Response) -> ServiceFailed:
    try:
        message = " ".join(str(response.json().get("msg", "")).split())[:200].rstrip(".")
    except (ValueError, AttributeError):
        message = ""
    if "insufficient usage" in message.lower():
        return ServiceFailed("the artifact storage quota is used up", response.status_code, quota=True)
    why = f"the artifact service answered {response.status_code}" + (f" ({message})" if message else "")
    return ServiceFailed(why, response.status_code)
