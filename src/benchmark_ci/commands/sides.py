"""Which results of which tree stand on which side of `benchmark-ci compare`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from benchmark_ci.errors import BadInput, BadInputs, NothingCompared
from benchmark_ci.judge.single import Reading, values
from benchmark_ci.measure.tree import BASE, NEW, Found, Tree, home, printable
from benchmark_ci.model import Comparison, Overall, Verdict
from benchmark_ci.parsers import shown

Answer = TypeVar("Answer")
A_DAY = 24 * 3600
_SHOWN = 10


class Sides(NamedTuple):
    """Both sides' readings, what they are called, and what a reader should know of them."""

    baseline: list[Reading]
    current: list[Reading]
    baseline_what: str
    current_what: str
    reason: str
    cautions: tuple[str, ...]
    one_tree: bool

    def insist(self, comparison: Comparison) -> None:
        """Raise NothingCompared, with what was found, unless something was compared or stopped working."""
        if comparison.verdict is not Overall.NOTHING_COMPARED:
            return
        told = {
            Verdict.NEW: "{} only on current",
            Verdict.REMOVED: "{} only on baseline",
            Verdict.AMBIGUOUS: "{} under an id that several share",
            Verdict.FAILED: "{} with damaged files",
            Verdict.NOT_REACHED: "{} not measured since the baseline was saved",
        }
        found = [
            words.format(comparison.counts[one]) for one, words in told.items() if comparison.counts[one]
        ]
        examples = [
            f"`{printable(one.id)}` {one.reason.rstrip('.')}".strip() for one in comparison.benchmarks[:3]
        ]
        raise NothingCompared(
            f"No benchmark could be compared: {', '.join(found)}; for example {', '.join(examples)}. "
            f"Baseline is {self.baseline_what}, current {self.current_what}.",
            "Check that both ran the same benchmarks: ids (group/function/value) must be equal on both.",
        )


def choose(baseline: Path, current: Path, name: str | None) -> Sides:
    """Read both sides. Raises BadInputs, BadInput or NothingCompared, each with what to check."""
    old, new = _trees(baseline, current)
    if name is not None and (name in ("", ".", "..") or "/" in name or "\0" in name):
        raise BadInput(
            f"Flag `--baseline-name` is {shown(name)}; allowed: the name given to `--save-baseline`.",
            "It is the name of a folder beside `new` in a benchmark's folder.",
        )
    one_tree = old is new
    _insist_on_results(old, new, name)
    saved, reason = _saved(old, one_tree, name)
    with ThreadPoolExecutor(2) as both:  # one waits for the disk while the other one parses
        of_baseline = both.submit(_readings, old, saved, "baseline")
        of_current = both.submit(_readings, new, NEW, "current")
    given = printable(str(baseline))
    return Sides(
        baseline=of_baseline.result()[0],
        current=of_current.result()[0],
        baseline_what=given if saved == NEW else f"`{printable(saved)}` saved in `{given}`",
        current_what=printable(str(current)),
        reason=reason,
        cautions=(*of_baseline.result()[1], *of_current.result()[1]),
        one_tree=one_tree,
    )


def _trees(baseline: Path, current: Path) -> tuple[Tree, Tree]:
    """Both trees; one and the same where both folders are one."""
    old, new = _both(home, baseline, current)
    if old == new:
        tree = Tree(old)
        return tree, tree
    return _both(Tree, old, new)


def _both(read: Callable[[Path], Answer], baseline: Path, current: Path) -> tuple[Answer, Answer]:
    """Read both sides at once; what is wrong with either is told together."""
    found: list[Answer] = []
    problems: list[BadInput] = []
    with ThreadPoolExecutor(2) as both:
        reading = {"--baseline": both.submit(read, baseline), "--current": both.submit(read, current)}
    for flag, answer in reading.items():
        try:
            found.append(answer.result())
        except BadInput as problem:
            problems.append(BadInput(f"Flag `{flag}`: {problem.message}", problem.remedy))
    if problems:
        raise BadInputs(problems)
    return found[0], found[1]


def _insist_on_results(old: Tree, new: Tree, name: str | None) -> None:
    empty = [
        f"`{flag}`, where `{printable(str(tree.home))}` was searched"
        for flag, tree in (("--baseline", old), ("--current", new))
        if NEW not in tree.folders and not (name in tree.folders and flag == "--baseline")
    ]
    if not empty:
        return
    links = old.links + (0 if old is new else new.links)
    others = f" {links} symbolic links were not followed." if links else ""
    raise NothingCompared(
        f"No Criterion results were found below {' nor below '.join(empty)}: no folder there holds a "
        f"`new/benchmark.json`.{others}",
        "Check that `cargo bench` runs and prints `time:`, that a `target/criterion` is there afterwards (of "
        "a workspace in its root; elsewhere with CARGO_TARGET_DIR or CRITERION_HOME), and that benches are "
        "Criterion's, with `harness = false`.",
    )


def _saved(tree: Tree, one_tree: bool, name: str | None) -> tuple[str, str]:
    """Under which name baseline's results lie in its tree, and why that one."""
    if name is not None:
        if name not in tree.folders or (one_tree and name == NEW):
            raise BadInput(
                f"Flag `--baseline-name`: {shown(name)} is not saved in `{printable(str(tree.home))}`. "
                f"{_there(tree.saved)}",
                f"Save one with `cargo bench -- --save-baseline {printable(name)}` on the baseline.",
            )
        if one_tree and tree.copies_new(name):
            raise _copy(name)
        return name, "chosen by --baseline-name"
    if not one_tree:
        return NEW, "the last run in the folder that --baseline names"
    return _only_saved(tree), "the only saved baseline of the tree that both sides name"


def _only_saved(tree: Tree) -> str:
    """The baseline to compare `new` with. What the last run saved, `base` above all, is that run."""
    if not tree.saved:
        raise NothingCompared(
            f"Both sides name `{printable(str(tree.home))}`, in which no baseline is saved: comparing a run "
            "with itself says nothing.",
            "Run `cargo bench -- --save-baseline main` on the baseline, then `cargo bench` on current in the "
            "same checkout; or name two trees.",
        )
    others = [name for name in tree.saved if not tree.copies_new(name)]
    named = [name for name in others if name != BASE] or others
    if not named:
        raise _copy(tree.saved[0])
    if len(named) > 1:
        raise BadInput(
            f"Both sides name `{printable(str(tree.home))}`, in which several baselines are saved. "
            f"{_there(named)}",
            "Choose one with `--baseline-name`.",
        )
    return named[0]


def _there(names: Sequence[str]) -> str:
    listed = ", ".join(f"`{printable(name)}`" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"There: {listed}{more}." if names else "None is saved there."


def _copy(name: str) -> NothingCompared:
    return NothingCompared(
        f"The saved baseline `{printable(name)}` is the last run itself, saved: comparing it with `new` says "
        "nothing.",
        "Run `cargo bench` once more, on current.",
    )


def _readings(tree: Tree, name: str, side: str) -> tuple[list[Reading], list[str]]:
    """One side's benchmarks, each reduced to its values as soon as it is read; and what to know of them."""
    readings: list[Reading] = []
    cautions: list[str] = []
    times: list[float] = []
    for found in tree.read(name):
        readings.append(_reading(found))
        if not found.flaw:
            times.append(found.modified)
    newest = max(times, default=0.0)
    if old := sum(time < newest - A_DAY for time in times):
        cautions.append(
            f"{old:,} of {len(times):,} results on {side} are more than a day older than the newest: "
            "Criterion keeps results of earlier runs, also of benchmarks that are gone."
        )
    if tree.links:
        cautions.append(f"{tree.links:,} symbolic links on {side} were not followed.")
    return readings, cautions


def _reading(found: Found) -> Reading:
    judged = None if found.flaw else values(found.iters, found.times)
    folder = printable(found.folder)
    return Reading(folder, found.full_id, judged, found.flaw, found.throughput, found.fingerprint)
