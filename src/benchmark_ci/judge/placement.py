"""Regressions that other arrangements of the code take back, and what is said of those that they do not.

Only what is called regressed is looked at, so nothing becomes red here. It is taken back where the average is
shown to be within the limit. Where it seems to be and is not shown, it is inconclusive; all else stays red.
An improvement fails nothing, so no time is spent on it: that its place may be the cause is only said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from benchmark_ci.judge.arrangements import Arranged, Suspect, averaged
from benchmark_ci.judge.looks import LOOKS
from benchmark_ci.judge.suite import Judged
from benchmark_ci.model import (
    Averaged,
    BenchmarkId,
    BenchmarkProof,
    Recording,
    Result,
    Verdict,
)

NEARLY_AS_MANY = 0.005
"""Instruction counts that differ by less than this (relative) may be slower by place alone."""

IMPROVED_REASON = "Both sides execute about as many instructions: its place in memory may be the cause."


def suspects(
    judged: Mapping[BenchmarkId, Judged],
    limits: Mapping[BenchmarkId, float],
    proofs: Mapping[BenchmarkId, BenchmarkProof],
) -> dict[BenchmarkId, Suspect]:
    """The regressed benchmarks that another arrangement may take back."""
    return {
        key: Suspect(limit_percent=limits[key], endpoint=one.decision.endpoint)
        for key, one in judged.items()
        if one.verdict is Verdict.REGRESSED and _is_open(proofs.get(key))
    }


def _is_open(proof: BenchmarkProof | None) -> bool:
    """Whether place may be the cause; where the instructions are the same ones, nothing is left to ask."""
    known = proof is None or proof.identical or proof.same_instructions
    return not known and _as_many_instructions(proof)


def _as_many_instructions(proof: BenchmarkProof | None) -> bool:
    """Whether both sides execute about as many."""
    if proof is None or not proof.baseline_instructions or not proof.current_instructions:
        return False
    return abs(math.log(proof.current_instructions / proof.baseline_instructions)) < NEARLY_AS_MANY


def with_average(
    result: Result, proof: BenchmarkProof | None, arranged: Arranged, left_out: str, seed: int
) -> Result:
    """A regression with what other arrangements say; `left_out`: why there are no more, as a clause."""
    if not result.endpoint or not _as_many_instructions(proof):
        return result
    if result.verdict is Verdict.IMPROVED:
        return result.model_copy(update={"reason": IMPROVED_REASON})
    if result.verdict is not Verdict.REGRESSED:
        return result
    suspect = Suspect(limit_percent=result.limit_percent, endpoint=result.endpoint)
    found = averaged(arranged, suspect, seed)
    if found is None:
        reason = f"Whether only its place in memory is slower was not tried: {left_out}." if left_out else ""
        return result.model_copy(update={"reason": reason})
    update: dict[str, object] = {"averaged": found, "reason": _told(result, found, left_out)}
    if found.within:
        update["verdict"] = Verdict.PLACEMENT
    elif seems_within(found, result.limit_percent):
        update["verdict"] = Verdict.INCONCLUSIVE
    return result.model_copy(update=update)


def seems_within(found: Averaged, limit_percent: float) -> bool:
    """Whether arrangements that suffice to show something show neither, and their average is within."""
    enough = found.arrangements >= LOOKS[0][0]
    return enough and found.within is None and found.change_percent <= limit_percent


def why_left_out(recording: Recording, key: BenchmarkId) -> str:
    """Why no (more) arrangements of a benchmark were made, as a clause; empty where none was missed."""
    return next(
        (
            one.reason
            for one in recording.arrangements
            if one.reason
            and any((target.package, target.name) == (key.package, key.target) for target in one.targets)
        ),
        "",
    )


def _told(result: Result, found: Averaged, left_out: str) -> str:
    number = found.arrangements
    of = f"averaged over {number} arrangement{'s' if number > 1 else ''} of the code"
    change = f"{_signed(found.change_percent)} %"
    if found.low_percent is not None and found.high_percent is not None:
        change += f" ({_signed(found.low_percent)} to {_signed(found.high_percent)})"
    as_linked = f"{_signed(result.change_percent or 0)} %"
    if found.within:
        return f"Beyond the limit only as linked: {as_linked}, but {change} {of}."
    if found.within is False:
        return f"Its place in memory is not the cause: {change} {of}."
    why = f" ({left_out})" if left_out else ""
    if seems_within(found, result.limit_percent):
        return f"Beyond the limit as linked: {as_linked}, but {change} {of}, which differ too much{why}."
    return f"Its place in memory may be the cause, which is not shown: {change} {of}{why}."


def _signed(percent: float) -> str:
    """As the report's other numbers are written."""
    decimals = 1 if abs(percent) < 99.95 else 0
    shown = round(percent, decimals)
    return f"{shown:+,.{decimals}f}".replace("-", "\N{MINUS SIGN}") if shown else "0.0"
