"""From what was kept to figures: what was proven, what for wrong, and how timing agrees. Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from benchmark_ci.model import Noun
from benchmarks.proof.agreement import Agreement, agreement
from benchmarks.proof.changes import CHANGES, Change
from benchmarks.proof.record import Proven, Study
from benchmarks.truth.exact import Rate, rate
from benchmarks.truth.record import Machine

Kind = Literal["commit", "example", "planted"]
KINDS: tuple[Kind, ...] = ("commit", "example", "planted")

WANTED_PERCENT = 80.0
"""Of what a change leaves alone so much should be proven."""


class Row(Noun):
    """One change."""

    change: str
    kind: Kind
    what: str
    benchmarks: int
    one_sided: int
    whole: int  # benchmarks of executables that are equal as a whole
    identical: int
    alone: int  # benchmarks that the change leaves alone
    alone_identical: int
    changed: int  # benchmarks that visibly compute something else
    wrong: tuple[str, ...]  # of these, those that were called identical
    build_seconds: float
    dependencies_kept: bool
    proof_seconds: float
    failed: tuple[str, ...]


class Total(Noun):
    """All changes of a kind."""

    kind: Kind
    changes: int
    crates: int
    benchmarks: int
    identical: int
    changed: int
    wrong: int
    alone: Rate  # share proven of those that are left alone
    alone_differing: Rate  # the same, only of executables that differ
    mean_percent: float  # over the changes, of the share proven of those left alone: each counts the same
    median_percent: float
    least_percent: float
    leaving_any_alone: int  # changes
    reaching: int  # of these: changes of which the wanted share of that was proven


class Reason(Noun):
    """Why benchmarks that a change leaves alone were timed."""

    reason: str
    benchmarks: int
    changes: tuple[str, ...]


class Figures(Noun):
    """Everything that the study found."""

    first: str
    last: str
    machines: tuple[Machine, ...]
    provers: dict[str, int]  # changes by the version of the prover; "": not noted yet
    rows: tuple[Row, ...]
    totals: tuple[Total, ...]
    reasons: tuple[Reason, ...]
    agreement: Agreement


def figures(study: Study) -> Figures:
    """The figures of what was proven and timed; at least one change."""
    proven = [(change, study.proven[change.key]) for change in CHANGES if change.key in study.proven]
    rows = tuple(_row(change, one) for change, one in proven)
    return Figures(
        first=min(one.started for _, one in proven),
        last=max([one.started for one in study.proven.values()] + [one.started for one in study.timed]),
        machines=tuple({one.machine: None for _, one in proven}),
        provers=dict(Counter(one.prover for _, one in proven).most_common()),
        rows=rows,
        totals=tuple(_total(kind, proven) for kind in KINDS if any(row.kind == kind for row in rows)),
        reasons=tuple(_reasons(proven)),
        agreement=agreement(study),
    )


def kind_of(change: Change) -> Kind:
    """What sort of change it is."""
    if change.real:
        return "commit"
    return "planted" if change.sha else "example"


def _row(change: Change, proven: Proven) -> Row:
    alone = [one for one in proven.benchmarks if change.leaves_alone(one.id)]
    changed = [one for one in proven.benchmarks if change.changes(one.id)]
    return Row(
        change=change.key,
        kind=kind_of(change),
        what=change.what,
        benchmarks=len(proven.benchmarks),
        one_sided=proven.one_sided,
        whole=sum(len(proof.benchmarks) for proof in proven.proofs if proof.whole),
        identical=sum(one.identical for one in proven.benchmarks),
        alone=len(alone),
        alone_identical=sum(one.identical for one in alone),
        changed=len(changed),
        wrong=tuple(one.id.full_id for one in changed if one.identical),
        build_seconds=proven.build_seconds,
        dependencies_kept=proven.dependencies_kept,
        proof_seconds=proven.proof_seconds,
        failed=proven.failed,
    )


def _total(kind: Kind, every: Sequence[tuple[Change, Proven]]) -> Total:
    proven = [(change, one) for change, one in every if kind_of(change) == kind]
    rows = [_row(change, one) for change, one in proven]
    differing = [
        benchmark.identical
        for change, one in proven
        for proof in one.proofs
        for benchmark in proof.benchmarks
        if not proof.whole and change.leaves_alone(benchmark.id)
    ]
    shares = [row.alone_identical / row.alone * 100 for row in rows if row.alone]
    return Total(
        kind=kind,
        changes=len(rows),
        crates=len({change.crate for change, _ in proven}),
        benchmarks=sum(row.benchmarks for row in rows),
        identical=sum(row.identical for row in rows),
        changed=sum(row.changed for row in rows),
        wrong=sum(len(row.wrong) for row in rows),
        alone=rate(sum(row.alone_identical for row in rows), sum(row.alone for row in rows)),
        alone_differing=rate(sum(differing), len(differing)),
        mean_percent=round(statistics.mean(shares), 1) if shares else 0.0,
        median_percent=round(statistics.median(shares), 1) if shares else 0.0,
        least_percent=round(min(shares), 1) if shares else 0.0,
        leaving_any_alone=len(shares),
        reaching=sum(share >= WANTED_PERCENT for share in shares),
    )


def _reasons(proven: Iterable[tuple[Change, Proven]]) -> Iterable[Reason]:
    counted: Counter[str] = Counter()
    where: dict[str, dict[str, None]] = {}
    for change, one in proven:
        for benchmark in one.benchmarks:
            if change.leaves_alone(benchmark.id) and not benchmark.identical:
                reason = short(benchmark.reason)
                counted[reason] += 1
                where.setdefault(reason, {})[change.key] = None
    for reason, count in counted.most_common():
        yield Reason(reason=reason, benchmarks=count, changes=tuple(where[reason]))


def short(reason: str) -> str:
    """A reason without the names of what differs."""
    return reason.partition(": ")[0].partition(" (")[0]
