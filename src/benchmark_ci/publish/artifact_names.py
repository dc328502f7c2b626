"""Names of artifacts: what the service takes, and what we do when another job has taken one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmark_ci.model import Job
from benchmark_ci.publish.runtime_token import Backend

REPLACED = (
    "An earlier step of this job had uploaded artifacts of the same names; they were replaced. "
    "Use the action once in a job to keep both."
)

_FORBIDDEN = re.compile(r'[":<>|*?\\/\x00-\x1f\x7f]+')


def artifact_name(name: str) -> str:
    """The name without what the service forbids in one."""
    return _FORBIDDEN.sub("-", name).strip(" .-")[:200] or "artifact"


def named(artifact: str, name: str) -> str:
    """An artifact's name where the input `name` is set: `benchmark-report-NAME`."""
    return f"{artifact}-{name}" if name else artifact


def candidates(name: str, job: Job, backend: Backend) -> Iterator[str]:
    """The name, and those that are tried when another job of the run holds it."""
    yield name
    yield artifact_name(f"{name}-{job.job}")
    # The legs of a matrix share their job's name; the service's id of the job is its own.
    yield artifact_name(f"{name}-{job.job}-{backend.job_id[:8]}")


def name_taken(suffix: str) -> str:
    """The warning for it: the same words for all artifacts of a job, so that it is given once."""
    return (
        "Another job of this run has uploaded artifacts of the same names; they are kept, and this job's "
        f"names end in `{suffix}`. Give each job or matrix leg an input `name` of its own."
    )
