"""Comparing two Criterion trees of 10,000 benchmarks, beside critcmp on the same trees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmark_ci.model import Noun

CRITCMP_VERSION = "0.1.8"
CRITCMP = Path(__file__).resolve().parent / "target" / "critcmp"  # git-ignored
SAMPLES = 100
TURNS = 5

Steps = Sequence[Sequence[str]]


class Spent(Noun):
    """What one way of comparing took: shortest of several turns, the processes of a turn added up."""

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float  # of the largest process


def trees(benchmarks: int = 10_000, turns: int = TURNS) -> dict[str, Spent]:
    """Both programs by turns, so that the machine's other load meets both; their output goes nowhere."""
    program = str(critcmp())
    with tempfile.TemporaryDirectory(prefix="trees-") as folder:
        ways = _ways(Path(folder), benchmarks, program)
        spent: dict[str, list[Spent]] = {name: [] for name in ways}
        for _ in range(turns):
            for name, steps in ways.items():
                spent[name].append(_turn(steps))
    return {name: _shortest(found) for name, found in spent.items()}


def _ways(root: Path, benchmarks: int, program: str) -> Mapping[str, Steps]:
    """As `cargo bench` leaves them: `new` and its copy `base`; and one tree with a saved baseline."""
    old, new, one = (root / name for name in ("old", "new", "one"))
    _write(old, benchmarks, 1.0, ("new", "base"))
    _write(new, benchmarks, 1.05, ("new", "base"))
    _write(one, benchmarks, 1.0, ("main",))
    _write(one, benchmarks, 1.05, ("new",))
    ours = [sys.executable, "-m", "benchmark_ci", "compare"]
    exported = [str(root / "old.json"), str(root / "new.json")]
    export = [[program, "--target-dir", f"{tree}/target", "--export", "new"] for tree in (old, new)]
    return {
        "critcmp, two trees (export, export, compare)": [
            *([*step, f">{file}"] for step, file in zip(export, exported, strict=True)),
            [program, *exported],
        ],
        "ours, two trees, text": [[*ours, "--baseline", str(old), "--current", str(new)]],
        "ours, two trees, json": [[*ours, "--baseline", str(old), "--current", str(new), "--format", "json"]],
        "ours, two trees, markdown": [
            [*ours, "--baseline", str(old), "--current", str(new), "--format", "markdown"]
        ],
        "ours, two trees, html": [[*ours, "--baseline", str(old), "--current", str(new), "--format", "html"]],
        "critcmp, one tree with a saved baseline": [
            [program, "--target-dir", f"{one}/target", "main", "new"]
        ],
        "ours, one tree with a saved baseline, text": [
            [*ours, "--baseline", str(one), "--current", str(one)]
        ],
    }


def _turn(steps: Steps) -> Spent:
    wall = cpu = peak = 0.0
    for step in steps:
        target = step[-1][1:] if step[-1].startswith(">") else os.devnull
        command = step[:-1] if step[-1].startswith(">") else step
        with Path(target).open("wb") as output:
            began = time.perf_counter()
            child = subprocess.Popen(command, stdout=output)
            _, status, usage = os.wait4(child.pid, 0)
            wall += time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0, command
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss / 1024)
    return Spent(wall_seconds=wall, cpu_seconds=cpu, peak_mib=peak)


def _shortest(found: Sequence[Spent]) -> Spent:
    return Spent(
        wall_seconds=round(min(one.wall_seconds for one in found), 2),
        cpu_seconds=round(min(one.cpu_seconds for one in found), 2),
        peak_mib=round(max(one.peak_mib for one in found), 1),
    )


def critcmp() -> Path:
    """The program, installed when it is not there."""
    program = CRITCMP / "bin" / "critcmp"
    if not program.exists():
        command = ["cargo", "install", "critcmp", "--version", CRITCMP_VERSION, "--locked", "--root"]
        subprocess.run([*command, str(CRITCMP)], check=True)
    return program


def _write(checkout: Path, benchmarks: int, scale: float, names: Sequence[str]) -> None:
    """A checkout's Criterion tree: groups of 100 benchmarks, three folders deep, 100 samples each."""
    source = np.random.default_rng(1)
    iters = np.arange(1, SAMPLES + 1) * 250.0
    for number in range(benchmarks):
        parts = (f"group_{number // 100}", f"function_{number // 10 % 10}", str(number % 10))
        full_id = "/".join(parts)
        base = 200.0 * scale * (1 + 0.01 * source.standard_normal())
        times = iters * base * (1 + 0.01 * source.pareto(2, SAMPLES))
        identity = dict(zip(("group_id", "function_id", "value_str"), parts, strict=True))
        more = {"throughput": {"Elements": 64}, "full_id": full_id, "directory_name": full_id}
        content = {
            "benchmark.json": identity | more | {"title": full_id},
            "sample.json": {"sampling_mode": "Linear", "iters": iters.tolist(), "times": times.tolist()},
            "estimates.json": {
                one: _estimate(base) for one in ("mean", "median", "median_abs_dev", "slope", "std_dev")
            },
            "tukey.json": [1.0, 2.0, 3.0, 4.0],
        }
        for name in names:
            folder = checkout.joinpath("target", "criterion", *parts, name)
            folder.mkdir(parents=True)
            for file, value in content.items():
                (folder / file).write_text(json.dumps(value), encoding="utf-8")


def _estimate(value: float) -> dict[str, object]:
    interval = {"confidence_level": 0.95, "lower_bound": value * 0.99, "upper_bound": value * 1.01}
    return {"confidence_interval": interval, "point_estimate": value, "standard_error": value * 0.005}
