"""A fork's finished run, as a second workflow meets it: on GitHub, with an artifact that can be anything."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from benchmark_ci.errors import ExitCode
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.model import Commit, Header, Job, Recording
from benchmark_ci.publish.workflow import WorkflowVoice
from benchmark_ci.relay import relay
from benchmark_ci.settings import from_flags
from tests.doubles.github import FakeGitHub, Pull, WorkflowRun
from tests.doubles.runner_grammar import StepLog, read_key_values, split_lines
from tests.engine import bench, header, processes, recording

BASE, HEAD, MERGE, LATER = "a" * 40, "b" * 40, "c" * 40, "d" * 40
FORK = "stranger/crate"
RUN = 555
SLOWER = [(100.0 + n / 10, 150.0 + n / 7) for n in range(9)]
EVENT: dict[str, object] = {
    "action": "completed",
    "workflow_run": {"id": RUN, "head_repository": {"full_name": FORK}, "pull_requests": []},
    "repository": {"full_name": "octo/crate", "default_branch": "main"},
}


def merged(**more: Any) -> Header:
    """A header as a fork's run writes it: the merge commit against its first parent."""
    ends = {
        "baseline": Commit(sha=BASE, what="base of pull request #7"),
        "current": Commit(sha=MERGE, what="merge of pull request #7 into main", head_sha=HEAD),
    }
    return header().model_copy(update={**ends, **more})


def slower() -> Recording:
    """One benchmark, half as fast again."""
    return recording(processes(bench(), SLOWER), head=merged())


def packed(recording: Recording, folder: Path) -> bytes:
    """The recording's file."""
    recorder = Recorder(folder / "made.jsonl.gz")
    recorder.add(recording.header)
    if recording.preparation:
        recorder.add(recording.preparation)
    if recording.history:
        recorder.add(recording.history)
    for lines in (
        recording.proofs,
        recording.processes,
        recording.failures,
        recording.arrangements,
        recording.arranged,
        recording.references,
        recording.unmeasured,
    ):
        for line in lines:
            recorder.add(line)
    if recording.end:
        recorder.add(recording.end)
    recorder.close()
    return recorder.path.read_bytes()


def zipped(**members: bytes) -> bytes:
    """A zip of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@dataclass
class Outcome:
    """What a job of the second workflow left."""

    code: ExitCode
    log: StepLog
    outputs: dict[str, str]
    summary: str

    @property
    def error(self) -> str:
        (only,) = self.log.named("error")
        return only.data

    @property
    def notices(self) -> str:
        return "\n".join(one.data for one in self.log.named("notice"))


@dataclass
class Stage:
    """Pull request 7, from a fork, and the run that has measured its head."""

    github: FakeGitHub
    folder: Path
    run: WorkflowRun = field(
        default_factory=lambda: WorkflowRun(RUN, HEAD, head_repository=FORK, backend="measuring")
    )

    def __post_init__(self) -> None:
        runs = self.github.runs
        runs.runs[RUN] = self.run
        runs.commits = {BASE: (), HEAD: (BASE,), MERGE: (BASE, HEAD), LATER: (HEAD,)}
        runs.branches["main"] = BASE
        self.github.rest.pulls[7] = Pull(7, head_sha=HEAD, base_sha=BASE, head_repository=FORK)

    def upload(self, recording: Recording | bytes, name: str = "benchmark-report") -> None:
        """The fork's artifact."""
        raw = recording if isinstance(recording, bytes) else packed(recording, self.folder)
        self.github.runs.store(self.run, name, zipped(**{"recording.jsonl.gz": raw, "report.md": b"# Lies"}))

    def publish(self, *, token: str | None = None, event: str = "workflow_run", **inputs: str) -> Outcome:
        """Run the second workflow's job."""
        here = self.folder / "job"
        here.mkdir(exist_ok=True)
        (here / "event.json").write_text(json.dumps(EVENT))
        for name in ("output", "summary"):
            (here / name).write_text("")
        job = Job(
            event_name=event,
            event_path=here / "event.json",
            repository="octo/crate",
            workspace=here / "workspace",
            api_url=self.github.api_url,
            workflow="Publish benchmarks",
            job="publish",
            run_id=999,
            output_file=here / "output",
            summary_file=here / "summary",
            results_url=f"{self.github.url}/",
            runtime_token=SecretStr(self.github.artifacts.runtime_token("publishing", "publisher")),
        )
        job.workspace.mkdir(exist_ok=True)
        given = {"mode": "publish", "github_token": token or self.github.token(), **inputs}
        stream = io.BytesIO()
        code = relay(from_flags(given), job, WorkflowVoice(stream))
        log = StepLog()
        for line in split_lines(stream.getvalue().decode()):
            log.feed(line)
        return Outcome(
            code, log, read_key_values((here / "output").read_text()), (here / "summary").read_text()
        )

    @property
    def results(self) -> Path:
        return self.folder / "job" / "workspace" / "benchmark-results"


def comment_of(stage: Stage, number: int = 7) -> str:
    """The one comment of the pull request."""
    (only,) = stage.github.comments(number)
    return only.body
