"""Slower only as linked: the whole run, natively, of a crate whose times follow from where its code lies."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmark_ci.measure.arrangements import FEWEST_ARRANGEMENTS
from tests.doubles.scene import NUMBER, Scene
from tests.e2e.stage import OWN_CRATES, copy, recording, report, results
from tests.e2e.test_command_line import benchmark_ci
from tests.plan.repositories import commit, git

PLACED = OWN_CRATES / "placed"

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="stable Rust links with LLD on x86-64")
counted = pytest.mark.skipif(not shutil.which("valgrind"), reason="instructions are counted by valgrind")


def changed(checkout: Path, near: float, always: float) -> None:
    source = checkout / "src" / "lib.rs"
    text = source.read_text()
    for name, factor in (("NEAR", near), ("ALWAYS", always)):
        text = text.replace(f"{name}: f64 = 1.0", f"{name}: f64 = {factor}")
    source.write_text(text)


def run(
    folder: Path, near: float, always: float, *flags: str
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    checkout = copy(PLACED, folder / "checkout")
    git(checkout, "init", "--quiet")
    commit(checkout, "Start", __gitignore="target\nCargo.lock\n")
    changed(checkout, near, always)
    return checkout, benchmark_ci("run", str(checkout), *flags)


def told(checkout: Path) -> dict[str, tuple[str, str]]:
    return {one["id"]: (one["verdict"], one["reason"]) for one in report(checkout)["benchmarks"]}


@counted
@pytest.mark.cargo
def test_place_alone_turns_nothing_red_and_a_real_slowdown_stays(tmp_path: Path) -> None:
    checkout, done = run(tmp_path, 1.3, 1.4)
    assert done.returncode == 1, done.stdout + done.stderr
    near, always = (told(checkout)[name] for name in ("placed/near", "placed/always"))
    assert near[0] == "placement"
    assert near[1].startswith("Beyond the limit only as linked: +30.")
    assert near[1].endswith("averaged over 7 arrangements of the code.")
    assert always[0] == "regressed"
    assert always[1].startswith("Its place in memory is not the cause: +40.")
    assert near[1] in done.stdout and always[1] in done.stdout
    kept = recording(checkout)
    assert [one.reason for one in kept.arrangements] == [""] * FEWEST_ARRANGEMENTS
    assert {one.id.full_id for one in kept.arranged} == {"placed/near", "placed/always"}
    again = benchmark_ci("judge", str(results(checkout) / "recording.jsonl.gz"))
    assert again.stdout == (results(checkout) / "report.json").read_text()


@counted
@pytest.mark.cargo
def test_place_alone_is_exit_code_0(tmp_path: Path) -> None:
    checkout, done = run(tmp_path, 1.3, 1.0)
    assert done.returncode == 0, done.stdout + done.stderr
    assert report(checkout)["verdict"] == "unchanged"
    assert told(checkout)["placed/near"][0] == "placement"


@counted
@pytest.mark.cargo
@pytest.mark.parametrize(
    ("flags", "reason"), [(("--no-prove",), ""), (("--time-budget", "0.2"), "was not tried")]
)
def test_where_it_is_not_tried_it_stays_a_regression(
    tmp_path: Path, flags: tuple[str, ...], reason: str
) -> None:
    checkout, done = run(tmp_path, 1.3, 1.0, *flags)
    assert done.returncode == 1, done.stdout + done.stderr
    verdict, said = told(checkout)["placed/near"]
    assert verdict == "regressed"
    assert (reason in said) if reason else not said
    assert recording(checkout).arranged == ()


@pytest.mark.container
def test_behind_the_wall_too(image: str, tmp_path: Path) -> None:
    """Each side links as its own user, and what was built before is what later processes find."""
    with Scene(tmp_path, PLACED, lambda here: changed(here, 1.3, 1.4)) as scene:
        workspace = scene.workspace(scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
        result = scene.run("pull_request", scene.event(), workspace, {})
        assert result.exit_code == 1, result.output
        said = told(workspace)
        assert {name: verdict for name, (verdict, _) in said.items()} == {
            "placed/near": "placement",
            "placed/always": "regressed",
        }
        assert said["placed/near"][1] in scene.comment
        assert said["placed/always"][1] in scene.comment
    assert report(workspace)["environment"]["walled"]
    (error,) = result.log.named("error")
    assert said["placed/always"][1] in error.data
    assert any(said["placed/near"][1] in one.data for one in result.log.named("warning"))
