"""Peak memory and annotations of a fork's run, as far as a job on the default branch can tell them."""

from __future__ import annotations

import io
import json
import zipfile

from benchmark_ci.errors import ExitCode
from benchmark_ci.model import End, Recording, Side
from benchmark_ci.report.memory import NAME
from tests.doubles.github_artifacts import PREFIX
from tests.doubles.http_double import status
from tests.stranger import RUN, Stage, comment_of, merged, slower

ARTIFACT = "memory-benchmark-results"
PEAKS = {Side.BASELINE: 64_000_000, Side.CURRENT: 96_000_000}


def greedy() -> Recording:
    """Slower, and it takes half as much memory again."""
    whole = slower()
    return whole.model_copy(
        update={
            "processes": tuple(
                one.model_copy(update={"peak_memory_bytes": PEAKS[one.side]}) for one in whole.processes
            )
        }
    )


def test_peak_memory_is_an_artifact_of_the_second_run(stage: Stage) -> None:
    stage.upload(greedy())
    done = stage.publish()
    assert done.code is ExitCode.OK, done.log.lines
    held = stage.github.artifacts.find(ARTIFACT)
    assert held.run == "publishing"
    with zipfile.ZipFile(io.BytesIO(held.blob or b"")) as archive:
        assert archive.namelist() == [NAME]
        (entry,) = json.loads(archive.read(NAME))
    assert json.loads((stage.results / NAME).read_text()) == [entry]
    assert (entry["baseline_peak_memory_bytes"], entry["current_peak_memory_bytes"]) == tuple(PEAKS.values())
    assert entry["warning"] == "Peak memory grew by more than 10 %."
    assert "Peak memory grew" in comment_of(stage)
    # the output still names the report that the fork's run has uploaded
    assert f"/actions/runs/{RUN}/artifacts/" in done.outputs["artifact_url"]


def test_input_name_is_part_of_that_artifacts_name_too(stage: Stage) -> None:
    stage.upload(greedy(), "benchmark-report-arm")
    assert stage.publish(name="arm").code is ExitCode.OK
    assert stage.github.artifacts.find(f"{ARTIFACT}-arm").final


def test_where_memory_was_not_measured_there_is_no_artifact(stage: Stage) -> None:
    stage.upload(slower())
    assert stage.publish().code is ExitCode.OK
    assert ARTIFACT not in {one.name for one in stage.github.artifacts.stored}
    assert not (stage.results / NAME).exists()


def test_a_dead_artifact_service_costs_a_warning_and_not_the_comment(stage: Stage) -> None:
    stage.upload(greedy())
    stage.github.fail("POST", PREFIX, *[status(422)] * 9)
    done = stage.publish()
    assert done.code is ExitCode.OK
    (refused,) = [one.data for one in done.log.named("warning") if "not uploaded" in one.data]
    assert ARTIFACT in refused
    assert "parse/small" in comment_of(stage)


def test_annotations_name_the_pull_request_and_fail_nothing(stage: Stage) -> None:
    stage.upload(greedy())
    done = stage.publish()
    titles = [one.properties["title"] for one in done.log.named("warning")]
    assert titles[0] == "Pull request #7: Slower: parse/small"
    assert "Pull request #7: 1 benchmark: peak memory grew or is above its limit" in titles
    assert all(title.startswith("Pull request #7: ") for title in titles)
    assert not done.log.named("error")


def test_a_fork_whose_run_was_stopped_is_no_error_of_this_job(stage: Stage) -> None:
    end = End(reason="failed", measuring_seconds=0, total_seconds=9, title="x", error="E0308", exit_code=4)
    stage.upload(Recording(header=merged(), end=end))
    done = stage.publish()
    assert done.code is ExitCode.OK
    assert "E0308" in done.log.named("warning")[0].data
    assert not done.log.named("error")
