"""The stored renderings. `python -m tests.report.golden` writes them anew; look at what differs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.report.comment import comment
from benchmark_ci.report.document import json_schema, to_json
from benchmark_ci.report.summary import summary
from benchmark_ci.report.terminal import text
from tests.report import samples

HERE = Path(__file__).parent / "golden"
SCHEMA = Path(__file__).parents[2] / "docs" / "report.schema.json"


def renderings() -> Mapping[Path, str]:
    """Every stored file and what it should hold."""
    rich, small = samples.rich(), samples.small()
    return {
        HERE / "rich-comment.md": comment(rich, samples.LINKS, samples.MARKER),
        HERE / "rich-summary.md": summary(rich, samples.LINKS),
        HERE / "rich-terminal.txt": text(rich, 110),
        HERE / "small-comment.md": comment(small, samples.LINKS, samples.MARKER),
        HERE / "small-report.json": to_json(small),
        SCHEMA: json.dumps(json_schema(), indent=2) + "\n",
    }


if __name__ == "__main__":
    for path, content in renderings().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
