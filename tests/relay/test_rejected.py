"""Artifacts that no run of ours leaves: nothing of them is posted."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable

import pytest

from benchmark_ci.errors import ExitCode
from benchmark_ci.model import Commit, Recording, Side, Unmeasured
from tests.doubles.http_double import Answer, Respond
from tests.engine import bench, discovered, process, recording
from tests.stranger import BASE, HEAD, LATER, Stage, packed, slower, zipped

Change = Callable[[Recording], Recording]


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
