"""`mode: publish` against a GitHub that answers as the real one does, and artifacts of every kind."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmark_ci.errors import ExitCode
from benchmark_ci.measure import recording as recordings
from benchmark_ci.model import (
    BenchmarkProof,
    Commit,
    Config,
    Contender,
    Course,
    End,
    FailOn,
    History,
    LimitRule,
    Proof,
    Recording,
    ReferenceProcess,
    ReferenceTarget,
    Side,
    Target,
    Unmeasured,
)
from tests.doubles.github import FakeGitHub, Pull, Token
from tests.doubles.http_double import Answer, Respond, status
from tests.doubles.native import act
from tests.doubles.runner_environment import RunnerJob
from tests.engine import bench, discovered, process, processes, recording
from tests.report.oracle import Seen
from tests.stranger import BASE, EVENT, FORK, HEAD, LATER, MERGE, RUN, Stage, merged, packed, zipped

SLOWER = [(100.0 + n / 10, 150.0 + n / 7) for n in range(9)]
Change = Callable[[Recording], Recording]


def slower() -> Recording:
    """One benchmark, half as fast again."""
    return recording(processes(bench(), SLOWER), head=merged())


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with FakeGitHub() as github:
        yield Stage(github, tmp_path)


def comment_of(stage: Stage, number: int = 7) -> str:
    (only,) = stage.github.comments(number)
    return only.body


# --- what is posted


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


# --- whose rules count


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


# --- what is rightly not posted


def nothing_posted(stage: Stage, *words: str) -> None:
    done = stage.publish()
    assert done.code is ExitCode.OK
    assert all(word in done.notices for word in words), done.notices
    assert not done.log.named("error")
    assert not stage.github.requests("POST")


def test_the_head_has_moved_on(stage: Stage) -> None:
    stage.github.rest.pulls[7].head_sha = LATER
    stage.upload(slower())
    nothing_posted(stage, "#7", "moved on")


def test_the_pull_request_is_closed(stage: Stage) -> None:
    stage.github.rest.pulls[7].state = "closed"
    stage.upload(slower())
    nothing_posted(stage, "#7 is closed")


def test_a_pull_request_of_another_fork_is_not_meant(stage: Stage) -> None:
    """Same branch, same commit, another repository of the same owner."""
    stage.github.rest.pulls[7].head_repository = "stranger/other"
    stage.upload(slower())
    nothing_posted(stage, "no pull request")


@pytest.mark.parametrize("gone", ["head_repository", "head_branch"])
def test_the_fork_is_gone(stage: Stage, gone: str) -> None:
    setattr(stage.run, gone, None)
    nothing_posted(stage, "gone")


def test_a_run_of_a_push(stage: Stage) -> None:
    stage.run.event = "push"
    nothing_posted(stage, "`push`")


def test_a_run_that_failed_before_it_had_measured(stage: Stage) -> None:
    stage.run.conclusion = "cancelled"
    nothing_posted(stage, "no artifact", "cancelled")


def test_a_newer_comment_stands(stage: Stage) -> None:
    stage.upload(slower())
    stage.publish()
    (comment,) = stage.github.comments(7)
    comment.body = comment.body.replace(f"run={RUN}.1", f"run={RUN + 1}.1")
    newer = comment.body
    done = stage.publish(threshold="90")
    assert done.code is ExitCode.OK
    assert "a later run wrote it" in done.notices
    assert comment_of(stage) == newer


# --- what is rejected


def rejected(stage: Stage, word: str) -> None:
    done = stage.publish()
    assert (done.code, done.outputs["verdict"]) == (ExitCode.BAD_INPUT, "failed")
    assert word in done.error, done.error
    assert not stage.github.comments(7)
    assert not stage.results.exists()


def test_a_successful_run_without_the_artifact(stage: Stage) -> None:
    rejected(stage, "has no artifact `benchmark-report`")


def test_an_artifact_of_another_run_is_not_taken(stage: Stage) -> None:
    stage.upload(slower())
    stage.github.artifacts.stored[0].run = "another"
    rejected(stage, "has no artifact")


def test_expired_or_too_large(stage: Stage) -> None:
    stage.upload(slower())
    (stored,) = stage.github.artifacts.stored
    stored.size = 65 * 1024 * 1024
    rejected(stage, "larger than")
    stored.size, stored.expired = None, True
    rejected(stage, "expired")


def test_the_store_gives_another_file(stage: Stage) -> None:
    stage.upload(slower())
    other = zipped(**{"recording.jsonl.gz": packed(slower(), stage.folder), "x": b""})
    stage.github.fail("GET", "^/blob/", Respond(Answer(200, other)))
    rejected(stage, "another digest")


BOMB = gzip.compress(b" " * (130 * 1024 * 1024), 9)


def with_link() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("recording.jsonl.gz")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return file.getvalue()


@pytest.mark.parametrize(
    ("blob", "word"),
    [
        (b"not a zip", "no zip file"),
        (b"PK\x05\x06" + b"\0" * 18, "no `recording.jsonl.gz`"),
        (zipped(**{"../recording.jsonl.gz": b"x", "recording.jsonl.gz": b"x"}), "plain file"),
        (zipped(**{"a/recording.jsonl.gz": b"x"}), "plain file"),
        (with_link(), "regular file"),
        (zipped(**{"recording.jsonl.gz": b"\0" * (65 * 1024 * 1024)}), "unpacks to more than"),
        (zipped(**{"recording.jsonl.gz": BOMB}), "more than"),
        (zipped(**{"recording.jsonl.gz": b"no gzip"}), "cannot be read"),
        (zipped(**{"recording.jsonl.gz": gzip.compress(b"[" * 100_000 + b"\n")}), "line 1"),
    ],
)
def test_a_hostile_archive(stage: Stage, blob: bytes, word: str) -> None:
    stage.github.runs.store(stage.run, "benchmark-report", blob)
    rejected(stage, word)


def with_header(**fields: object) -> Change:
    return lambda whole: whole.model_copy(update={"header": whole.header.model_copy(update=fields)})


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (with_header(current=Commit(sha=LATER, what="x", head_sha=LATER)), f"belongs to {HEAD}"),
        (with_header(current=Commit(sha=BASE, what="x", head_sha=HEAD)), "no merge of"),
        (with_header(baseline=Commit(sha=HEAD, what="main")), "no commit of `main`"),
        (with_header(baseline=Commit(sha="f" * 40, what="main")), "no commit of `main`"),
        (with_header(format_version=2), "line 1"),
        (with_header(seed=-1), "seed"),
        (with_header(threshold_percent=1e9), "threshold"),
        (with_header(flags=("--time-budget=1;curl evil",)), "flags"),
        (with_header(flags=("--no-such=1",)), "flags"),
        (lambda whole: whole.model_copy(update={"end": None}), "ends before"),
        (
            lambda whole: whole.model_copy(
                update={"processes": (process(bench("other"), Side.CURRENT, 1, 5),)}
            ),
            "did not find",
        ),
        (
            lambda whole: whole.model_copy(update={"processes": (process(bench(), Side.CURRENT, 41, 5),)}),
            "round beyond",
        ),
        (
            lambda whole: whole.model_copy(update={"unmeasured": (Unmeasured(target=0, reason="x"),)}),
            "targets",
        ),
        (lambda whole: recording((), found=[discovered(bench("x" * 2001))], head=whole.header), "2000"),
    ],
)
def test_a_forged_recording(stage: Stage, change: Change, word: str) -> None:
    stage.upload(change(slower()))
    rejected(stage, word)


def test_a_recording_that_is_cut_off(stage: Stage) -> None:
    raw = packed(slower(), stage.folder)
    stage.upload(raw[: len(raw) // 2])
    rejected(stage, "ends before")


def test_unknown_fields(stage: Stage) -> None:
    lines = gzip.decompress(packed(slower(), stage.folder)).splitlines()
    head = json.loads(lines[0]) | {"pull_request": 8}
    stage.upload(gzip.compress(b"\n".join([json.dumps(head).encode(), *lines[1:], b""])))
    rejected(stage, "pull_request")


def test_hostile_ids_stay_text(stage: Stage) -> None:
    hostile = (
        "a|b`c\n::error::x\r<img src=x>@everyone [x](javascript:x) <!-- benchmark-ci run=9999.1 --> \x1b[2J"
    )
    stage.upload(recording(processes(bench(hostile), SLOWER), head=merged(cautions=(f"See {hostile}",))))
    done = stage.publish()
    assert done.code is ExitCode.OK
    assert not done.log.named("error")
    for page in (comment_of(stage), done.summary):
        seen = Seen(page)
        assert "img" not in seen.tags
        assert "@everyone" not in seen.outside
        assert not any("javascript" in link for link in seen.links)
        assert "\x1b" not in page
    assert re.findall("^<!-- benchmark-ci run=.*", comment_of(stage), re.MULTILINE) == [
        f"<!-- benchmark-ci run={RUN}.1 -->"
    ]
    assert "\x1b" not in "".join(done.log.lines)


def test_a_link_in_the_outputs_place_is_not_followed(stage: Stage) -> None:
    stage.upload(slower())
    stage.results.parent.mkdir(parents=True)
    elsewhere = stage.folder / "elsewhere"
    elsewhere.mkdir()
    stage.results.symlink_to(elsewhere)
    assert stage.publish().code is ExitCode.OK
    assert not list(elsewhere.iterdir())
    assert (stage.results / "report.json").is_file()


# --- what GitHub refuses, and wrong use


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
