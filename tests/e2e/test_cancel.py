"""A job that is cancelled: gone at the runner's first signal, and what was measured is kept and told."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.runner import RunnerResult
from tests.doubles.scene import Scene
from tests.e2e.stage import QUICK, copy, members, quick, recording, report, the_error

pytestmark = pytest.mark.container

SLOW = quick(pause_ms=400)
SECOND_LOOK = r"(of 2 decided.*){2}"  # progress is told every ten seconds


@pytest.fixture(scope="module")
def scene(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("cancel")
    crate = copy(QUICK, folder / "crate")
    SLOW(crate)
    with Scene(folder / "scene", crate, lambda repository: None) as scene:
        yield scene


@pytest.fixture(scope="module", params=[signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def cancelled(request: pytest.FixtureRequest, scene: Scene) -> tuple[RunnerResult, Path]:
    signals = (request.param, signal.SIGKILL)
    result = scene.pull_request({"prove": "false"}, cancel_when=SECOND_LOOK, cancel_signals=signals)
    return result, scene.last_workspace


def test_the_first_signal_is_enough(
    cancelled: tuple[RunnerResult, Path], request: pytest.FixtureRequest
) -> None:
    """The runner's next one would come 7.5 s later."""
    result, _ = cancelled
    name = request.node.callspec.params["cancelled"].name
    assert result.cancelled_by == (name,)
    assert (result.exit_code, result.outputs["verdict"]) == (4, "failed")
    assert name in the_error(result)


def test_no_container_stays_behind(cancelled: tuple[RunnerResult, Path]) -> None:
    listed = subprocess.run(
        ["docker", "ps", "--all", "--quiet", "--filter", f"name={cancelled[0].container}"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert cancelled[0].container and listed.stdout == ""


def test_what_was_measured_is_kept(cancelled: tuple[RunnerResult, Path]) -> None:
    kept = recording(cancelled[1])
    assert kept.end and kept.end.reason == "interrupted"
    assert kept.processes


def test_a_partial_report_is_left_to_the_workspaces_owner(
    cancelled: tuple[RunnerResult, Path], scene: Scene
) -> None:
    result, workspace = cancelled
    partial = report(workspace)
    assert partial["partial"] and partial["verdict"] == "failed"
    assert {one["id"] for one in partial["benchmarks"]} == {"quick/parse", "quick/render"}
    assert result.left_by_root == []
    assert "No verdict" in scene.comment and "No verdict" in result.summary
    assert "report.json" in members(scene.github, "benchmark-report")


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_build_ends_as_quickly_by_either_signal(scene: Scene, kind: signal.Signals) -> None:
    result = scene.pull_request(
        {"setup": "sleep 300"}, cancel_when="::group::Build baseline", cancel_signals=(kind, signal.SIGKILL)
    )
    assert result.cancelled_by == (kind.name,)
    assert (result.exit_code, result.outputs["verdict"]) == (4, "failed")
    assert result.left_by_root == []
