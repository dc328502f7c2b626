"""The same engine from a terminal: on the host's cargo, in the image, and again from what a run left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmark_ci.errors import BadFile
from tests.doubles.scene import Change, Scene
from tests.e2e.stage import QUICK, SLOWER, copy, quick, recording, report, results
from tests.plan.repositories import command_lines, commit, git

PROGRAM = str(Path(sys.executable).parent / "benchmark-ci")
BUDGET = ("--time-budget", "0.5")


class Checkout:
    """Somebody's checkout with a change that is not committed, and a temporary folder of its own."""

    def __init__(self, folder: Path, change: Change = SLOWER, *, crate: Change | None = None) -> None:
        self.path = copy(QUICK, folder / "checkout")
        if crate:
            crate(self.path)
        git(self.path, "init", "--quiet")
        self.committed = commit(self.path, "Start", __gitignore="target\nCargo.lock\n")
        change(self.path)
        self.temporary = folder / "tmp"
        self.temporary.mkdir()

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "TMPDIR": str(self.temporary)}

    def run(self, *flags: str) -> subprocess.CompletedProcess[str]:
        return benchmark_ci("run", str(self.path), *flags, env=self.env)


def benchmark_ci(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=env)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, subprocess.CompletedProcess[str]]:
    checkout = Checkout(tmp_path_factory.mktemp("native"))
    return checkout, checkout.run(*BUDGET)


Ran = tuple[Checkout, subprocess.CompletedProcess[str]]


@pytest.mark.cargo
def test_uncommitted_changes_are_compared_with_the_last_commit(ran: Ran) -> None:
    checkout, done = ran
    assert done.returncode == 1, done.stdout + done.stderr
    told = report(checkout.path)
    assert (told["verdict"], told["baseline"]["sha"]) == ("regressed", checkout.committed)
    assert told["current"]["uncommitted"]
    assert "1 of 2 benchmarks is slower by more than 10 %" in done.stdout
    assert "quick/parse" in done.stdout and "Traceback" not in done.stderr


@pytest.mark.cargo
def test_a_run_leaves_the_checkout_clean(ran: Ran) -> None:
    checkout, _ = ran
    assert git(checkout.path, "status", "--porcelain") == "M src/lib.rs"
    assert git(checkout.path, "rev-parse", "HEAD") == checkout.committed
    assert {path.name for path in results(checkout.path).iterdir()} >= {
        "report.json", "report.md", "report.html", "recording.jsonl.gz", ".gitignore",
    }  # fmt: skip
    assert list(checkout.temporary.iterdir()) == []


@pytest.mark.cargo
def test_the_recording_gives_the_same_report_again_byte_for_byte(ran: Ran) -> None:
    kept = results(ran[0].path)
    again = benchmark_ci("judge", str(kept / "recording.jsonl.gz"))
    assert again.returncode == 1
    assert again.stdout == (kept / "report.json").read_text()


@pytest.mark.cargo
def test_another_threshold_gives_another_verdict(ran: Ran, tmp_path: Path) -> None:
    kept = results(ran[0].path)
    file = tmp_path / "judged" / "report.json"
    done = benchmark_ci(
        "judge", str(kept / "recording.jsonl.gz"), "--threshold", "150%", "--output", str(file)
    )
    assert (done.returncode, done.stdout) == (0, "")
    judged = json.loads(file.read_text())
    assert (judged["verdict"], judged["threshold_percent"]) == ("unchanged", 150)


@pytest.mark.cargo
@pytest.mark.parametrize(("form", "file"), [("markdown", "report.md"), ("html", "report.html")])
def test_a_report_is_drawn_again_as_it_was(ran: Ran, form: str, file: str) -> None:
    kept = results(ran[0].path)
    done = benchmark_ci("render", str(kept / "report.json"), "--format", form)
    assert (done.returncode, done.stdout) == (0, (kept / file).read_text())


def test_a_report_without_end_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.json").open("wb") as opened:
        opened.truncate(8 * 2**30)
    done = benchmark_ci("render", str(tmp_path / "huge.json"), "--output", str(tmp_path / "out.md"))
    assert done.returncode == 2 and "huge.json` has more than" in done.stderr
    assert not (tmp_path / "out.md").exists()


@pytest.mark.cargo
def test_flags_choose_baseline_current_and_benchmarks(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    middle = commit(checkout.path, "Slower")
    git(checkout.path, "branch", "slower")
    quick(parse=50.0)(checkout.path)
    flags = (
        "--baseline",
        "slower",
        "--current",
        checkout.committed,
        "--filter",
        "parse",
        "--output",
        str(tmp_path / "out"),
    )
    done = checkout.run(*BUDGET, *flags)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (told["baseline"]["sha"], told["current"]["sha"]) == (middle, checkout.committed)
    assert [(one["id"], one["verdict"]) for one in told["benchmarks"]] == [("quick/parse", "improved")]
    assert not results(checkout.path).exists()


@pytest.mark.cargo
def test_an_interrupt_leaves_a_partial_report_and_nothing_else(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, crate=quick(pause_ms=300))
    process = subprocess.Popen(
        [PROGRAM, "run", str(checkout.path)], env=checkout.env, stdout=subprocess.PIPE, text=True
    )
    while process.poll() is None and not _measured(checkout):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate()
    assert process.returncode == 4
    assert report(checkout.path)["partial"] and "SIGINT" in said
    assert [line for line in command_lines() if str(checkout.temporary) in line] == []
    assert list(checkout.temporary.iterdir()) == []
    again = benchmark_ci("judge", str(results(checkout.path) / "recording.jsonl.gz"))
    assert again.stdout == (results(checkout.path) / "report.json").read_text()


def _measured(checkout: Checkout) -> bool:
    try:
        return len(recording(checkout.path).processes) > 4
    except BadFile:
        return False


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (("--threshold", "much", "--time-budget", "0"), "`--time-budget`"),
        (("--baseline", "a..b"), "`--baseline`"),
        (("--baseline", "no-such-ref"), "no-such-ref"),
        (("--working-directory", "nowhere"), "nowhere"),
    ],
    ids=["numbers", "range", "unknown ref", "directory"],
)
def test_bad_flags_are_one_clear_error(tmp_path: Path, flags: tuple[str, ...], word: str) -> None:
    done = Checkout(tmp_path).run(*flags)
    said = done.stdout + done.stderr
    assert done.returncode == 2 and word in said and said.count("error:") == 1
    assert "Traceback" not in said


def test_a_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    done = benchmark_ci("run", str(tmp_path))
    assert done.returncode == 2 and str(tmp_path) in done.stdout + done.stderr


@pytest.mark.container
def test_the_image_runs_a_checkout_and_hands_the_report_out(image: str, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    os.chown(checkout.path, 1001, 1001)
    done = checkout.run("--container", "--image", image, *BUDGET)
    assert done.returncode == 1, done.stdout + done.stderr
    assert report(checkout.path)["verdict"] == "regressed"
    assert report(checkout.path)["environment"]["walled"]
    assert "1 of 2 benchmarks is slower" in done.stdout


@pytest.mark.container
def test_a_recording_of_the_image_is_judged_alike_inside_and_outside(quick_scene: Scene) -> None:
    quick_scene.pull_request({"time_budget": "0.5"})
    kept = results(quick_scene.last_workspace)
    outside = benchmark_ci("judge", str(kept / "recording.jsonl.gz"))
    program = ("--entrypoint", "/opt/benchmark-ci/bin/benchmark-ci", "benchmark-ci")
    inside = subprocess.run(
        ["docker", "run", "--rm", "-v", f"{kept}:/kept:ro", *program, "judge", "/kept/recording.jsonl.gz"],
        capture_output=True,
        text=True,
    )
    assert inside.returncode == outside.returncode == 1
    assert inside.stdout == outside.stdout == (kept / "report.json").read_text()
