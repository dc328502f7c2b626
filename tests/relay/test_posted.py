"""What `mode: publish` posts of an honest run."""

from __future__ import annotations

import json

from benchmark_ci.errors import ExitCode
from benchmark_ci.measure import recording as recordings
from benchmark_ci.model import (
    BenchmarkProof,
    Commit,
    Config,
    Contender,
    End,
    Proof,
    Recording,
    ReferenceProcess,
    ReferenceTarget,
    Side,
    Target,
    Unmeasured,
)
from tests.doubles.github import Pull
from tests.engine import bench, process, processes, recording
from tests.stranger import BASE, FORK, HEAD, LATER, MERGE, RUN, SLOWER, Stage, comment_of, merged, slower


def test_a_forks_recording_is_judged_and_posted(stage: Stage) -> None:
    stage.upload(slower())
    done = stage.publish()
    assert done.code is ExitCode.OK  # a regression does not fail the second workflow
    assert "parse/small" in comment_of(stage)
    assert "the fork's own run" in comment_of(stage)
    assert f"run={RUN}.1" in comment_of(stage)
    assert "Lies" not in comment_of(stage)
    assert done.outputs["verdict"] == "regressed"
    assert (done.outputs["baseline_sha"], done.outputs["current_sha"]) == (BASE, MERGE)
    assert done.outputs["comment_url"]
    assert done.outputs["artifact_url"].startswith(f"https://github.com/octo/crate/actions/runs/{RUN}/")
    assert "parse/small" in done.summary
    report = json.loads((stage.results / "report.json").read_text())
    assert report["verdict"] == "regressed"
    assert recordings.read(stage.results / "recording.jsonl.gz").processes == slower().processes


def test_the_token_stays_with_the_api(stage: Stage) -> None:
    stage.upload(slower())
    stage.publish()
    (fetched,) = stage.github.requests("GET", "^/blob/")
    assert "authorization" not in fetched.headers


def test_the_comment_is_edited_by_a_later_run(stage: Stage) -> None:
    stage.upload(slower())
    stage.publish()
    before = comment_of(stage)
    stage.run.attempt = 2
    stage.publish(threshold="90")
    assert comment_of(stage) != before
    assert "90 %" in comment_of(stage)


def test_a_merge_commit_that_is_gone_is_told_as_the_head(stage: Stage) -> None:
    del stage.github.runs.commits[MERGE]
    stage.upload(slower())
    assert stage.publish().outputs["current_sha"] == HEAD


def test_input_name_is_part_of_the_artifacts_name(stage: Stage) -> None:
    stage.upload(slower(), "benchmark-report-arm")
    assert stage.publish(name="arm").code is ExitCode.OK
    assert "arm" in comment_of(stage)
    assert stage.publish(name="x86").code is ExitCode.BAD_INPUT


def test_a_tags_commit_and_another_branch_can_be_the_baseline(stage: Stage) -> None:
    stage.github.runs.commits[LATER] = ()
    old = merged(baseline=Commit(sha=LATER, what="v1.0.0"))
    stage.upload(slower().model_copy(update={"header": old}))
    assert "no commit of `main`" in stage.publish().error
    stage.github.runs.branches["release/1.x#a"] = LATER
    assert stage.publish(baseline="release/1.x#a").code is ExitCode.OK
    assert "release/1.x" in comment_of(stage)
    stage.github.runs.tags["v1.0.0"] = LATER
    assert stage.publish().code is ExitCode.OK


def test_a_base_branch_with_a_slash(stage: Stage) -> None:
    stage.github.rest.pulls[7].base_ref = "release/2.x"
    stage.github.runs.branches = {"release/2.x": BASE}
    stage.upload(slower())
    assert stage.publish().code is ExitCode.OK


def test_of_two_pull_requests_the_baseline_tells_which(stage: Stage) -> None:
    """One branch, two bases: the run was of one of them."""
    stage.github.runs.commits[LATER] = ()
    stage.github.runs.branches["next"] = LATER
    stage.github.rest.pulls[8] = Pull(8, head_sha=HEAD, base_sha=LATER, head_repository=FORK, base_ref="next")
    stage.upload(slower().model_copy(update={"header": merged(baseline=Commit(sha=LATER, what="x"))}))
    done = stage.publish()
    assert "#7, #8" in done.notices
    assert "goes to #8" in done.notices
    assert "parse/small" in comment_of(stage, 8)
    assert not stage.github.comments(7)


def test_every_kind_of_line_that_a_run_writes(stage: Stage) -> None:
    """Identical controls, proofs, targets and what was not measured: an honest recording passes whole."""
    target = ReferenceTarget(benchmark="parse/small", reference_command=("python3", "ref.py"), times_faster=2)
    other = ReferenceTarget(benchmark="same", reference_benchmark="parse/small", times_faster=2)
    stage.github.runs.files[BASE, "benchmark-ci.toml"] = (
        b'[[targets]]\nbenchmark = "parse/small"\ncommand = ["python3", "ref.py"]\ntimes_faster = 2\n'
        b'[[targets]]\nbenchmark = "same"\nreference = "parse/small"\ntimes_faster = 2\n'
    )
    same = bench("same")
    proof = Proof(
        target=Target(package="crate", name="bench"),
        benchmarks=(
            BenchmarkProof(id=bench(), identical=False, reason="differs"),
            BenchmarkProof(id=same, identical=True),
        ),
    )
    measured = [*processes(bench(), SLOWER), *processes(same, [(50.0, 50.0 + n / 50) for n in range(9)])]
    calibration = [process(bench(), side, 0, 100.0) for side in Side]
    references = tuple(
        ReferenceProcess(
            target=0, contender=one, round=number, first=True, wall_seconds=1, iters=(1.0,), times=(time,)
        )
        for number in range(1, 13)
        for one, time in ((Contender.BENCHMARK, 100.0), (Contender.REFERENCE, 400.0 + number))
    )
    config = Config(path="benchmark-ci.toml", side=Side.BASELINE, targets=(target, other))
    whole = recording(
        [*calibration, *measured], head=merged(config=config, targets=(target, other))
    ).model_copy(
        update={
            "proofs": (proof,),
            "references": references,
            "unmeasured": (Unmeasured(target=1, reason="The time budget ended before its turn."),),
        }
    )
    stage.upload(whole)
    done = stage.publish()
    assert done.code is ExitCode.OK, done.log.lines
    report = json.loads((stage.results / "report.json").read_text())
    assert {one["id"]: one["verdict"] for one in report["benchmarks"]} == {
        "parse/small": "regressed",
        "same": "identical",
    }
    assert [one["verdict"] for one in report["targets"]] == ["met", "not-measured"]


def test_a_run_that_failed_after_it_had_begun_is_told(stage: Stage) -> None:
    end = End(
        reason="failed",
        measuring_seconds=0,
        total_seconds=9,
        title="Build failed",
        error="E0308",
        exit_code=4,
    )
    stage.run.conclusion = "failure"
    stage.upload(Recording(header=merged(), end=end))
    done = stage.publish()
    assert done.code is ExitCode.OK
    assert done.outputs["verdict"] == "failed"
    assert "E0308" in comment_of(stage)
