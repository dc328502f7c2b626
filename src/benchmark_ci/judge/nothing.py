"""When nothing could be compared: what was looked for, where, and what to do. Never a riddle."""

from __future__ import annotations

from benchmark_ci.errors import BenchmarkCIError, BuildFailed, NothingCompared
from benchmark_ci.model import Comparison, Overall, Preparation, Recording, Verdict


def nothing_compared(recording: Recording, comparison: Comparison) -> BenchmarkCIError | None:
    """The error of a run that compared nothing; None when something was compared, or stopped working.

    NothingCompared, or BuildFailed where no bench target could be built.
    """
    if comparison.verdict is not Overall.NOTHING_COMPARED or recording.preparation is None:
        return None
    found = recording.preparation
    if not found.targets:
        return NothingCompared(
            "No bench target was found: the packages that were looked at have no `[[bench]]`.",
            "Check `working_directory`, `packages` and `benches`; a benchmark lies in `benches/`, declared "
            "with `harness = false` in Cargo.toml.",
        )
    if not found.listed:
        unbuilt = found.target_failures and all(one.kind == "build" for one in found.target_failures)
        return _no_build(found) if unbuilt else _no_benchmarks(found)
    if not found.benchmarks:
        config = recording.header.config
        file = f", and the `skip` of `{config.path}`," if config and config.skip else ""
        return NothingCompared(
            f"The inputs `filter` and `skip`{file} leave none of the {found.listed} benchmarks.",
            "They are regular expressions on Criterion's full ids, for example `^parse/`; "
            "`cargo bench -- --list` shows the ids.",
        )
    return _none_on_both_sides(comparison)


def _no_build(found: Preparation) -> BuildFailed:
    first = found.target_failures[0]
    return BuildFailed(
        f"No bench target could be built. {first.target} on {first.side}: {first.reason}", first.remedy
    )


def _no_benchmarks(found: Preparation) -> NothingCompared:
    reasons = [
        f"{failure.target} on {failure.side}: {failure.reason.splitlines()[0].rstrip('.')}"
        + (f" ({failure.remedy.rstrip('.')})" if failure.remedy else "")
        for failure in found.target_failures[:6]
    ]
    if len(found.target_failures) > len(reasons):
        reasons.append(f"and {len(found.target_failures) - len(reasons)} more")
    names = ", ".join(str(target) for target in found.targets[:6])
    targets = "one bench target" if len(found.targets) == 1 else f"{len(found.targets)} bench targets"
    return NothingCompared(
        f"No Criterion benchmark was found in {targets} ({names}). " + "; ".join(reasons) + ".",
        "Check that `cargo bench -- --list` prints benchmarks in this directory.",
    )


def _none_on_both_sides(comparison: Comparison) -> NothingCompared:
    told = {
        Verdict.NEW: "{} only on current",
        Verdict.REMOVED: "{} only on baseline",
        Verdict.AMBIGUOUS: "{} under an id that several share",
        Verdict.FAILED: "{} failed on both sides",
        Verdict.NOT_REACHED: "{} not reached within the time budget",
    }
    parts = [
        text.format(comparison.counts[verdict])
        for verdict, text in told.items()
        if comparison.counts[verdict]
    ]
    total = len(comparison.benchmarks)
    remedy = "There is nothing to compare until both sides have a benchmark of the same id."
    if comparison.counts[Verdict.NOT_REACHED]:
        remedy = "Raise `time_budget`, or choose fewer benchmarks with `filter`."
    return NothingCompared(f"None of the {total} benchmarks could be compared: {', '.join(parts)}.", remedy)
