"""The report's files by name, as they lie in the output folder and in the artifact."""

from __future__ import annotations

from benchmark_ci.model import Links, Report
from benchmark_ci.report import document
from benchmark_ci.report.page import page
from benchmark_ci.report.summary import summary


def files(report: Report, links: Links) -> dict[str, str]:
    """`report.json`, `report.md` and `report.html`; the recording lies beside them."""
    return {
        "report.json": document.to_json(report),
        "report.md": summary(report, links),
        "report.html": page(report),
    }
