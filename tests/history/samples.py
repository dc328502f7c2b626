"""Points to keep."""

from __future__ import annotations

from typing import Any

from benchmark_ci.model import BenchmarkId, Environment, HistoryPoint

ENVIRONMENT = Environment(
    rustc="rustc 1.95.0 (59807616e 2026-04-14)",
    cpu="AMD EPYC 7763",
    cores=4,
    os="Linux 6.8 x86_64",
    walled=True,
)
PARSE = BenchmarkId(package="quantizer", target="codec", full_id="parse/64")
RENDER = BenchmarkId(package="quantizer", target="codec", full_id="render")


def sha(number: int) -> str:
    return f"{number:040x}"


def point(number: int = 1, **changes: Any) -> HistoryPoint:
    """The point of commit `number`, measured against the one before; a minute lies between two."""
    fields: dict[str, Any] = {
        "sha": sha(number),
        "time": f"2026-03-02T{number // 60:02}:{number % 60:02}:00Z",
        "event": "push",
        "baseline": sha(number - 1),
        "series": "CI / benchmark",
        "run": f"{1000 + number}.1",
        "environment": ENVIRONMENT,
        "noise_percent": 0.8,
        "benchmarks": (PARSE, RENDER),
        "times_ns": (184.2, None),
        "changes_percent": (1.5, 0.0),
        "peak_memory_bytes": (4_300_800, None),
    }
    return HistoryPoint.model_validate(fields | changes)
