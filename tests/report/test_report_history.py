"""The point that a run adds to the history, and which runs do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark_ci.action import history_point
from benchmark_ci.history.file import append, read
from benchmark_ci.model import BenchmarkId, Commit, Event, HistoryPoint, Job, Report, Settings, Verdict
from benchmark_ci.report.history import has_point, point
from tests.report.samples import BASELINE, ENVIRONMENT, MERGE, measured, report, unmeasured

JOB = Job(
    event_name="push",
    ref="refs/heads/main",
    workspace=Path("/nowhere"),
    workflow="CI",
    job="benchmark",
    run_id=987,
    run_attempt=2,
)
PUSH = Event(name="push", default_branch="main")
RELEASE = Event(name="release", default_branch="main", tag="v1.2.0")


def sample() -> Report:
    return report(
        [
            measured("slow", Verdict.REGRESSED, 23.44, baseline_ns=100),
            measured("a/fast", Verdict.IMPROVED, -20, baseline_ns=100, memory=None),
            unmeasured("gone", Verdict.REMOVED),
            unmeasured("twice", Verdict.AMBIGUOUS),
            unmeasured("broken", Verdict.FAILED, fails=True),
            unmeasured("added", Verdict.NEW),
            unmeasured("same", Verdict.IDENTICAL),
            measured("control", Verdict.IDENTICAL, 3.0, control=Verdict.UNCHANGED),
        ]
    )


def pushed(of: Report) -> HistoryPoint:
    return point(of, "push", tag=None, series="CI / benchmark", run="987.2")


def test_a_point_says_what_was_measured_of_current() -> None:
    found = pushed(sample())
    assert (found.sha, found.baseline, found.time) == (MERGE, BASELINE, "2026-03-02T09:30:00Z")
    assert (found.environment, found.noise_percent, found.tag) == (ENVIRONMENT, 0.8, None)
    assert found.benchmarks == tuple(
        BenchmarkId(package="quantizer", target="quantize", full_id=name)
        for name in ("a/fast", "added", "broken", "control", "same", "slow")
    )
    assert found.changes_percent == (-20, None, None, 0, 0, 23.44)
    assert [time and round(time, 2) for time in found.times_ns] == [80, None, None, 1271.02, None, 123.44]
    assert found.peak_memory_bytes == (None, None, None, 12_400_000, None, 12_400_000)
    assert (found.improved, found.regressed) == ((0,), (5,))


def test_whatever_came_out_worst_columns_keep_their_order() -> None:
    one = sample()
    turned = one.model_copy(update={"benchmarks": one.benchmarks[::-1]})
    assert pushed(one) == pushed(turned)


def test_a_point_is_read_back_from_its_file_rounded() -> None:
    (found,) = read(append(b"", pushed(sample()), "file").splitlines(keepends=True), "file")
    assert found.changes_percent == (-20, None, None, 0, 0, 23.4)
    assert found.regressed == (5,) and found.environment == ENVIRONMENT


@pytest.mark.parametrize(
    ("benchmarks", "more"),
    [
        ([unmeasured("added", Verdict.NEW)], {}),
        ([measured("one", Verdict.UNCHANGED, 0)], {"error": "It was stopped."}),
        ([measured("one", Verdict.UNCHANGED, 0)], {"current": Commit(sha=BASELINE, what="main")}),
    ],
    ids=["nothing compared", "stopped", "the same commit"],
)
def test_a_run_that_says_nothing_has_no_point(benchmarks: list[Any], more: dict[str, Any]) -> None:
    assert not has_point(report(benchmarks, **more))


def test_pushes_to_the_default_branch_and_releases_are_kept() -> None:
    push = history_point(sample(), Settings(name="x64"), JOB, PUSH)
    assert push and (push.event, push.tag, push.run) == ("push", None, "987.2")
    assert push.series == "CI / benchmark / x64"
    release = history_point(sample(), Settings(), JOB.model_copy(update={"ref": "refs/tags/v1.2.0"}), RELEASE)
    assert release and (release.event, release.tag, release.series) == ("release", "v1.2.0", "CI / benchmark")


@pytest.mark.parametrize(
    ("settings", "job", "event"),
    [
        ({"history": False}, {}, PUSH),
        ({}, {"ref": "refs/heads/topic"}, PUSH),
        ({}, {"ref": "refs/tags/main"}, PUSH),
        ({}, {}, Event(name="push")),
        ({}, {}, Event(name="schedule", default_branch="main")),
        ({}, {}, Event(name="pull_request", default_branch="main")),
        ({}, {}, None),
    ],
    ids=["off", "topic", "tag", "unknown default", "schedule", "pull request", "no event"],
)
def test_other_runs_are_not(settings: dict[str, Any], job: dict[str, Any], event: Event | None) -> None:
    assert history_point(sample(), Settings(**settings), JOB.model_copy(update=job), event) is None
