"""Figures as files: JSON for programs, Markdown tables for docs/methodology.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.proof.agreement import SCREEN, USUAL_PERCENT, Agreement
from benchmarks.proof.averages import Elsewhere
from benchmarks.proof.beyond import ERROR, TOLERATED_PERCENT, Apart
from benchmarks.proof.figures import WANTED_PERCENT, Figures, Reason, Row, Total, figures
from benchmarks.proof.record import Study

SAID = {
    "commit": "commits of public crates",
    "example": "changes of the example crate",
    "planted": "changes planted into public crates",
}
MOST_NAMED = 4
MOST_SHOWN = 25


def report(study: Study, output: Path) -> list[str]:
    """Write everything into a folder; answers with the files' names."""
    if not study.proven:
        return []
    found = figures(study)
    files = {"figures.json": found.model_dump_json(indent=1) + "\n", "tables.md": tables(found)}
    output.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (output / name).write_text(text, encoding="utf-8")
    return sorted(files)


def tables(found: Figures) -> str:
    """All tables, as a fragment of Markdown."""
    machines = "; ".join(f"{one.cpu}, {one.cores} cores, {one.os}, {one.rustc}" for one in found.machines)
    head = (
        f"{len(found.rows)} changes, {found.first[:10]} to {found.last[:10]}, on {machines}; "
        f"{_provers(found)}. "
        "*Left alone*: the change touches no function that the benchmark runs; *changed*: the benchmark "
        "visibly computes something else. Both were written down before proving "
        "(`benchmarks/proof/changes.py`). Bounds are exact (Clopper & Pearson), 95 %."
    )
    parts = ["<!-- written by `python -m benchmarks.proof report` -->", head]
    parts += ["### All changes", _totals(found.totals)]
    parts += ["### Why benchmarks that are left alone were timed", _reasons(found.reasons)]
    parts += ["### Each change", _rows(found.rows)]
    parts += ["### What was proven, timed at length", _agreement(found.agreement)]
    return "\n\n".join(parts) + "\n"


def _provers(found: Figures) -> str:
    """Which versions of the prover it was: tables of several are told as such."""
    told = [f"{count} by prover {name or 'not noted'}" for name, count in found.provers.items()]
    return f"all {told[0].partition(' ')[2]}" if len(told) == 1 else "proven " + ", ".join(told)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _totals(totals: Iterable[Total]) -> str:
    head = (
        "",
        "changes",
        "crates",
        "benchmarks",
        "identical",
        "changed, and of these called identical",
        "proven of those left alone",
        "the same where executables differ",
        "the same by change (mean, median, least)",
        f"changes with {WANTED_PERCENT:g} % or more",
    )
    return _table(
        head,
        (
            (
                SAID[one.kind],
                str(one.changes),
                str(one.crates),
                str(one.benchmarks),
                str(one.identical),
                f"{one.changed}, {one.wrong}",
                f"{one.alone} of {one.alone.trials}",
                f"{one.alone_differing} of {one.alone_differing.trials}",
                f"{one.mean_percent} %, {one.median_percent} %, {one.least_percent} %",
                f"{one.reaching} of {one.leaving_any_alone}",
            )
            for one in totals
        ),
    )


def _reasons(reasons: Sequence[Reason]) -> str:
    if not reasons:
        return "All were proven."
    return _table(
        ("reason", "benchmarks", "in"),
        ((one.reason, str(one.benchmarks), _some(one.changes)) for one in reasons),
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _rows(rows: Iterable[Row]) -> str:
    head = (
        "change",
        "what",
        "benchmarks",
        "identical",
        "left alone, proven",
        "changed, called identical",
        "build",
        "proof",
    )
    return _table(
        head,
        (
            (
                row.change,
                row.what,
                str(row.benchmarks) + (f" (and {row.one_sided} not compared)" if row.one_sided else ""),
                str(row.identical),
                f"{row.alone}, {row.alone_identical}",
                f"{row.changed}, {len(row.wrong)}",
                f"{row.build_seconds:.0f} s" + ("" if row.dependencies_kept else " with dependencies"),
                f"{row.proof_seconds:.1f} s",
            )
            for row in rows
        ),
    )


def _agreement(found: Agreement) -> str:
    if not found.comparisons:
        return "Nothing was timed yet."
    told = (
        f"{found.comparisons} benchmarks that were called identical in {found.changes} changes, "
        f"{found.whole} of them of executables that are equal as a whole, of which one is timed for each "
        f"change; {found.left or 'none'} {'are' if found.left else 'is'} left to be timed. At "
        f"least {found.rounds} rounds each, in which a process measures for "
        f"{' or '.join(f'{one:g}' for one in found.seconds)} s, {found.hours} hours in all, load average "
        f"{found.load_average} (median). The median change is {found.median_percent} %, the largest "
        f"{found.largest_percent} %. "
        f"Each was tested against {TOLERATED_PERCENT:g} % in both directions with the product's own test at "
        f"a level of {ERROR:g} / (2 · {found.comparisons}) = {found.level:.2g}, from {found.draws} "
        f"re-labellings wherever the product's few gave {SCREEN:g} or less: an interval with a confidence "
        f"of {(1 - 2 * found.level) * 100:.3f} %. "
        f"**{len(found.beyond)} of {found.comparisons} lie beyond {TOLERATED_PERCENT:g} %.** "
        f"Of the uncorrected 95 % intervals {found.usual_beyond} do. At a threshold of {USUAL_PERCENT:g} % "
        f"the product's looks, with neither its correction over the suite nor its second look, call "
        f"{found.regressed} regressed and {found.improved} improved."
    )
    return told if not found.beyond else f"{told}\n\n{_beyond(found)}"


def _beyond(found: Agreement) -> str:
    told = (
        f"{len(found.elsewhere)} of these {len(found.beyond)} were timed again with both sides linked anew "
        "in arrangements of the code that are drawn at random, a few rounds in each, and judged by the "
        "product's test of averages over arrangements, against the same change in both directions at a level "
        f"of {ERROR:g} / (2 · {len(found.beyond)}) = {found.elsewhere_level:.2g}. "
        f"**{len(found.beyond_elsewhere)} lie beyond {TOLERATED_PERCENT:g} % there.** "
        "The intervals say how little a single one of these tests can see."
    )
    elsewhere = {(one.change, one.benchmark): one for one in found.elsewhere}
    shown = sorted(
        found.beyond,
        key=lambda one: ((one.change, one.benchmark) not in elsewhere, -abs(one.change_percent)),
    )
    head = (
        "change",
        "benchmark",
        "baseline",
        "instructions",
        "timed as",
        "95 % interval",
        "in other arrangements",
        "95 % interval",
    )
    rows = (
        (
            one.change,
            f"`{one.benchmark}`",
            f"{one.nanoseconds:.3g} ns",
            ", ".join(map(str, one.instructions)),
            *_size(one),
            *_averaged(elsewhere.get((one.change, one.benchmark))),
        )
        for one in shown[:MOST_SHOWN]
    )
    if len(found.beyond) > MOST_SHOWN:
        told += f" The largest {MOST_SHOWN} (of what was timed again, where there is any):"
    return f"{told}\n\n{_table(head, rows)}"


def _size(one: Apart | Elsewhere) -> tuple[str, str]:
    return f"{one.change_percent:+.2f} %", f"{one.low_percent:+.2f} to {one.high_percent:+.2f} %"


def _averaged(one: Elsewhere | None) -> tuple[str, str]:
    if one is None:
        return "", ""
    change, interval = _size(one)
    return f"{change} ({one.arrangements})", interval
