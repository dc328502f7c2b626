"""A run on one's own machine shows the course that the checkout's copy of the history tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark_ci.history.file import append
from benchmark_ci.history.layout import BRANCH, MARK, MARK_CONTENT, path
from benchmark_ci.model import BenchmarkId
from tests.e2e.stage import report, results
from tests.e2e.test_command_line import BUDGET, Checkout
from tests.history.samples import point
from tests.plan.repositories import commit, git

pytestmark = pytest.mark.cargo

PARSE = BenchmarkId(package="quick", target="quick", full_id="quick/parse")


def keep(checkout: Path, folder: Path, change_percent: float) -> None:
    """The branch with one point, as a fetch would leave it."""
    one = point(benchmarks=(PARSE,), times_ns=(100.0,), changes_percent=(change_percent,),
                peak_memory_bytes=(None,))  # fmt: skip
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / MARK).write_text(MARK_CONTENT)
    (folder / path(one, 1)).parent.mkdir(parents=True)
    (folder / path(one, 1)).write_bytes(append(b"", one, "x"))
    tip = commit(folder, "points")
    git(checkout, "fetch", "--quiet", str(folder), f"{tip}:refs/remotes/origin/{BRANCH}")


def test_the_page_shows_the_recent_course(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    assert checkout.run(*BUDGET).returncode == 1
    assert report(checkout.path)["courses"] == []

    keep(checkout.path, tmp_path / "branch", 7.0)
    assert checkout.run(*BUDGET).returncode == 1
    (course,) = report(checkout.path)["courses"]
    assert (course["id"], course["levels_percent"]) == ("quick/parse", [0.0])
    assert "2026-03-02" in (results(checkout.path) / "report.html").read_text()
    assert git(checkout.path, "status", "--porcelain") == "M src/lib.rs"
