"""Judging and rendering a large recording, stage by stage."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.overall import fails_job
from benchmark_ci.measure import recording as recordings
from benchmark_ci.measure.recording import Recorder
from benchmark_ci.model import Links, Recording
from benchmark_ci.report import document
from benchmark_ci.report.comment import comment
from benchmark_ci.report.compose import compose
from benchmark_ci.report.page import page
from benchmark_ci.report.summary import summary
from benchmarks.speed.synthetic import recording

Answer = TypeVar("Answer")


def judging(benchmarks: int = 500, rounds: int = 20, samples: int = 100) -> dict[str, float]:
    """Wall seconds of each stage, in a process that has judged nothing before.

    On a machine with other jobs the CPU seconds tell more; at rest both are the same.
    """
    measured = recording(benchmarks, rounds, samples)
    seconds: dict[str, float] = {}

    def timed(name: str, stage: Callable[[], Answer]) -> Answer:
        began = time.perf_counter()
        answer = stage()
        seconds[name] = round(time.perf_counter() - began, 3)
        return answer

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.jsonl.gz"
        _write(measured, path)
        timed("read the recording", lambda: recordings.read(path))
    cpu = time.process_time()
    comparison = timed("compare", lambda: compare(measured))
    report = timed(
        "compose", lambda: compose(measured, comparison, fails_job(comparison, measured.header.fail_on))
    )
    timed("report.json", lambda: document.to_json(report))
    timed("report.html", lambda: page(report))
    timed("report.md", lambda: summary(report, Links()))
    timed("comment", lambda: comment(report, Links(), "<!-- marker -->"))
    seconds["judge and render"] = round(sum(seconds.values()) - seconds["read the recording"], 3)
    seconds["judge and render, CPU"] = round(time.process_time() - cpu, 3)
    return seconds


def _write(measured: Recording, path: Path) -> None:
    recorder = Recorder(path)
    recorder.add(measured.header)
    if measured.preparation:
        recorder.add(measured.preparation)
    for process in measured.processes:
        recorder.add(process)
    if measured.end:
        recorder.add(measured.end)
    recorder.close()
