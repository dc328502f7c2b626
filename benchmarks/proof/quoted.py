"""What docs/methodology.md quotes of the figures, word for word; a test holds it to that."""

from __future__ import annotations

from benchmarks.proof.agreement import USUAL_PERCENT, Agreement
from benchmarks.proof.averages import remains
from benchmarks.proof.beyond import TOLERATED_PERCENT
from benchmarks.proof.figures import WANTED_PERCENT, Figures, Kind, Total


def quoted(found: Figures) -> str:
    """The paragraph, in Markdown."""
    of: dict[Kind, Total] = {one.kind: one for one in found.totals}
    commits, own = of["commit"], (of["example"], of["planted"])
    timed = found.agreement
    reached, missed = sum(one.changed for one in own), sum(one.wrong for one in own)
    return "\n".join(
        [
            f"- {commits.changes} commits of {commits.crates} public crates leave {commits.alone.trials:,} "
            f"of {commits.benchmarks:,} benchmarks alone. {commits.alone.rate * 100:.1f} % of these were "
            f"proven; where the executables differ at all {commits.alone_differing.rate * 100:.1f} %. "
            f"Over the commits the mean is {commits.mean_percent:g} %, the median "
            f"{commits.median_percent:g} %, the least {commits.least_percent:g} %; {commits.reaching} of "
            f"{commits.leaving_any_alone} commits that leave any alone reach {WANTED_PERCENT:g} %.",
            f"- Of {commits.changed} benchmarks that visibly compute something else after a commit, "
            f"{_none(commits.wrong)} called identical; of {reached} that are reached by changes of the "
            f"example crate or planted into public crates, {_none(missed)}.",
            f"- {_all_but(timed.left)} proven although their executables differ, and one of each change "
            f"whose executables are equal as a whole, {timed.comparisons:,} in all, were timed for at least "
            f"{timed.rounds} rounds each. {_lie(len(timed.beyond))} beyond {TOLERATED_PERCENT:g} % of change "
            "in either direction, tested as above with a correction for all of them. At a threshold of "
            f"{USUAL_PERCENT:g} % timing alone would have called {timed.regressed} regressed and "
            f"{timed.improved} improved." + (_elsewhere(timed) if timed.elsewhere else ""),
        ]
    )


def _all_but(left: int) -> str:
    return f"All but {left:,} benchmarks" if left else "All benchmarks"


def _elsewhere(timed: Agreement) -> str:
    left, shown = remains(timed.beyond, timed.elsewhere), len(timed.beyond_elsewhere)
    some = "All" if len(timed.elsewhere) == len(timed.beyond) else f"{len(timed.elsewhere)}"
    return (
        f" {some} of those beyond {TOLERATED_PERCENT:g} % were timed again in other arrangements of the "
        f"code: {'none is' if not shown else f'{shown} are'} shown to lie beyond it on average. A single one "
        f"shows little there, as half of the 95 % intervals are wider than ±{left.half_width_percent:g} %. "
        f"Together: what was {left.linked_percent:g} % as linked, on average over the benchmarks, is "
        f"{left.averaged_percent:+g} % in the same direction there (of logarithms; standard error "
        f"{left.error_percent:g} %, were the benchmarks independent)."
    )


def _none(count: int) -> str:
    return "none was" if not count else f"{count} {'was' if count == 1 else 'were'}"


def _lie(count: int) -> str:
    return "None lies" if not count else f"{count} {'lies' if count == 1 else 'lie'}"
