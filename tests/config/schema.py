"""The stored schema of `benchmark-ci.toml`. `python -m tests.config.schema` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

from benchmark_ci.config.wire import json_schema

STORED = Path(__file__).parents[2] / "docs" / "benchmark-ci.schema.json"


def text() -> str:
    return json.dumps(json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    STORED.write_text(text(), encoding="utf-8")
