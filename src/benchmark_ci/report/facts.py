"""What was compared, on what, how far it can be trusted, and how to see it again: plain sentences."""

from __future__ import annotations

import math
import shlex

from benchmark_ci.model import Commit, FailOn, Overall, Report, TargetVerdict, Verdict
from benchmark_ci.report import plain, proof, selection, units
from benchmark_ci.report.headline import number, same_commit, unknown, wanted

_FILTERED = 3
"""Benchmarks that the reproduce line names; beyond these it measures all."""

_LONGEST_PATTERN = 100
_SPECIAL = frozenset(r"\.^$*+?{}[]|()")


def has_commit(commit: Commit) -> bool:
    """Whether the SHA names a commit that others can look up (files are compared without any)."""
    return bool(commit.sha.strip("0")) and not commit.uncommitted


def shown_sha(commit: Commit) -> str:
    """The full SHA that people know: on a pull request its head, not the merge commit."""
    return commit.head_sha or commit.sha


def machine(report: Report) -> list[str]:
    """Toolchain and machine, as strangers' programs named them, each as a short name."""
    if report.environment is None:
        return []
    facts = (report.environment.rustc.split(" (")[0], report.environment.cpu)
    return [plain.name(fact, 60) for fact in facts if fact.strip()]


def effort(report: Report) -> list[str]:
    """Rounds and minutes."""
    rounds = [units.count(report.rounds, "round")] if report.rounds else []
    return rounds + ([units.duration(report.total_seconds)] if report.total_seconds >= 0.5 else [])


def trust(report: Report) -> list[str]:
    """This run's noise, its controls, what stayed open, the smallest visible change; a sentence each."""
    if report.verdict in (Overall.FAILED, Overall.NOTHING_COMPARED) or same_commit(report):
        return []
    controls = proof.controls(report.controls)
    every = (_noise(report), controls, _visible(report), _open(report), _never(report))
    return [sentence for sentence in every if sentence]


def _noise(report: Report) -> str:
    if report.noise_percent is None:
        return ""
    return f"Noise of this run: {units.percent(report.noise_percent)} between two processes of the same side."


def _visible(report: Report) -> str:
    if report.smallest_visible_percent is None:
        return ""
    return f"Smallest slowdown that would have been called: {units.percent(report.smallest_visible_percent)}."


def _open(report: Report) -> str:
    if not unknown(report):
        return "None is inconclusive." if _timed(report) else ""
    inconclusive, missed = number(report, Verdict.INCONCLUSIVE), number(report, Verdict.NOT_REACHED)
    parts = [f"{inconclusive:,} inconclusive"] if inconclusive else []
    parts += [f"{missed:,} not reached"] if missed else []
    stopped = "The run ended early: " if report.partial else ""
    return f"{stopped}{' and '.join(parts)} of {wanted(report):,}{_more_time(report)}."


def _timed(report: Report) -> bool:
    return number(report, Verdict.REGRESSED, Verdict.IMPROVED, Verdict.UNCHANGED, Verdict.PLACEMENT) > 0


def _more_time(report: Report) -> str:
    minutes = sum(one.minutes_to_decide or 0 for one in report.benchmarks)
    if not minutes:
        return ""
    budget = math.ceil(report.time_budget_minutes + minutes)
    more = max(1, round(minutes))
    return f"; about {units.count(more, 'minute')} more would decide (`time_budget: {budget}`)"


def _never(report: Report) -> str:
    missed = any(one.target.fails and one.verdict is TargetVerdict.MISSED for one in report.targets)
    if report.fail_on is not FailOn.NEVER or not (missed or report.verdict is Overall.REGRESSED):
        return ""
    return "The job does not fail, because `fail_on` is `never`."


def reproduce(report: Report) -> str:
    """The command that measures the same again in a checkout; empty where there is nothing to measure."""
    if same_commit(report) or not has_commit(report.baseline) or not report.current.sha.strip("0"):
        return ""
    current = "" if report.current.uncommitted else f" --current {shown_sha(report.current)}"
    asked = "".join(f" {shlex.quote(flag)}" for flag in report.flags)
    command = f"benchmark-ci run --baseline {report.baseline.sha}{current}{asked}"
    guilty = selection.by_verdict(report, Verdict.REGRESSED)
    if len(guilty) > _FILTERED:
        return command
    return command + "".join(f" --filter {shlex.quote(pattern(one.id))}" for one in guilty)


def pattern(benchmark: str) -> str:
    """A regular expression for one id that survives a shell, a page and a list of filters.

    Spaces and commas separate filters, and what cannot be seen cannot be copied: both are spelt otherwise.
    """
    whole = len(benchmark) <= _LONGEST_PATTERN
    return f"^{''.join(map(_spelt, benchmark[:_LONGEST_PATTERN]))}{'$' if whole else ''}"


def _spelt(character: str) -> str:
    if character == " ":
        return r"\s"
    if character == "," or not plain.visible(character):
        return "."
    return f"\\{character}" if character in _SPECIAL else character


def memory_title(report: Report) -> str:
    """`Peak memory of 12 benchmarks, 1 warned of`; how many are warned of."""
    known, warned = selection.by_memory(report), len(selection.memory_warned(report))
    title = f"Peak memory of {units.count(len(known), 'benchmark')}"
    return f"{title}, {warned:,} warned of" if warned else title


def harness_memory(report: Report) -> str:
    """How much of every peak is the harness's own, over all executables of both sides; empty if unknown."""
    known = [
        side.harness_memory_bytes
        for result in selection.by_memory(report)
        for side in (result.baseline, result.current)
        if side and side.harness_memory_bytes
    ]
    if not known:
        return ""
    low, high = units.size(min(known)), units.size(max(known))
    own = f"{low} are" if low == high else f"{low} to {high} are"
    return f"Of each peak memory, {own} the harness's own: what its executable takes without any benchmark."
