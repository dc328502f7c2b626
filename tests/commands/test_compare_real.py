"""`benchmark-ci compare` on trees that real Criterion executables leave, from 0.3 to 0.8."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark_ci.build.executable import Executable
from benchmark_ci.cli import main
from tests.engine import Built

pytestmark = [pytest.mark.cargo, pytest.mark.slow]
Crate = Callable[[str], Built]
QUICK = ("--sample-size=20", "--noplot", "--nresamples=1001")
IDS = {"mixing/mix/64", "mixing/mix/256", "plain"}


def bench(built: Built, home: Path, *flags: str) -> Executable:
    """What `cargo bench` would leave in `home`."""
    exe: Executable = built.executables()[-1]
    seconds = "0.1" if exe.fractional_seconds else "1"
    times = (f"--warm-up-time={seconds}", f"--measurement-time={seconds}")
    with built.site.at(exe.side):
        finished = exe.run(*times, *QUICK, *flags, identity=None, limit_seconds=120, home=home)
    assert finished.ok, finished.stderr
    return exe


def compare(baseline: Path, current: Path, output: Path) -> tuple[int, dict[str, Any]]:
    code = main(["compare", "--baseline", str(baseline), "--current", str(current), "--output", str(output)])
    return code, json.loads(output.read_text()) if code < 2 else {}


@pytest.mark.parametrize("version", ["0.3", "0.5", "0.7", "0.8"])
def test_trees_of_every_release(fixture_crate: Crate, tmp_path: Path, version: str) -> None:
    built = fixture_crate(f"criterion-{version}")
    old, new = tmp_path / "old" / "target" / "criterion", tmp_path / "new"
    bench(built, old)
    bench(built, new)
    code, report = compare(tmp_path / "old", new, tmp_path / "report.json")
    told = {one["id"]: one["verdict"] for one in report["benchmarks"]}
    assert (code, set(told)) == (0, IDS)
    assert set(told.values()) <= {"inconclusive", "unchanged"}
    assert all(0.1 < one["baseline"]["time_ns"] < 1000 for one in report["benchmarks"])
    assert {one["throughput"]["per_iteration"] for one in report["benchmarks"] if one["throughput"]} == {
        64,
        256,
    }


def test_baselines_that_criterion_saved(fixture_crate: Crate, tmp_path: Path, capsys: Any) -> None:
    """`base` is the copy of a plain run; `--save-baseline` leaves it alone."""
    built, tree, output = fixture_crate("criterion-0.8"), tmp_path / "tree", tmp_path / "report.json"
    bench(built, tree)
    assert compare(tree, tree, output)[0] == 3
    assert "`base` is the last run itself" in capsys.readouterr().err
    bench(built, tree, "--save-baseline=main")
    assert "`base` saved in" in compare(tree, tree, output)[1]["baseline"]["what"]
    bench(built, tree)
    code, report = compare(tree, tree, output)
    assert code == 0 and "`main` saved in" in report["baseline"]["what"]
    bench(built, tree, "--save-baseline=other")
    assert compare(tree, tree, output)[0] == 0  # `other` is the last run itself
    bench(built, tree)
    assert compare(tree, tree, output)[0] == 2
    assert "`main`, `other`" in capsys.readouterr().err
