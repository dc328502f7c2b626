"""Figures as files: JSON for programs, Markdown tables for docs/methodology.md, plots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.truth.chart import Line, chart
from benchmarks.truth.figures import VERDICTS, Cell, Figures
from benchmarks.truth.record import Experiment, Load

SAID = {
    Experiment.SAME: "the same code",
    Experiment.MOVED: "the same code, moved",
    Experiment.PLANTED: "planted",
}


def report(found: Figures, output: Path) -> list[str]:
    """Write everything into a folder; answers with the files' names."""
    files = {"figures.json": found.model_dump_json(indent=1) + "\n", "tables.md": tables(found)}
    for load in Load:
        lines = _lines(found, load)
        if lines:
            files[f"power-{load}.svg"] = _chart(lines, load)
    output.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (output / name).write_text(text, encoding="utf-8")
    return sorted(files)


def tables(found: Figures) -> str:
    """All tables, as a fragment of Markdown."""
    machines = "; ".join(f"{one.cpu}, {one.cores} cores, {one.os}, {one.rustc}" for one in found.machines)
    head = (
        f"{found.comparisons} comparisons in {found.runs} runs, {found.measuring_hours} hours of measuring, "
        f"{found.first[:10]} to {found.last[:10]}, on {machines}. "
        + " ".join(
            f"Load `{load}`: load average {found.load_average_median[load]}, "
            f"{found.cpu_share_median[load]:.0%} of all cores used (medians)."
            for load in found.load_average_median
        )
        + " Bounds are exact (Clopper & Pearson), 95 %."
    )
    parts = ["<!-- written by `python -m benchmarks.truth report` -->", head]
    parts += ["### Verdicts", _verdicts(found.cells)]
    parts += ["### The rules that people use, on the same processes", _rivals(found)]
    if found.suites:
        parts += ["### Suites of equal benchmarks", _suites(found)]
    if found.moved:
        parts += ["### Moved code, and what the proof and the second look say of it", _moved(found)]
    if found.planted:
        parts += ["### How large the planted slowdowns are", _planted(found)]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _verdicts(cells: Iterable[Cell]) -> str:
    head = ("sides", "load", "threshold", "comparisons", *VERDICTS, "seconds (median, 90th)", "rounds")
    return _table(
        head,
        (
            (
                _sides(cell.experiment, cell.size_percent),
                cell.load,
                f"{cell.threshold:g} %",
                str(cell.comparisons),
                *(str(cell.verdicts[verdict]) for verdict in VERDICTS),
                f"{cell.seconds_median}, {cell.seconds_p90}",
                f"{cell.rounds_median:g}",
            )
            for cell in cells
        ),
    )


def _sides(experiment: Experiment, size: int) -> str:
    return f"planted +{size} %" if experiment is Experiment.PLANTED else SAID[experiment]


def _rivals(found: Figures) -> str:
    rows: list[tuple[str, ...]] = []
    for cell in found.cells:
        if cell.threshold == max(one.threshold for one in found.cells):
            slower, faster = cell.verdicts["regressed"], cell.verdicts["improved"]
            changed = slower.rate + faster.rate
            rows.append(
                (
                    f"**Benchmark CI, {cell.threshold:g} %**",
                    _sides(cell.experiment, cell.size_percent),
                    cell.load,
                    str(slower),
                    f"{changed * 100:.1f} %",
                )
            )
            rows += [
                (
                    one.rule,
                    _sides(one.experiment, one.size_percent),
                    one.load,
                    str(one.slower),
                    str(one.changed),
                )
                for one in found.rivals
                if (one.experiment, one.load, one.size_percent)
                == (cell.experiment, cell.load, cell.size_percent)
            ]
    return _table(("rule", "sides", "load", "said slower", "said changed"), rows)


def _suites(found: Figures) -> str:
    return _table(
        ("load", "size", "drawn from", "with a red one, drawn at random", "with a red one, sharing nothing"),
        (
            (
                one.load,
                str(one.size),
                str(one.comparisons),
                str(one.drawn),
                f"{one.apart} of {one.apart.trials}",
            )
            for one in found.suites
        ),
    )


def _moved(found: Figures) -> str:
    head = (
        "load",
        "comparisons",
        "changed, by timing alone",
        "proven the same, so not timed",
        "changed, and not proven",
        "got the second look, too",
        "of these regressed, by timing alone",
        "of these regressed, in the end",
    )
    return _table(
        head,
        (
            (
                one.load,
                *map(str, (one.comparisons, one.called_changed, one.proven, one.called_and_not_proven)),
                *map(str, (one.asked_for_all, one.regressed_by_timing, one.regressed.hits)),
            )
            for one in found.moved
        ),
    )


def _planted(found: Figures) -> str:
    sizes = sorted({one.size_percent for one in found.planted})
    by = {(one.benchmark, one.size_percent): one for one in found.planted}
    return _table(
        ("benchmark", *(f"+{size} %" for size in sizes)),
        (
            (
                name,
                *(f"{by[name, size].floor_percent:+.2f} %" if (name, size) in by else "–" for size in sizes),
            )
            for name in sorted({one.benchmark for one in found.planted})
        ),
    )


def _lines(found: Figures, load: Load) -> list[Line]:
    cells = [cell for cell in found.cells if cell.experiment is Experiment.PLANTED and cell.load is load]
    return [
        Line(
            name=f"threshold {threshold:g} %",
            points=tuple(
                (float(cell.size_percent), cell.verdicts["regressed"])
                for cell in sorted(cells, key=lambda one: one.size_percent)
                if cell.threshold == threshold
            ),
        )
        for threshold in sorted({cell.threshold for cell in cells})
    ]


def _chart(lines: Sequence[Line], load: Load) -> str:
    told = "; ".join(
        f"{line.name}: " + ", ".join(f"{x:g} % → {one.rate:.0%}" for x, one in line.points) for line in lines
    )
    title = f"Share of planted slowdowns called regressed, {'at rest' if load is Load.REST else 'under load'}"
    return chart(title, told, lines)
