"""`mode: publish`, the second workflow for forks: another run's recording, checked, judged again and posted.

Nothing is checked out, built or run here. The recording is a stranger's claim (docs/security.md).
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from benchmark_ci.action import OUTPUT, changed, memory_artifact, outputs, refuse
from benchmark_ci.build.discovery import asked_for
from benchmark_ci.config.read import read_config
from benchmark_ci.door import RECORDING
from benchmark_ci.errors import ArtifactRejected, BadFile, BadInput, BenchmarkCIError, ExitCode, GitHubFailed
from benchmark_ci.measure import recording as recordings
from benchmark_ci.measure.recording import Bounds
from benchmark_ci.model import Annotation, Commit, Config, Job, Links, Recording, Report, Settings, Side
from benchmark_ci.plan import effective, read_event
from benchmark_ci.publish import standing
from benchmark_ci.publish.api import connect
from benchmark_ci.publish.artifact_names import artifact_name, named
from benchmark_ci.publish.claims import check_claims, under_rules
from benchmark_ci.publish.comment import NOT_POSTED
from benchmark_ci.publish.contents import file_at
from benchmark_ci.publish.download import Stored, download, find_artifact
from benchmark_ci.publish.markers import Run, comment_marker
from benchmark_ci.publish.measuring_run import (
    MeasuringRun,
    NothingToPost,
    OpenPullRequest,
    find_pull_requests,
    read_run,
)
from benchmark_ci.publish.patience import Patience
from benchmark_ci.publish.publication import Publication, publish
from benchmark_ci.publish.reader import Reader
from benchmark_ci.publish.unpack import member
from benchmark_ci.publish.workflow import WorkflowVoice
from benchmark_ci.report import folder, markdown
from benchmark_ci.report.annotations import annotations as annotations_of
from benchmark_ci.report.comment import comment
from benchmark_ci.report.memory import NAME as MEMORY
from benchmark_ci.report.memory import memory_results
from benchmark_ci.report.summary import summary
from benchmark_ci.report.terminal import text
from benchmark_ci.run import judge
from benchmark_ci.settings import flags, from_flags
from benchmark_ci.wall import files

MOST_RECORDING_BYTES = 64 * 1024 * 1024
BOUNDS = Bounds(
    line_bytes=16 * 1024 * 1024,
    unpacked_bytes=128 * 1024 * 1024,
    memory_bytes=1024 * 1024 * 1024,
)
"""A benchmark measured to its last round takes about 75 kB unpacked, 22 kB packed, and 400 kB of memory."""

FORKS_OWN = (
    "Measured in the fork's own run, whose author controls it: the numbers are that run's claim. "
    "The commits were checked and the verdict made here."
)


def relay(settings: Settings, job: Job, voice: WorkflowVoice) -> ExitCode:
    """Publish what the run that started this one has measured. 0 also where there is rightly nothing to."""
    try:
        return _Relay(settings, job, voice).run()
    except NothingToPost as reason:
        voice.notice(f"Nothing is posted: {reason}.")
        return ExitCode.OK
    except BenchmarkCIError as error:
        # A stranger's field names may stand in it, and the summary is Markdown.
        why = "\n\n".join(markdown.prose(line) for line in error.message.splitlines())
        refuse(job, error, voice, why)
        return error.exit_code


class _Relay:
    def __init__(self, settings: Settings, job: Job, voice: WorkflowVoice) -> None:
        self._settings = settings
        self._job = job
        self._voice = voice
        self._patience = Patience()

    def run(self) -> ExitCode:
        event = read_event(self._job)
        if event.name != "workflow_run" or event.workflow_run is None:
            raise BadInput(
                f"`mode: publish` needs the event `workflow_run`, and this is `{event.name}`.",
                "Use it in a second workflow; README, pull requests from forks, has one.",
            )
        if not self._settings.github_token.get_secret_value():
            raise BadInput("`mode: publish` needs a token.", "Pass one as the input `github_token`.")
        github = connect(self._job, self._settings.github_token)
        reader = Reader(github, self._job.repository, self._patience)
        run = read_run(reader, self._job.repository, event.workflow_run)
        pulls = find_pull_requests(reader, run)
        stored = find_artifact(reader, run, artifact_name(named("benchmark-report", self._settings.name)))
        zipped = download(self._job, self._settings.github_token, stored, self._patience)
        raw = member(zipped, RECORDING, MOST_RECORDING_BYTES)
        recording, pull = self._checked(_read(raw), reader, run, pulls)
        report = self._judged(recording)
        if len(pulls) > 1:
            numbers = ", ".join(f"#{one.number}" for one in pulls)
            self._voice.notice(
                f"Pull requests {numbers} have one and the same head; the comment goes to #{pull.number}."
            )
        return self._publish(report, raw, run, pull, stored)

    def _checked(
        self, recording: Recording, reader: Reader, run: MeasuringRun, pulls: tuple[OpenPullRequest, ...]
    ) -> tuple[Recording, OpenPullRequest]:
        """The recording with our own words, rules and settings where it can only claim, and whose it is."""
        check_claims(recording)
        header, ours = recording.header, self._settings
        ref = "" if ours.baseline_ref == "latest-release" else ours.baseline_ref
        baseline, pull = standing.baseline(reader, header.baseline, pulls, ref)
        current = standing.current(reader, header.current, run, pull)
        side = Side.BASELINE if pull.from_fork else Side.CURRENT
        config = self._rules(reader, baseline if pull.from_fork else current, side)
        trusted = {
            "current": current,
            "baseline": baseline,
            "baseline_reason": "as the pull request's run chose it",
            "cautions": ((FORKS_OWN,) if pull.from_fork else ()) + header.cautions,
            "flags": _harmless(header.flags),
            "name": ours.name,
        }
        if "threshold_percent" in ours.model_fields_set or (config and config.threshold_percent):
            trusted["threshold_percent"] = effective(ours, config).threshold_percent
        if "fail_on" in ours.model_fields_set:
            trusted["fail_on"] = ours.fail_on
        # The history is the base repository's: a stranger's account of it is not passed on.
        own = recording.model_copy(update={"header": header.model_copy(update=trusted), "history": None})
        every = config.targets if config else ()
        targets = [one for one in every if asked_for(one.benchmark, ours)]
        return under_rules(own, config, targets, ours.config), pull

    def _rules(self, reader: Reader, commit: Commit, side: Side) -> Config | None:
        """The limits file that counts, as the run that measured chose it: a fork's own never does."""
        raw = file_at(reader, commit.sha, self._settings.config)
        return None if raw is None else read_config(raw, self._settings.config, side)

    def _judged(self, recording: Recording) -> Report:
        """Judged and drawn once before anything is published: odd numbers show here."""
        try:
            report, _ = judge(recording)
            folder.files(report, Links())
            comment(report, Links(), "")
            text(report, 110)
        except Exception as problem:  # whatever a stranger's numbers break is the artifact's fault
            kind = type(problem).__name__
            raise ArtifactRejected(f"The recording in the artifact cannot be judged ({kind}).") from None
        return report

    def _publish(
        self, report: Report, raw: bytes, run: MeasuringRun, pull: OpenPullRequest, stored: Stored
    ) -> ExitCode:
        output = self._job.workspace / OUTPUT
        files.make_anew(output)
        for name, content in folder.files(report, Links()).items():
            (output / name).write_text(content, encoding="utf-8")
        (output / RECORDING).write_bytes(raw)
        memory = memory_results(report)
        if memory:
            (output / MEMORY).write_text(memory, encoding="utf-8")
        files.give_to_owner_of(self._job.workspace, output)
        self._voice.say(text(report, 110))
        marker = comment_marker(self._job.workflow, self._job.job, self._settings.name)
        page = f"{self._job.server_url}/{self._job.repository}/actions/runs/{run.id}/artifacts/{stored.id}"
        published = publish(
            Publication(
                artifacts=memory_artifact(memory),
                artifact_url=page,
                summary=partial(summary, report),
                comment_body=lambda links: comment(report, links, marker),
                pull_request=pull.number,
                comment=self._settings.comment,
                changed=changed(report),
                name=self._settings.name,
                measured_in=Run(id=run.id, attempt=run.attempt),
                annotations=_annotations(report, pull.number),
                outputs=outputs(report),
            ),
            self._job,
            self._settings.github_token,
            self._voice,
        )
        if any(refused.what == NOT_POSTED for refused in published.refusals):
            raise GitHubFailed("The report was judged, but GitHub did not take its comment.", "See above.")
        return ExitCode.OK


def _read(raw: bytes) -> Recording:
    with tempfile.TemporaryDirectory(prefix="benchmark-ci-") as private:
        path = Path(private) / RECORDING
        path.write_bytes(raw)
        try:
            return recordings.read(path, RECORDING, BOUNDS)
        except BadFile as error:
            raise ArtifactRejected(error.message, error.remedy) from None


def _annotations(report: Report, pull_request: int) -> tuple[Annotation, ...]:
    """The report's, for this job: they stand at the default branch, and nothing of them fails it."""
    return tuple(
        one.model_copy(
            update={
                "level": "warning" if one.level == "error" else one.level,
                "title": f"Pull request #{pull_request}: {one.title}",
            }
        )
        for one in annotations_of(report)
    )


def _harmless(claimed: tuple[str, ...]) -> tuple[str, ...]:
    """The reproduce line's flags as our own code writes them: people copy that line into a shell."""
    given: dict[str, str] = {}
    for flag in claimed:
        name, _, value = flag.removeprefix("--").partition("=")
        given[name] = value or "true"
    try:
        return flags(from_flags(given))
    except BadInput:
        raise ArtifactRejected("The recording in the artifact has flags that no run has.") from None
