"""`mode: publish` as a program, used wrongly, and with a GitHub that refuses."""

from __future__ import annotations

from benchmark_ci.errors import ExitCode
from tests.doubles.github import Token
from tests.doubles.http_double import status
from tests.doubles.native import act
from tests.doubles.runner_environment import RunnerJob
from tests.stranger import EVENT, Stage, comment_of, slower


def test_the_whole_program(stage: Stage) -> None:
    """As the runner starts it, natively: inputs, event file, outputs, summary and exit code."""
    stage.upload(slower())
    workspace = stage.folder / "workspace"
    workspace.mkdir()
    job = RunnerJob(workflow="Publish benchmarks", job="publish", ref="refs/heads/main")
    inputs = {"mode": "publish", "github_token": stage.github.token(), "threshold": "20"}
    result = act(job, "workflow_run", EVENT, workspace, inputs, stage.github)
    assert (result.exit_code, result.outputs["verdict"]) == (0, "regressed"), result.output
    assert "20 %" in comment_of(stage)
    assert "parse/small" in result.summary
    assert (workspace / "benchmark-results" / "report.html").is_file()
    assert result.outputs["comment_url"].endswith(str(stage.github.comments(7)[0].id))
    again = act(job, "workflow_run", EVENT, workspace, inputs | {"name": "x"}, stage.github)
    assert again.exit_code == 2
    assert "benchmark-report-x" in again.log.named("error")[0].data


def test_another_event(stage: Stage) -> None:
    done = stage.publish(event="workflow_dispatch")
    assert done.code is ExitCode.BAD_INPUT
    assert "`workflow_run`" in done.error


def test_the_run_of_another_repository(stage: Stage) -> None:
    stage.run.repository = "other/crate"
    assert "not of octo/crate" in stage.publish().error


def test_a_token_that_cannot_write(stage: Stage) -> None:
    stage.upload(slower())
    done = stage.publish(token=stage.github.token(Token(writes=False)))
    assert done.code is ExitCode.NO_VERDICT
    assert "did not take its comment" in done.error


def test_a_store_that_stumbles_is_asked_again(stage: Stage) -> None:
    stage.upload(slower())
    stage.github.fail("GET", "^/blob/", status(503))
    assert stage.publish().code is ExitCode.OK
    assert len(stage.github.requests("GET", "/artifacts/.*/zip")) == 2


def test_a_token_that_cannot_read_runs(stage: Stage) -> None:
    stage.github.fail("GET", "/actions/runs/", status(403, "Resource not accessible by integration"))
    done = stage.publish()
    assert done.code is ExitCode.NO_VERDICT
    assert "actions: read" in done.error
