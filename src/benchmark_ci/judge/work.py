"""How much an iteration processes on each side, as the benchmark itself declares it (Criterion's throughput).

Where that changed, the benchmark did, not the code under it: the times are of different things, and a limit
on their ratio says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from benchmark_ci.model import BenchmarkId, Process, Result, Side, Throughput, Verdict

TOLERANCE = 0.01
"""Amounts that differ by less are one."""

FEWEST_PROCESSES = 2
"""Of a side, before its amount counts as the same in each of them."""

Amounts = dict[Side, list[Throughput | None]]
"""What the processes of each side declared; None where one declared nothing."""


class Changed(NamedTuple):
    """Both sides' amounts, in one unit."""

    baseline: Throughput
    current: Throughput

    def reason(self, change_percent: float) -> str:
        """Why nothing is called; `change_percent` is that of the times."""
        before, after, unit = self.baseline.per_iteration, self.current.per_iteration, self.current.unit
        said = (
            f"The benchmark itself changed: an iteration processes {after:,} {unit}, {before:,} on baseline."
        )
        by_unit = round(((1 + change_percent / 100) * before / after - 1) * 100, 1)
        takes = (
            f"{abs(by_unit):,} % {'more' if by_unit > 0 else 'less'} time than" if by_unit else "as long as"
        )
        return f"{said} Each {unit.removesuffix('s')} takes {takes} before."


def note(process: Process, amounts: dict[BenchmarkId, Amounts]) -> None:
    """Add what a process declared to what is known of its benchmark."""
    amounts.setdefault(process.id, {side: [] for side in Side})[process.side].append(process.throughput)


def amounts_of(processes: Iterable[Process]) -> dict[BenchmarkId, Amounts]:
    """The amounts of each benchmark."""
    found: dict[BenchmarkId, Amounts] = {}
    for one in processes:
        note(one, found)
    return found


def changed_between(baseline: Throughput | None, current: Throughput | None) -> Changed | None:
    """Amounts that differ; where one side declares none, or in another unit, nobody knows."""
    if not baseline or not current or baseline.unit != current.unit:
        return None
    less, more = sorted((baseline.per_iteration, current.per_iteration))
    return Changed(baseline, current) if more > less * (1 + TOLERANCE) else None


def changed(amounts: Amounts) -> Changed | None:
    """The amounts that differ between the sides; not those that differ between processes of one side."""
    if any(len(ones) < FEWEST_PROCESSES or len(set(ones)) > 1 for ones in amounts.values()):
        return None
    return changed_between(*(amounts[side][0] for side in Side))


def throughput_of(amounts: Amounts) -> Throughput | None:
    """The amount by which both sides' rates can be told; None where it changed or nobody declared one."""
    known = [one for side in Side for one in amounts[side] if one]
    return known[-1] if known and not changed(amounts) else None


def without_verdict(result: Result, work: Changed) -> Result:
    """A measured result of which nothing is called, since an iteration does other work than before."""
    assert result.change_percent is not None  # noqa: S101 - it was measured
    return result.model_copy(
        update={
            "verdict": Verdict.INCONCLUSIVE,
            "reason": work.reason(result.change_percent),
            "p_value": None,
            "minutes_to_decide": None,
            "smallest_visible_percent": None,
        }
    )
