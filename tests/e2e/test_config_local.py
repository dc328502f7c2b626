"""benchmark-ci.toml on one's own machine: the working tree's counts, committed or not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.doubles.scene import Change
from tests.e2e.stage import SLOWER, report, verdicts
from tests.e2e.test_command_line import BUDGET, Checkout

pytestmark = pytest.mark.cargo

LIMITS = 'threshold = 150\nskip = ["quick/render"]\n[times]\n"quick/*" = { limit_seconds = 60 }\n'


def slower_with(text: str, name: str = "benchmark-ci.toml") -> Change:
    def change(repository: Path) -> None:
        SLOWER(repository)
        (repository / name).write_text(text)

    return change


def test_a_file_that_is_not_committed_counts(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, slower_with(LIMITS))
    done = checkout.run(*BUDGET)
    assert done.returncode == 0, done.stdout
    assert verdicts(checkout.path) == {"quick/parse": "unchanged"}
    told = report(checkout.path)
    assert told["threshold_percent"] == 150
    assert "1 benchmark is skipped by `benchmark-ci.toml`, line 2: `quick/render`." in told["cautions"]
    assert "`benchmark-ci.toml` is only in current; current's was used." in told["cautions"]
    assert "--threshold=150" in told["flags"]


def test_a_flag_wins_over_the_file_s_threshold(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, slower_with(LIMITS, "limits.toml"))
    done = checkout.run(*BUDGET, "--threshold", "10", "--config", "limits.toml")
    assert done.returncode == 1, done.stdout
    told = json.loads((checkout.path / "benchmark-results" / "report.json").read_text())
    assert (told["threshold_percent"], told["verdict"]) == (10, "regressed")
    assert {"--threshold=10", "--config=limits.toml"} <= set(told["flags"])


def test_problems_are_told_before_anything_is_built(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, slower_with("a = 1\nthreshold = 'ten'\n"))
    done = checkout.run(*BUDGET)
    assert done.returncode == 2
    assert "line 1, column 1: there is no key `a` here" in done.stdout
    assert 'line 2, column 1: `threshold` is `"ten"`; allowed: a number.' in done.stdout
    assert "Build" not in done.stdout


def test_a_target_that_wants_memory_is_no_target_without_it(tmp_path: Path) -> None:
    target = '[[targets]]\nbenchmark = "quick/parse"\ncommand = ["true"]\nmemory_percent = 50\n'
    checkout = Checkout(tmp_path, slower_with(target))
    done = checkout.run(*BUDGET, "--no-memory")
    assert done.returncode == 2, done.stdout
    assert "line 1: the target of `quick/parse` has `memory_percent`" in done.stdout
    assert "Build" not in done.stdout
    assert checkout.run(*BUDGET, "--no-memory", "--filter", "render").returncode == 0


def test_an_output_that_is_a_file_is_told_before_anything_is_built(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    (tmp_path / "file").touch()
    done = checkout.run(*BUDGET, "--output", str(tmp_path / "file"))
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Flag `--output`" in done.stdout and "Build" not in done.stdout
