"""Uploading an artifact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from benchmark_ci.model import Job, Noun
from benchmark_ci.publish import blob
from benchmark_ci.publish.archive import Archive, author, write_archive
from benchmark_ci.publish.artifact_names import REPLACED, artifact_name, candidates, name_taken
from benchmark_ci.publish.ownership import is_ours
from benchmark_ci.publish.patience import Patience
from benchmark_ci.publish.refusal import Refusal
from benchmark_ci.publish.results_service import ResultsService, ServiceFailed
from benchmark_ci.publish.runtime_token import Backend, backend_of

GITHUBS_RETENTION_DAYS = 90
"""What GitHub keeps artifacts for where nobody chose less: no news to anybody, on each push."""

_INSTEAD = "Upload the folder `benchmark-results` with actions/upload-artifact in a later step."


class Uploaded(Noun):
    """An artifact that is there now."""

    artifact_id: str
    url: str
    name: str  # as it was taken
    cautions: tuple[str, ...] = ()  # worth a warning
    notices: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()  # worth a line in the log


def upload(
    job: Job,
    name: str,
    members: Mapping[str, bytes | Path],
    retention_days: int | None = None,
    *,
    patience: Patience | None = None,
) -> Uploaded | Refusal:
    """Upload members as one zip; every failure is a Refusal, and never a half-finished artifact."""
    name = artifact_name(name)
    what = f"The artifact `{name}` was not uploaded"
    backend = _reachable(job, what)
    if isinstance(backend, Refusal):
        return backend
    patience = patience or Patience()
    service = ResultsService(job.results_url, job.runtime_token, backend, patience)
    try:
        with write_archive(members, author(job)) as archive:
            return _Upload(job, backend, service, patience).run(name, archive, retention_days)
    except ServiceFailed as failed:
        remedy = "Free some storage, or wait until GitHub has recounted it." if failed.quota else _INSTEAD
        return Refusal(what=what, why=failed.why, remedy=remedy, repeats=failed.status not in (409, 422))
    except blob.BlobFailed as failed:
        return Refusal(what=what, why=str(failed), remedy=_INSTEAD, repeats=True)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return Refusal(what=what, why=f"its files cannot be read ({why})")


def _reachable(job: Job, what: str) -> Backend | Refusal:
    """Our ids with the service, where there is one that we may use."""
    host = (urlsplit(job.server_url).hostname or "").lower()
    if host != "github.com" and not host.endswith((".ghe.com", ".localhost")):
        why = "GitHub Enterprise Server has no artifact service of this kind"
        return Refusal(what=what, why=why, remedy=_INSTEAD, repeats=True)
    if not job.results_url or not job.runtime_token.get_secret_value():
        return Refusal(what=what, why="the runner named no artifact service", remedy=_INSTEAD, repeats=True)
    try:
        return backend_of(job.runtime_token)
    except ValueError as error:
        return Refusal(what=what, why=str(error), remedy=_INSTEAD, repeats=True)


class _Upload:
    """One artifact's way: a name, the bytes, the end."""

    def __init__(self, job: Job, backend: Backend, service: ResultsService, patience: Patience) -> None:
        self._job = job
        self._backend = backend
        self._service = service
        self._patience = patience

    def run(self, name: str, archive: Archive, retention_days: int | None) -> Uploaded:
        """Raises ServiceFailed and BlobFailed."""
        days, cut = self._retention(retention_days)
        chosen = days is not None and days < GITHUBS_RETENTION_DAYS
        expires = datetime.now(UTC) + timedelta(days=days) if days else None
        stamp = expires.isoformat(timespec="milliseconds").replace("+00:00", "Z") if expires else None
        taken, address, cautions = self._claim(name, stamp)
        blob.upload(address, archive.file, mime_type="application/zip", patience=self._patience)
        artifact_id = self._finish(taken, archive)
        run = f"{self._job.server_url.rstrip('/')}/{self._job.repository}/actions/runs/{self._job.run_id}"
        return Uploaded(
            artifact_id=artifact_id,
            url=f"{run}/artifacts/{artifact_id}",
            name=taken,
            cautions=cautions if taken == name else (name_taken(taken.removeprefix(name)),),
            notices=cut if chosen else (),
            remarks=() if chosen else cut,
        )

    def _retention(self, days: int | None) -> tuple[int | None, tuple[str, ...]]:
        """How long it is kept, and what to say where that is less than was asked for."""
        most = self._job.retention_days
        if days is None or most is None or most < 1 or days <= most:
            return days, ()
        return most, (
            f"This repository keeps artifacts for at most {most} days, so that ours are not kept longer.",
        )

    def _claim(self, name: str, expires: str | None) -> tuple[str, str, tuple[str, ...]]:
        """The first of our names that is free or was ours, and the address for its bytes."""
        for candidate in candidates(name, self._job, self._backend):
            try:
                return candidate, self._service.create(candidate, expires), ()
            except ServiceFailed as failed:
                if failed.status != 409:
                    raise
                if self._make_room(candidate, unfinished_is_ours=failed.uncertain):
                    # No lost answer and no earlier attempt: an earlier step of this very job.
                    replaced = self._job.run_attempt <= 1 and not failed.uncertain
                    address = self._service.create(candidate, expires)
                    return candidate, address, (REPLACED,) if replaced else ()
                refused = failed
        raise refused

    def _make_room(self, name: str, *, unfinished_is_ours: bool) -> bool:
        """Delete what we ourselves left under this name. False: it is another job's, or not to be seen."""
        holder = self._service.find(name)
        if holder is None and not unfinished_is_ours:
            return False
        if holder is not None and not is_ours(holder, self._job, self._backend, self._service):
            return False
        self._service.delete(name, holder)
        return True

    def _finish(self, name: str, archive: Archive) -> str:
        """Publish the bytes; when answers got lost, believe only what the service lists."""
        try:
            return self._service.finalize(name, archive.size, archive.sha256)
        except ServiceFailed as failed:
            if not failed.uncertain:
                raise
            found = self._service.find(name)
            ours = found is not None and found.workflow_job_run_backend_id == self._backend.job_id
            if (
                not found
                or not ours
                or found.size != archive.size
                or not found.digest.endswith(archive.sha256)
            ):
                raise
            return found.database_id
