"""Threshold, limits, targets and history: whose counts in `mode: publish`, and whose never."""

from __future__ import annotations

import json

from benchmark_ci.errors import ExitCode
from benchmark_ci.model import Config, Course, FailOn, History, LimitRule, ReferenceTarget, Side
from tests.stranger import BASE, MERGE, Stage, comment_of, merged, slower


def test_the_threshold_of_the_second_workflow_wins(stage: Stage) -> None:
    loose = slower().model_copy(update={"header": merged(threshold_percent=1000.0, fail_on=FailOn.NEVER)})
    stage.upload(loose)
    assert stage.publish().outputs["verdict"] == "unchanged"  # what nobody here sets is the run's claim
    done = stage.publish(threshold="10", fail_on="regression")
    assert done.outputs["verdict"] == "regressed"
    assert "❌" in comment_of(stage)


def test_limits_are_the_baselines_and_never_the_forks(stage: Stage) -> None:
    stage.github.runs.files[BASE, "benchmark-ci.toml"] = b"threshold = 20\n"
    stage.github.runs.files[MERGE, "benchmark-ci.toml"] = b"threshold = 900\n"
    rule = LimitRule(pattern="*", threshold_percent=900)
    forged = Config(path="benchmark-ci.toml", side=Side.BASELINE, limits=(rule,))
    stage.upload(slower().model_copy(update={"header": merged(config=forged, threshold_percent=500.0)}))
    assert stage.publish().outputs["verdict"] == "regressed"
    report = json.loads((stage.results / "report.json").read_text())
    assert report["benchmarks"][0]["limit_percent"] == 20


def test_in_the_own_repository_the_limits_are_currents(stage: Stage) -> None:
    stage.run.head_repository = ""
    stage.github.rest.pulls[7].head_repository = ""
    stage.github.runs.files[MERGE, "ci/limits.toml"] = b"threshold = 90\n"
    config = Config(path="ci/limits.toml", side=Side.CURRENT, threshold_percent=90)
    stage.upload(slower().model_copy(update={"header": merged(config=config, threshold_percent=90.0)}))
    assert "config" in stage.publish().error
    assert stage.publish(config="ci/limits.toml").outputs["verdict"] == "unchanged"
    assert "fork" not in comment_of(stage)


def test_a_forged_limits_file_or_target_is_rejected(stage: Stage) -> None:
    config = Config(path="benchmark-ci.toml", side=Side.BASELINE, threshold_percent=900)
    stage.upload(slower().model_copy(update={"header": merged(config=config)}))
    assert "measured with a limits file" in stage.publish().error
    target = ReferenceTarget(benchmark="parse/small", reference_command=("true",), times_faster=1)
    stage.upload(slower().model_copy(update={"header": merged(targets=(target,))}))
    assert "does not ask for" in stage.publish().error
    assert not stage.github.comments(7)


def test_the_history_is_not_a_strangers_to_tell(stage: Stage) -> None:
    course = Course(
        id="parse/small",
        package="crate",
        target="bench",
        since="2026-01-05T09:30:00Z",
        until="2026-02-05T09:30:00Z",
        levels_percent=(0.0, 900.0),
    )
    history = History(branch_commit=BASE, courses=(course,), caution="Read https://example.org first.")
    stage.upload(slower().model_copy(update={"history": history}))
    assert stage.publish().code is ExitCode.OK
    assert json.loads((stage.results / "report.json").read_text())["courses"] == []
    assert "example.org" not in comment_of(stage)


def test_a_target_that_a_fork_leaves_out_is_missed(stage: Stage) -> None:
    stage.github.runs.files[BASE, "benchmark-ci.toml"] = (
        b'[[targets]]\nbenchmark = "parse/small"\ncommand = ["slow"]\ntimes_faster = 2\nfail = true\n'
    )
    config = Config(path="benchmark-ci.toml", side=Side.BASELINE)
    stage.upload(slower().model_copy(update={"header": merged(config=config)}))
    assert stage.publish().code is ExitCode.OK
    report = json.loads((stage.results / "report.json").read_text())
    assert [one["verdict"] for one in report["targets"]] == ["not-measured"]


def test_a_damaged_limits_file_is_named(stage: Stage) -> None:
    stage.github.runs.files[BASE, "benchmark-ci.toml"] = b"threshold = -1\nfoo = 2\n"
    stage.upload(slower())
    done = stage.publish()
    assert done.code is ExitCode.BAD_INPUT
    assert "threshold" in done.error
    assert "foo" in done.error
