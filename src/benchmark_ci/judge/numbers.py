"""How numbers of a report are summed up and rounded."""

from __future__ import annotations

import statistics
from collections.abc import Iterable


def low_third(values: Iterable[float]) -> float:
    """Geometric mean of the smallest third, as the test sees it: so both sides and their ratio agree."""
    ordered = sorted(values)
    return statistics.geometric_mean(ordered[: -(-len(ordered) // 3)])


def rounded(value: float) -> float:
    """Six significant digits: more than is known, and the same on every machine's libm."""
    return float(f"{value:.6g}")
