"""What the proof says besides timing: identical benchmarks, controls among them, and placement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from benchmark_ci.judge.limits import Limit
from benchmark_ci.model import (
    BenchmarkId,
    BenchmarkProof,
    Controls,
    Discovered,
    Failure,
    Recording,
    Result,
    Side,
    Verdict,
)

CHANGED = (Verdict.REGRESSED, Verdict.IMPROVED)
PLACEMENT_REASON = (
    "Both sides execute the same instructions the same number of times: the code only lies elsewhere."
)


def proofs_of(recording: Recording) -> dict[BenchmarkId, BenchmarkProof]:
    """What is known of each benchmark that proving looked at."""
    return {one.id: one for proof in recording.proofs for one in proof.benchmarks}


def identical_of(proofs: Mapping[BenchmarkId, BenchmarkProof]) -> frozenset[BenchmarkId]:
    """The benchmarks that are proven to run the same code; those of them that are timed are controls."""
    return frozenset(key for key, proof in proofs.items() if proof.identical)


def identical_result(
    benchmark: Discovered, limit: Limit, timed: Result | None, failures: Iterable[Failure]
) -> Result:
    """An identical benchmark; `timed` is what timing says where it was a control.

    Timing never changes its verdict, and neither does a control that gave no result.
    """
    if timed is not None:
        called = f"Timing called it {timed.verdict.value} all the same." if timed.verdict in CHANGED else ""
        return timed.model_copy(
            update={
                "verdict": Verdict.IDENTICAL,
                "control": timed.verdict,
                "reason": called,
                "p_value": None,
                "minutes_to_decide": None,
            }
        )
    failed = next(iter(failures), None)
    return Result(
        id=benchmark.id.full_id,
        package=benchmark.id.package,
        target=benchmark.id.target,
        verdict=Verdict.IDENTICAL,
        reason=f"Timed along, it failed: {failed.reason} on {failed.side}." if failed else "",
        last_lines=failed.last_lines if failed else "",
        limit_percent=limit.percent,
        limit_rule=limit.rule,
    )


def with_proof(result: Result, proof: BenchmarkProof | None) -> Result:
    """The result with what the proof found; a regression with the same instructions is placement."""
    if proof is None:
        return result
    update: dict[str, object] = {
        "timed_because": "" if proof.identical else proof.reason,
        "differs": proof.differs,
        "baseline_instructions": proof.baseline_instructions,
        "current_instructions": proof.current_instructions,
    }
    if result.verdict is Verdict.REGRESSED and proof.same_instructions:
        update |= {"verdict": Verdict.PLACEMENT, "reason": PLACEMENT_REASON}
    return result.model_copy(update=update)


def controls(results: Iterable[Result]) -> Controls | None:
    """What the timed identical benchmarks say of the run; None where there were none."""
    timed = [one for one in results if one.control is not None]
    if not timed:
        return None
    changes = [one.change_percent for one in timed if one.change_percent is not None]
    return Controls(
        timed=len(timed),
        called_changed=sum(one.control in CHANGED for one in timed),
        low_percent=min(changes, default=None),
        high_percent=max(changes, default=None),
    )


def comparable(benchmark: Discovered) -> bool:
    """Whether both sides have the benchmark under an id of its own."""
    return len(benchmark.sides) == len(Side) and not benchmark.ambiguous
