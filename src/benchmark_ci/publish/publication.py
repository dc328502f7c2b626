"""Everything that a run publishes, and in which order.

The history comes first, since an artifact says where its branch stands; then the artifacts, since summary
and comment link to them; outputs last, since they name the comment.
What GitHub refuses is said once per cause, and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import SecretStr

from benchmark_ci.model import Annotation, CommentWhen, HistoryPoint, Job, Links, Noun
from benchmark_ci.publish import history
from benchmark_ci.publish.api import connect
from benchmark_ci.publish.artifact_names import named
from benchmark_ci.publish.artifacts import Uploaded, upload
from benchmark_ci.publish.comment import NOT_POSTED, Posted, post_comment
from benchmark_ci.publish.files import write_outputs, write_summary
from benchmark_ci.publish.markers import Run, comment_marker
from benchmark_ci.publish.patience import Patience
from benchmark_ci.publish.refusal import Refusal
from benchmark_ci.publish.workflow import WorkflowVoice

Rendering = Callable[[Links], str]


class Artifact(Noun):
    """Files that are uploaded under one name."""

    name: str
    members: Mapping[str, bytes | Path]
    retention_days: int | None = None


class Publication(Noun):
    """What a run has to say."""

    history: HistoryPoint | None = None  # None: not one of the runs that are kept
    artifacts: tuple[Artifact, ...] = ()
    linked_artifact: str = ""  # the one that renderings and `artifact_url` point to
    artifact_url: str = ""  # where none is uploaded: that of another run
    summary: Rendering | None = None
    comment_body: Rendering | None = None
    pull_request: int | None = None
    from_fork: bool = False
    comment: CommentWhen = CommentWhen.ALWAYS
    changed: bool = True  # whether `comment: changes` wants a new comment
    name: str = ""  # the input `name`, part of what identifies the comment and of artifacts' names
    measured_in: Run | None = None  # the run that the comment speaks of; None: this one
    annotations: tuple[Annotation, ...] = ()  # worst first
    outputs: Mapping[str, str] = {}


class Published(Noun):
    """Where it can be seen now."""

    comment_url: str = ""
    artifact_url: str = ""
    refusals: tuple[Refusal, ...] = ()


def publish(
    publication: Publication,
    job: Job,
    token: SecretStr,
    voice: WorkflowVoice,
    *,
    patience: Callable[[], Patience] = Patience,
    seconds_between_writes: float = 1.0,
) -> Published:
    """Publish everything; `patience` gives each service its own."""
    publisher = _Publisher(publication, job, voice, patience)
    publisher.keep_history(token)
    publisher.upload_artifacts()
    publisher.summarise()
    publisher.comment(token, seconds_between_writes)
    for annotation in publication.annotations:
        voice.annotate(annotation)
    return publisher.finish()


class _Publisher:
    """The steps of `publish`, and what they leave for each other."""

    def __init__(
        self, publication: Publication, job: Job, voice: WorkflowVoice, patience: Callable[[], Patience]
    ) -> None:
        self._publication = publication
        self._job = job
        self._voice = voice
        self._patience = patience
        self._refusals: list[Refusal] = []
        self._artifacts = publication.artifacts
        self._artifact_url = publication.artifact_url
        self._comment_url = ""

    def keep_history(self, token: SecretStr) -> None:
        """The point goes to the branch where the token allows it, and in any case into an artifact."""
        point = self._publication.history
        if point is None:
            return
        kept = self._on_branch(point, token)
        refused = kept if isinstance(kept, Refusal) else None
        self._refused(refused)
        members = history.artifact_members(
            point, None if isinstance(kept, Refusal) else kept, refused.why if refused else ""
        )
        artifact = Artifact(
            name=f"benchmark-history-{point.sha}", members=members, retention_days=history.RETENTION_DAYS
        )
        self._artifacts = (*self._artifacts, artifact)

    def _on_branch(self, point: HistoryPoint, token: SecretStr) -> history.Kept | Refusal:
        if not token.get_secret_value():
            return history.no_token()
        # many jobs may be at it, and each second between our own writes is one for them to be faster
        github = connect(self._job, token, seconds_between_writes=0)
        return history.append_point(github, self._job.repository, point, patience=self._patience())

    def upload_artifacts(self) -> None:
        patience = self._patience()
        for artifact in self._artifacts:
            called = named(artifact.name, self._publication.name)
            result = upload(self._job, called, artifact.members, artifact.retention_days, patience=patience)
            if isinstance(result, Uploaded):
                self._take(artifact, result)
            elif result.repeats:
                # The others would meet the same, each after all of its attempts.
                self._refused(result.model_copy(update={"what": "The artifacts were not uploaded"}))
                return
            else:
                self._refused(result)

    def summarise(self) -> None:
        if self._publication.summary:
            text = self._publication.summary(self._links())
            self._refused(write_summary(self._job.summary_file, text))

    def comment(self, token: SecretStr, seconds_between_writes: float) -> None:
        wanted = self._publication
        if wanted.comment_body is None or wanted.pull_request is None or wanted.comment is CommentWhen.NEVER:
            return
        if not token.get_secret_value():
            remedy = "Pass one as the input `github_token`."
            self._refused(Refusal(what=NOT_POSTED, why="there is no token", remedy=remedy))
            return
        result = post_comment(
            connect(self._job, token, seconds_between_writes=seconds_between_writes),
            self._job.repository,
            wanted.pull_request,
            wanted.comment_body(self._links()),
            marker=comment_marker(self._job.workflow, self._job.job, wanted.name),
            run=wanted.measured_in or self._this_run(),
            when=wanted.comment,
            changed=wanted.changed,
            from_fork=wanted.from_fork,
            patience=self._patience(),
        )
        if isinstance(result, Posted):
            self._comment_url = result.url
            if result.kept:
                self._voice.notice("The pull request comment was left as it is: a later run wrote it.")
        else:
            self._refused(result)

    def finish(self) -> Published:
        places = {"comment_url": self._comment_url, "artifact_url": self._artifact_url}
        self._refused(write_outputs(self._job.output_file, {**self._publication.outputs, **places}))
        return Published(**places, refusals=tuple(self._refusals))

    def _take(self, artifact: Artifact, uploaded: Uploaded) -> None:
        if artifact.name == self._publication.linked_artifact or not self._artifact_url:
            self._artifact_url = uploaded.url
        for caution in uploaded.cautions:
            self._voice.warn(caution)
        for notice in uploaded.notices:
            self._voice.notice(notice)
        for remark in uploaded.remarks:
            self._voice.say(remark)

    def _this_run(self) -> Run | None:
        return Run(id=self._job.run_id, attempt=self._job.run_attempt) if self._job.run_id else None

    def _links(self) -> Links:
        repository = f"{self._job.server_url.rstrip('/')}/{self._job.repository}"
        run = self._publication.measured_in or self._this_run()
        return Links(
            repository_url=repository,
            run_url=f"{repository}/actions/runs/{run.id}" if run else "",
            artifact_url=self._artifact_url,
        )

    def _refused(self, refusal: Refusal | None) -> None:
        if refusal is None:
            return
        self._refusals.append(refusal)
        (self._voice.notice if refusal.level == "notice" else self._voice.warn)(refusal.sentence)
