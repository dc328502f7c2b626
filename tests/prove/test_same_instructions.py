"""Code that differs and executes the same instructions is placement; whatever else differs never is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmark_ci.model import BenchmarkId, BenchmarkProof, Proof, Side
from benchmark_ci.prove.inputs import Inputs
from benchmark_ci.prove.opened import Opened
from benchmark_ci.prove.placement import Placement
from tests.prove.workshop import Workshop

pytestmark = [pytest.mark.cargo, pytest.mark.slow]
Proven = Callable[[str, str], Proof]
REFUSED = {
    "changed/second": "other instructions",
    "changed/file": "data/placed.txt",
    "changed/input": "prepares",
    "changed/later_input": "prepares",
    "changed/threads": "threads",
}
"""Benchmarks that are not claimed, by a word of the reason: each for its own."""


def by_id(proof: Proof, group: str) -> dict[str, BenchmarkProof]:
    assert proof.reason == ""
    return {one.id.full_id: one for one in proof.benchmarks if one.id.full_id.startswith(group)}


def test_what_never_runs_may_differ(proven: Proven) -> None:
    placed = by_id(proven("placed", "placed"), "placed/")
    assert len(placed) == 6
    assert [id for id, one in placed.items() if not one.same_instructions] == []
    for one in placed.values():
        assert not one.identical
        assert one.differs
        assert one.baseline_instructions == one.current_instructions


def test_what_runs_may_not_differ(proven: Proven) -> None:
    changed = by_id(proven("placed", "placed"), "changed/")
    assert len(changed) == 13
    assert [id for id, one in changed.items() if one.same_instructions or one.identical] == []
    # counting one iteration would have told none of them apart (a thread's start varies)
    del changed["changed/threads"]
    assert [id for id, one in changed.items() if one.baseline_instructions != one.current_instructions] == []


def test_what_prepares_otherwise_from_the_second_sample_on_is_seen(proven: Proven) -> None:
    [one] = by_id(proven("placed", "placed"), "changed/only_later_input").values()
    assert not one.identical
    assert one.differs == ()
    assert "prepares" in one.reason


def test_nothing_else_is_claimed(proven: Proven) -> None:
    assert not any(one.same_instructions for one in proven("adversarial", "preparing").benchmarks)


def test_each_is_refused_for_its_own_reason(
    valgrind: None, workshop: Workshop, stands: Callable[[str], None]
) -> None:
    stands("placed")
    exe = workshop.baseline["placed"]
    baseline, current = (
        Opened(exe.model_copy(update={"side": side}), workshop.site, read_code=True) for side in Side
    )
    by_symbol = {symbols: start for start, symbols in current.methods.items()}
    entries = [(start, by_symbol[symbols]) for start, symbols in baseline.methods.items()]
    placement = Placement(baseline, current, Inputs(workshop.site), entries)
    ids = [BenchmarkId(package="proof-crate", target="placed", full_id=id) for id in REFUSED]
    doubts = {id.full_id: doubt for id, doubt in placement.doubts(ids, 120).items()}
    assert {id: doubts[id] for id, word in REFUSED.items() if word not in doubts[id]} == {}
    assert set(placement.doubts(ids[:2], 1).values()) == {"no time was left to repeat it"}
