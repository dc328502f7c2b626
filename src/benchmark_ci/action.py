"""The door of the GitHub Action: the job's event, its wall, and everything that GitHub is told."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmark_ci.build.system_packages import install
from benchmark_ci.door import RECORDING, Trees
from benchmark_ci.errors import BenchmarkCIError, NothingCompared
from benchmark_ci.history import layout
from benchmark_ci.model import (
    BenchmarkId,
    Event,
    History,
    HistoryPoint,
    Job,
    Links,
    Overall,
    Plan,
    Report,
    Settings,
    Side,
    TargetVerdict,
    Verdict,
)
from benchmark_ci.plan import Store, effective, plan_for_job, read_event, refuse_foreign_head, store_for_job
from benchmark_ci.plan.event import SeenEvent
from benchmark_ci.plan.history import read_history
from benchmark_ci.publish.markers import comment_marker
from benchmark_ci.publish.publication import Artifact, Publication, publish
from benchmark_ci.publish.workflow import WorkflowVoice
from benchmark_ci.report import folder
from benchmark_ci.report.annotations import annotations as annotations_of
from benchmark_ci.report.comment import comment
from benchmark_ci.report.history import has_point, point
from benchmark_ci.report.memory import NAME as MEMORY
from benchmark_ci.report.memory import memory_results
from benchmark_ci.report.summary import summary
from benchmark_ci.report.terminal import text
from benchmark_ci.wall import fence, files
from benchmark_ci.wall.environment import SYSTEM_PATH, behind_the_wall, for_our_programs, on_a_terminal
from benchmark_ci.wall.identity import identities
from benchmark_ci.wall.site import Site

OUTPUT = "benchmark-results"
RETENTION_DAYS = 90
IMAGE_TOOLCHAIN = {
    "RUSTUP_HOME": "/usr/local/rustup",
    "CARGO_HOME": "/usr/local/cargo",
    "PATH": f"/usr/local/cargo/bin:{SYSTEM_PATH}",
}
CHANGED = (Verdict.REGRESSED, Verdict.IMPROVED, Verdict.FAILED, Verdict.PLACEMENT)


class ActionDoor:
    """A job on GitHub."""

    def __init__(
        self, settings: Settings, job: Job, environ: Mapping[str, str], voice: WorkflowVoice
    ) -> None:
        """`environ` is the container's environment, of which children see only an allow-list."""
        self.settings = settings
        self._job = job
        self._environ = environ
        self._voice = voice
        self._private = Path(tempfile.mkdtemp(prefix="benchmark-ci-"))
        self._identities = identities()
        self._event: SeenEvent | None = None
        self._store: Store | None = None

    @property
    def output(self) -> Path:
        """`benchmark-results` in the workspace."""
        return self._job.workspace / OUTPUT

    @property
    def rustup_environment(self) -> Mapping[str, str]:
        """The image's toolchain, whatever an earlier step has put into the environment."""
        if self._identities is None:
            return self._environ
        return for_our_programs(self._environ, **IMAGE_TOOLCHAIN, HOME=str(self._private))

    def plan(self) -> Plan:
        """What the event compares; a stranger's head under a privileged event is refused before git runs."""
        self._event = read_event(self._job)
        refuse_foreign_head(self._event)
        self._store = store_for_job(self.settings, self._job, self._private / "store", self._environ)
        plan = plan_for_job(self.settings, self._job, self._event, self._store)
        self.settings = effective(self.settings, plan.config)
        files.make_anew(self.output)
        return plan

    def site(self) -> Site:
        """Private folders outside the workspace; the wall is put up and tried."""
        root = self._private / "site"
        root.mkdir()
        self._private.chmod(0o711)
        if self._identities:
            for gap in fence.put_up(self._identities, self._job.event_path):
                self._voice.warn(gap)
        else:
            self._voice.warn(
                "Builds and benchmarks run as the user of this process, with all that it can reach: "
                "the wall between them and the job's secrets exists only in the action's own image."
            )
        return Site(root, self._identities)

    def checkout(self, plan: Plan, side: Side, folder: Path) -> tuple[str, ...]:
        """The side's commit, from the private store; system packages are installed before the first."""
        assert self._store is not None  # noqa: S101 - plan() made it
        if side is Side.BASELINE:
            install(self.settings.system_packages, self._environ, self._voice)
        commit = plan.baseline if side is Side.BASELINE else plan.current
        return self._store.checkout(commit.sha, folder)

    def child_environment(self, here: Path, toolchain_bin: Path) -> dict[str, str]:
        """The allow-list and what the input `environment` names."""
        if self._identities is None:
            return on_a_terminal(self._environ, toolchain_bin)
        return behind_the_wall(self._environ, self.settings.environment, here, toolchain_bin)

    def history(self, benchmarks: Sequence[BenchmarkId]) -> History | None:
        """From the server's branch, unless the input `history` is off."""
        if not self.settings.history:
            return None
        assert self._store is not None  # noqa: S101 - plan() made it
        private = self._private / "history"
        private.mkdir(mode=0o700)
        series = layout.series(self._job, self.settings.name)
        return read_history(self._store, self._job.repository, private, benchmarks, series)

    def publish(self, report: Report, trees: Trees) -> None:
        """Files, artifacts, summary, comment, annotations and outputs."""
        written = folder.files(report, Links())
        for name, content in written.items():
            (self.output / name).write_text(content, encoding="utf-8")
        memory = memory_results(report)
        if memory:
            (self.output / MEMORY).write_text(memory, encoding="utf-8")
        self._voice.say(text(report, 110))
        self._publish(report, self._artifacts(written, trees, memory))
        files.give_to_owner_of(self._job.workspace, self.output)
        self._clean_up()

    def _clean_up(self) -> None:
        if self._identities is None:  # in the image, the container goes away with all of it
            shutil.rmtree(self._private, ignore_errors=True)

    def _artifacts(self, written: Mapping[str, str], trees: Trees, memory: str) -> tuple[Artifact, ...]:
        members: dict[str, bytes | Path] = {name: content.encode() for name, content in written.items()}
        members[RECORDING] = self.output / RECORDING
        return (
            Artifact(name="benchmark-report", members=members, retention_days=RETENTION_DAYS),
            *(
                Artifact(name=f"benchmark-results-{side}", members=dict(tree), retention_days=RETENTION_DAYS)
                for side, tree in trees.items()
                if tree
            ),
            *memory_artifact(memory),
        )

    def _publish(self, report: Report, artifacts: tuple[Artifact, ...]) -> None:
        pull_request = self._event.pull_request if self._event else None
        marker = comment_marker(self._job.workflow, self._job.job, self.settings.name)
        publish(
            Publication(
                history=history_point(report, self.settings, self._job, self._event),
                artifacts=artifacts,
                linked_artifact="benchmark-report",
                summary=partial(summary, report),
                comment_body=lambda links: comment(report, links, marker),
                pull_request=pull_request.number if pull_request else None,
                from_fork=pull_request.from_fork if pull_request else False,
                comment=self.settings.comment,
                changed=changed(report),
                name=self.settings.name,
                annotations=annotations_of(report),
                outputs=outputs(report),
            ),
            self._job,
            self.settings.github_token,
            self._voice,
        )

    def refuse(self, error: BenchmarkCIError) -> None:
        """One error, and outputs that say so; nothing was measured."""
        refuse(self._job, error, self._voice)
        self._clean_up()


def memory_artifact(memory: str) -> tuple[Artifact, ...]:
    """The artifact with the list of peak memory, where there is one."""
    members = {MEMORY: memory.encode()}
    artifact = Artifact(name="memory-benchmark-results", members=members, retention_days=RETENTION_DAYS)
    return (artifact,) if memory else ()


def refuse(job: Job | None, error: BenchmarkCIError, voice: WorkflowVoice, why: str = "") -> None:
    """Tell a job that it could not begin; `why` is Markdown for the summary, else the error's message."""
    voice.error(error)
    if job is None:
        return
    verdict = Overall.NOTHING_COMPARED if isinstance(error, NothingCompared) else Overall.FAILED
    said = f"## {error.title}\n\n{why or error.message}\n\n{error.remedy}\n"
    publication = Publication(summary=lambda _: said, outputs={"verdict": verdict.value})
    publish(publication, job, Settings().github_token, voice)


def history_point(report: Report, settings: Settings, job: Job, event: Event | None) -> HistoryPoint | None:
    """What the history keeps of this run; None unless it is a push to the default branch or a release."""
    if not settings.history or event is None or not has_point(report):
        return None
    series = layout.series(job, settings.name)
    run = f"{job.run_id or 0}.{job.run_attempt}"
    if event.name == "release" and event.tag:
        return point(report, "release", tag=event.tag, series=series, run=run)
    if event.name == "push" and event.default_branch and job.ref == f"refs/heads/{event.default_branch}":
        return point(report, "push", tag=None, series=series, run=run)
    return None


def changed(report: Report) -> bool:
    """Whether there is something to say where the comment comes only with changes."""
    unmet = any(one.verdict is not TargetVerdict.MET for one in report.targets)
    return unmet or bool(report.error) or any(one.verdict in CHANGED for one in report.benchmarks)


def outputs(report: Report) -> dict[str, str]:
    """The action's outputs, but for the two that publishing adds."""
    counted = ("regressed", "improved", "unchanged", "inconclusive", "compared")
    return {
        "verdict": report.verdict.value,
        **{name: str(report.counts[name]) for name in counted},
        "targets_missed": str(sum(one.verdict is TargetVerdict.MISSED for one in report.targets)),
        "baseline_sha": report.baseline.sha,
        "current_sha": report.current.sha,
        "report": OUTPUT,
    }
