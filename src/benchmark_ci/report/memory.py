"""`memory-benchmark-results.json`: a JSON list with the words of older pipelines and our own fields."""

from __future__ import annotations

import json
from typing import Any

from benchmark_ci.model import Report, Result
from benchmark_ci.report import selection

NAME = "memory-benchmark-results.json"
MB = 1_000_000


def memory_results(report: Report) -> str:
    """The file, one object for each benchmark whose peak memory is known; empty where there is none."""
    known = [_entry(report, one) for one in report.benchmarks if selection.memory(one)]
    return json.dumps(known, indent=2, ensure_ascii=False) + "\n" if known else ""


def _entry(report: Report, result: Result) -> dict[str, Any]:
    """`baseline_memory_mb` is what the process takes before the work, as it was there: not the other side."""
    assert result.baseline and result.current  # noqa: S101 - `selection.memory` has seen both
    peak, idle = result.current.peak_memory_bytes or 0, result.current.harness_memory_bytes
    memory = result.memory
    return {
        "implementation": result.id,
        "model_size": None,
        "bit_width": None,
        "peak_memory_mb": peak / MB,
        "baseline_memory_mb": None if idle is None else idle / MB,
        "quantization_memory_mb": None if idle is None else max(0, peak - idle) / MB,
        "quantization_time_s": result.current.time_ns / 1e9,
        "timestamp": report.started,
        "id": result.id,
        "package": result.package,
        "target": result.target,
        "baseline_peak_memory_bytes": result.baseline.peak_memory_bytes,
        "current_peak_memory_bytes": peak,
        "harness_memory_bytes": idle,
        "change_percent": memory.change_percent if memory else None,
        "change_low_percent": memory.low_percent if memory else None,
        "change_high_percent": memory.high_percent if memory else None,
        "rounds": memory.rounds if memory else 0,
        "warning": memory.warning if memory else "",
    }
