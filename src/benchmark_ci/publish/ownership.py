"""Whose artifact holds a name that we want: ours from before, or another job's, which is not touched.

What can be known, and from where:
- The list answer gives each artifact the service's id of the job that made it. The same id as in our
  token: ours.
- Another id in the run's first attempt: another job's, since we had no earlier attempt.
- Another id in a later attempt: the service may give a job a new id for each attempt, so that the id
  alone does not tell. Each of our archives therefore says in its zip comment which workflow job and
  attempt made it; the same job and an earlier attempt: ours. If that cannot be read: not ours, because
  a second artifact costs less than a lost one.
The legs of a matrix share a job name. A leg that is run again alone can so replace a sister's artifact of
an earlier attempt, unless the input `name` tells them apart, which the first attempt has asked for.
"""

from __future__ import annotations

import json

from pydantic import BaseModel, Field, ValidationError

from benchmark_ci.model import Job
from benchmark_ci.publish import blob
from benchmark_ci.publish.results_messages import Listed
from benchmark_ci.publish.results_service import ResultsService, ServiceFailed
from benchmark_ci.publish.runtime_token import Backend

_TAIL_BYTES = 2048
"""Our comment is at most 1000 bytes and stands at the very end."""


class _Author(BaseModel):
    version: int = Field(alias="benchmark-ci")
    workflow: str
    job: str
    attempt: int


def is_ours(artifact: Listed, job: Job, backend: Backend, service: ResultsService) -> bool:
    """Whether we made the artifact, so that it may be replaced."""
    if artifact.workflow_job_run_backend_id == backend.job_id:
        return True
    if job.run_attempt <= 1:
        return False
    author = _author(artifact, service)
    return (
        author is not None
        and (author.workflow, author.job) == (job.workflow, job.job)
        and author.attempt < job.run_attempt
    )


def _author(artifact: Listed, service: ResultsService) -> _Author | None:
    try:
        tail = blob.read_tail(service.signed_url(artifact), artifact.size, _TAIL_BYTES)
        comment = tail[tail.rindex(b'{"attempt"') :]
        return _Author.model_validate(json.loads(comment))
    except (ServiceFailed, blob.BlobFailed, ValueError, ValidationError):
        return None
