"""What docs/methodology.md quotes of the figures, word for word; a test holds it to that."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.truth.exact import Rate
from benchmarks.truth.figures import Cell, Figures
from benchmarks.truth.plan import LARGE_PERCENT, USUAL
from benchmarks.truth.record import Experiment, Load

WORDS = {
    Load.REST: "At rest",
    Load.BUSY: "Beside a busy neighbour on each core",
    Load.SHARED: "While others compiled and tested on the machine",
}
(THRESHOLD,) = USUAL


def quoted(found: Figures) -> str:
    """The paragraphs, in Markdown."""
    equal = [cell for cell in _usual(found) if cell.experiment is Experiment.SAME]
    parts = (_suites, _planted, _moved, _rivals, _progress)
    return "\n".join([*map(_equal, equal), *(line for part in parts for line in part(found))])


def _usual(found: Figures) -> list[Cell]:
    return [cell for cell in found.cells if cell.threshold == THRESHOLD]


def _equal(cell: Cell) -> str:
    said = cell.verdicts
    return (
        f"- **The same code.** {WORDS[cell.load]}, {cell.comparisons} comparisons: regressed "
        f"{said['regressed']}, improved {said['improved']}, `unchanged` {said['unchanged']}, the rest "
        f"`inconclusive`. The median took {cell.seconds_median} s, one in ten more than {cell.seconds_p90} s."
    )


def _suites(found: Figures) -> Iterator[str]:
    if found.suites:
        told = "; ".join(f"{WORDS[one.load].lower()}, {_share(one.drawn)}" for one in found.suites)
        yield (
            f"- **Suites of {found.suites[0].size} equal benchmarks**, drawn from these: with a red one were "
            f"{told}."
        )


def _planted(found: Figures) -> Iterator[str]:
    for size in LARGE_PERCENT:
        cells = [
            cell
            for cell in _usual(found)
            if cell.experiment is Experiment.PLANTED and cell.size_percent == size
        ]
        if cells:
            told = "; ".join(
                f"{WORDS[cell.load].lower()}, {_share(cell.verdicts['regressed'])}, median "
                f"{cell.seconds_median} s"
                for cell in cells
            )
            yield f"- **Planted slowdowns of {size} %** that were found: {told}."


def _moved(found: Figures) -> Iterator[str]:
    """By timing alone, and what the proof leaves of it where it was asked."""
    asked = {one.load: one for one in found.moved}
    for cell in _usual(found):
        if cell.experiment is Experiment.MOVED:
            slower, faster = (_share(cell.verdicts[name]) for name in ("regressed", "improved"))
            told = f"timing alone called {slower} regressed and {faster} improved"
            if one := asked.get(cell.load):
                told += (
                    f"; of {one.comparisons} that the proof was asked about it knew {one.proven} to be the "
                    f"same, and left {one.called_and_not_proven} that were called changed"
                )
                if one.asked_for_all:
                    told += (
                        f"; of {one.asked_for_all} that got the second look, too, timing called "
                        f"{one.regressed_by_timing} regressed and the product {one.regressed.hits}"
                    )
            yield f"- **The same code, moved.** {WORDS[cell.load]}, {told}."


def _rivals(found: Figures) -> Iterator[str]:
    for load in Load:
        rules = [one for one in found.rivals if one.experiment is Experiment.SAME and one.load is load]
        if rules:
            told = ", ".join(f"{one.rule} {one.changed.rate * 100:.1f} %" for one in rules)
            yield f"- **Called changed by the rules that people use.** {WORDS[load]}: {told}."


def _progress(found: Figures) -> Iterator[str]:
    missing = [one for one in found.progress if one.done < one.planned]
    if missing:
        told = ", ".join(f"`{one.experiment}` {one.load}: {one.done} of {one.planned}" for one in missing)
        yield f"- **What is missing.** The study is not complete. Runs that are done: {told}."


def _share(found: Rate) -> str:
    return f"{found.hits} of {found.trials}"
