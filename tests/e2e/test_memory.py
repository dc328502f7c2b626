"""Peak memory through the image: a benchmark that takes half as much again warns, and fails nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmark_ci.model import Recording, Side
from tests.doubles.runner import RunnerResult
from tests.doubles.scene import NUMBER, Scene
from tests.e2e.stage import QUICK, copy, members, recording, report

pytestmark = pytest.mark.container

MEBIBYTE = 2**20
BEFORE, AFTER = 64 * MEBIBYTE, 96 * MEBIBYTE
ROOM = 8 * MEBIBYTE
"""More than a process of the quick crate takes besides."""

GREEDY, MODEST = "quick/parse", "quick/render"
ARTIFACT = "memory-benchmark-results"
INPUTS = {"time_budget": "0.5", "prove": "false"}


def holding(held: int) -> Callable[[Path], None]:
    """A change after which one of the two benchmarks holds so many bytes for a moment."""

    def change(repository: Path) -> None:
        lib = repository / "src" / "lib.rs"
        body = f'if id == "{GREEDY}" {{ std::hint::black_box(vec![1u8; {held}]); }}'
        start, found, _ = lib.read_text().partition("pub fn before(")
        assert found
        lib.write_text(f"{start}{found}id: &str) {{ {body} }}\n")

    return change


@dataclass(frozen=True)
class Ran:
    scene: Scene
    result: RunnerResult
    workspace: Path
    comment: str
    artifacts: frozenset[str]  # names of those of this run

    @property
    def recording(self) -> Recording:
        return recording(self.workspace)

    def row(self, benchmark: str) -> dict[str, Any]:
        (row,) = (one for one in report(self.workspace)["benchmarks"] if one["id"] == benchmark)
        return dict(row)


@pytest.fixture(scope="module")
def scene(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("memory")
    crate = copy(QUICK, folder / "crate")
    holding(BEFORE)(crate)
    with Scene(folder / "scene", crate, holding(AFTER)) as scene:
        yield scene


def run(scene: Scene, **inputs: str) -> Ran:
    workspace = scene.workspace(scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
    result = scene.run("pull_request", scene.event(), workspace, {**INPUTS, **inputs})
    own = (one.name for one in scene.github.artifacts.stored if one.run == f"run-{1000 + scene.runs}")
    return Ran(scene, result, workspace, scene.comment, frozenset(own))


@pytest.fixture(scope="module")
def grown(scene: Scene) -> Ran:
    return run(scene)


@pytest.fixture(scope="module")
def file(grown: Ran) -> list[dict[str, Any]]:
    """What the artifact of the run holds."""
    held = members(grown.scene.github, ARTIFACT)
    assert set(held) == {f"{ARTIFACT}.json"}
    loaded: list[dict[str, Any]] = json.loads(held[f"{ARTIFACT}.json"])
    return loaded


@pytest.fixture(scope="module")
def switched_off(scene: Scene, file: list[dict[str, Any]]) -> Ran:
    return run(scene, memory="false")


def test_it_warns_and_fails_nothing(grown: Ran) -> None:
    assert grown.result.exit_code == 0, grown.result.output
    assert grown.result.outputs["verdict"] == "unchanged"
    assert not grown.result.log.named("error")
    titles = [one.properties.get("title") for one in grown.result.log.named("warning")]
    assert titles.count("1 benchmark: peak memory grew or is above its limit") == 1


def test_the_comment_warns_on_top_and_folds_the_rest(grown: Ran) -> None:
    above, _, folded = grown.comment.partition("<details>")
    assert f"⚠️ Peak memory grew by more than 10 %. `{GREEDY}`: " in above
    assert "Peak memory of 2 benchmarks, 1 warned of" in folded
    assert "the harness's own" in folded
    assert f"`{MODEST}`" not in above


def test_the_bytes_are_those_of_the_benchmark_alone(grown: Ran) -> None:
    greedy, modest = grown.row(GREEDY), grown.row(MODEST)
    assert BEFORE < greedy["baseline"]["peak_memory_bytes"] < BEFORE + ROOM
    assert AFTER < greedy["current"]["peak_memory_bytes"] < AFTER + ROOM
    assert 10 < greedy["memory"]["low_percent"] <= greedy["memory"]["change_percent"] <= 50
    assert greedy["memory"]["warning"] and not modest["memory"]["warning"]
    assert max(modest[side]["peak_memory_bytes"] for side in ("baseline", "current")) < ROOM


def test_the_launcher_works_behind_the_wall(grown: Ran) -> None:
    kept = grown.recording
    assert kept.preparation and kept.preparation.environment.walled
    own = {one.side: one.peak_memory_bytes for one in kept.preparation.harness_memory}
    assert set(own) == set(Side) and all(0 < peak < ROOM for peak in own.values())
    assert kept.processes and all(one.peak_memory_bytes for one in kept.processes)


def test_the_artifact_holds_both_benchmarks(file: list[dict[str, Any]]) -> None:
    by_id = {one["id"]: one for one in file}
    assert set(by_id) == {GREEDY, MODEST}
    greedy = by_id[GREEDY]
    assert greedy["implementation"] == GREEDY and greedy["package"] == greedy["target"] == "quick"
    assert greedy["peak_memory_mb"] == pytest.approx(AFTER / 1e6, abs=ROOM / 1e6)
    assert greedy["quantization_memory_mb"] == pytest.approx(AFTER / 1e6, abs=2)
    assert greedy["baseline_memory_mb"] == pytest.approx(greedy["harness_memory_bytes"] / 1e6)
    assert greedy["baseline_peak_memory_bytes"] == pytest.approx(BEFORE, abs=ROOM)
    assert greedy["rounds"] >= 6 and greedy["warning"] == "Peak memory grew by more than 10 %."
    assert not by_id[MODEST]["warning"]


def test_switched_off_nothing_is_measured_and_nothing_said(switched_off: Ran) -> None:
    assert switched_off.result.exit_code == 0
    assert ARTIFACT not in switched_off.artifacts and "benchmark-report" in switched_off.artifacts
    assert "eak memory" not in switched_off.comment
    assert not any(one.peak_memory_bytes for one in switched_off.recording.processes)
