"""benchmark-ci.toml through the image: red into unchanged and back, whose file counts, and bad ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.runner import RunnerResult
from tests.doubles.scene import NUMBER, Scene
from tests.e2e.stage import QUICK, SLOWER, copy, from_fork, report, results, the_error, verdicts

pytestmark = pytest.mark.container

NAME = "benchmark-ci.toml"
STRICT = 'threshold = 20\n\n[limits]\n"quick/render" = 5\n'
LOOSE = 'skip = ["quick/ren*", "nothing/*"]\n[limits]\n"quick/*" = 150\n'
BAD = 'treshold = 5\n[limits]\n"quick/*" = { threshold = -5 }\n'
INPUTS = {"time_budget": "0.5"}


@dataclass(frozen=True)
class Ran:
    result: RunnerResult
    workspace: Path
    comment: str

    @property
    def report(self) -> dict[str, Any]:
        return report(self.workspace)

    @property
    def row(self) -> dict[str, Any]:
        """Of the benchmark that takes twice as long."""
        (row,) = (one for one in self.report["benchmarks"] if one["id"] == "quick/parse")
        return dict(row)

    @property
    def cautions(self) -> str:
        return "\n".join(self.report["cautions"])


def slower_with(text: str) -> Callable[[Path], None]:
    def change(repository: Path) -> None:
        SLOWER(repository)
        (repository / NAME).write_text(text)

    return change


@pytest.fixture(scope="module")
def scene(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A pull request that doubles a benchmark's time and loosens its limit."""
    folder = tmp_path_factory.mktemp("config")
    crate = copy(QUICK, folder / "crate")
    (crate / NAME).write_text(STRICT)
    with Scene(folder / "scene", crate, slower_with(LOOSE)) as scene:
        yield scene


def run(scene: Scene, *, fork: bool = False) -> Ran:
    event = from_fork(scene) if fork else scene.event()
    workspace = scene.workspace(scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
    result = scene.run("pull_request", event, workspace, INPUTS)
    return Ran(result, workspace, "" if fork else scene.comment)


@pytest.fixture(scope="module")
def loosened(scene: Scene) -> Ran:
    return run(scene)


@pytest.fixture(scope="module")
def of_a_fork(scene: Scene, loosened: Ran) -> Ran:
    return run(scene, fork=True)


@pytest.fixture(scope="module")
def tightened(scene: Scene, of_a_fork: Ran) -> Ran:
    scene.push(slower_with(STRICT))
    return run(scene)


def test_a_limit_turns_red_into_unchanged(loosened: Ran) -> None:
    assert (loosened.result.exit_code, loosened.result.outputs["verdict"]) == (0, "unchanged")
    assert (loosened.row["verdict"], loosened.row["limit_percent"]) == ("unchanged", 150)
    assert loosened.row["limit_rule"] == "quick/* (line 3)"
    assert loosened.report["threshold_percent"] == 10


def test_the_comment_says_that_the_limits_were_changed_and_what_is_skipped(loosened: Ran) -> None:
    assert verdicts(loosened.workspace) == {"quick/parse": "unchanged"}
    for text in (
        "differs between baseline and current",
        "current's was used",
        "150 %",
        "1 benchmark is skipped by `benchmark-ci.toml`",
        "`quick/render`",
        "`nothing/*`",
        "`quick/* (line 3)`",
    ):
        assert text in loosened.comment, text
    assert (
        "threshold 20 % → unset, `quick/render` threshold 5 % → unset, `quick/*` thresh" in loosened.cautions
    )
    assert "line 1: `quick/render`" in loosened.cautions
    assert "`nothing/*` (line 1) matches no benchmark of this run" in loosened.cautions


def test_a_fork_cannot_loosen_the_limits(of_a_fork: Ran) -> None:
    assert (of_a_fork.result.exit_code, of_a_fork.result.outputs["verdict"]) == (1, "regressed")
    assert (of_a_fork.row["limit_percent"], of_a_fork.row["limit_rule"]) == (20, "")
    assert set(verdicts(of_a_fork.workspace)) == {"quick/parse", "quick/render"}
    assert "baseline's was used, as on every pull request of a fork" in of_a_fork.cautions
    assert "baseline's was used" in of_a_fork.result.summary


def test_without_the_looser_limit_it_is_red_again(tightened: Ran) -> None:
    assert (tightened.result.exit_code, tightened.result.outputs["verdict"]) == (1, "regressed")
    assert (tightened.row["limit_percent"], tightened.row["limit_rule"]) == (20, "")
    assert tightened.report["threshold_percent"] == 20
    assert NAME not in tightened.cautions


@pytest.mark.parametrize("threshold", ["", "300"])
def test_the_recording_alone_gives_the_report_again(tightened: Ran, threshold: str) -> None:
    again = subprocess.run(
        [
            *(sys.executable, "-m", "benchmark_ci", "judge"),
            str(results(tightened.workspace) / "recording.jsonl.gz"),
            *(["--threshold", threshold] if threshold else []),
        ],
        capture_output=True,
        text=True,
    )
    limits = {one["id"]: one["limit_percent"] for one in json.loads(again.stdout)["benchmarks"]}
    if threshold:
        assert again.returncode == 0
        assert limits == {"quick/parse": 300, "quick/render": 5}
    else:
        assert again.returncode == 1
        assert again.stdout == (results(tightened.workspace) / "report.json").read_text()


def test_a_bad_file_is_refused_before_anything_is_built(scene: Scene, tightened: Ran) -> None:
    scene.push(slower_with(BAD))
    workspace = scene.workspace(scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
    result = scene.run("pull_request", scene.event(), workspace, INPUTS)
    assert (result.exit_code, result.outputs["verdict"]) == (2, "failed")
    first, second = the_error(result).splitlines()
    assert first.startswith("`benchmark-ci.toml` of current, line 1, column 1: there is no key `treshold`")
    assert second.startswith("`benchmark-ci.toml` of current, line 3, column 15: ")
    assert "above 0" in second
    assert not (results(workspace) / "recording.jsonl.gz").exists()


def test_a_file_that_was_asked_for_must_be_there(scene: Scene) -> None:
    result = scene.pull_request({"config": "ci/limits.toml"})
    assert result.exit_code == 2
    assert "Input `config`: there is no file `ci/limits.toml` in current" in the_error(result)
