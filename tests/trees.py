"""Criterion trees made by hand, as `cargo bench` would leave them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SAMPLES = 50
ITERS = 1000.0


def samples(time_ns: float = 200.0, count: int = SAMPLES, iters: float = ITERS) -> dict[str, Any]:
    """Samples that rise by 1 % in all from their floor, `time_ns` per iteration."""
    rises = [1 + 0.01 * number / max(count - 1, 1) for number in range(count)]
    counts = [iters * (1 + number) for number in range(count)]
    times = [time_ns * rise * amount for rise, amount in zip(rises, counts, strict=True)]
    return {"sampling_mode": "Linear", "iters": counts, "times": times}


def identity(full_id: str, throughput: object = None) -> dict[str, Any]:
    group, _, rest = full_id.partition("/")
    return {
        "group_id": group,
        "function_id": rest or None,
        "value_str": None,
        "throughput": throughput,
        "full_id": full_id,
        "directory_name": full_id,
        "title": full_id,
    }


def put(
    home: Path,
    full_id: str,
    sample: object = None,
    *,
    folder: str = "",
    names: Sequence[str] = ("new",),
    benchmark: object = None,
) -> Path:
    """A benchmark's folder; bytes are written as they are, everything else as JSON."""
    place = home / (folder or full_id)
    for name in names:
        (place / name).mkdir(parents=True, exist_ok=True)
        for file, content in (
            ("benchmark.json", identity(full_id) if benchmark is None else benchmark),
            ("sample.json", samples() if sample is None else sample),
            ("estimates.json", {}),
        ):
            raw = content if isinstance(content, bytes) else json.dumps(content).encode()
            (place / name / file).write_bytes(raw)
    return place


def suite(home: Path, **times_ns: float) -> Path:
    """One benchmark for each name."""
    for name, time_ns in times_ns.items():
        put(home, name, samples(time_ns))
    return home
