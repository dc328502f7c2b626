"""What the tests of publishing start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from benchmark_ci.model import Job
from benchmark_ci.publish.patience import Patience
from tests.doubles.github import FakeGitHub

RUN, JOB, OTHER_JOB = "ce7f54c7-run", "ca395085-job", "12f1170f-other"


def job_on(github: FakeGitHub, folder: Path = Path("/nowhere"), *, backend: str = JOB, **changes: Any) -> Job:
    """A job of pull request 7 whose services are the fake's."""
    fields: dict[str, object] = {
        "event_name": "pull_request",
        "repository": "octo/crate",
        "workspace": folder,
        "api_url": github.api_url,
        "workflow": "CI",
        "job": "benchmark",
        "run_id": 987,
        "retention_days": 90,
        "output_file": folder / "output",
        "summary_file": folder / "summary",
        "results_url": f"{github.url}/some/path/",
        "runtime_token": SecretStr(github.artifacts.runtime_token(RUN, backend)),
    }
    return Job.model_validate({**fields, **changes})


class Waits(Patience):
    """Patience that remembers its pauses instead of taking them."""

    def __init__(self, total_seconds: float = 120.0) -> None:
        self.seconds: list[float] = []
        super().__init__(total_seconds=total_seconds, sleep=self.seconds.append)
