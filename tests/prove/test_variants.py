"""Real crates whose code differs in one place: what changed is never proven, what did not is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from benchmark_ci.model import BenchmarkProof, Proof
from benchmark_ci.prove import prove_target
from tests.prove.variants import ADVERSARIAL, DOUBTED
from tests.prove.workshop import Workshop

pytestmark = [pytest.mark.cargo, pytest.mark.slow]
Proven = Callable[[str, str], Proof]


def by_id(proof: Proof) -> Mapping[str, BenchmarkProof]:
    assert proof.reason == ""
    return {one.id.full_id: one for one in proof.benchmarks}


@pytest.mark.parametrize("id", sorted(ADVERSARIAL))
def test_a_benchmark_whose_code_changed_is_not_identical(proven: Proven, id: str) -> None:
    variant = "thread-local" if id == "planted/local" else "adversarial"
    one = by_id(proven(variant, "cases"))[id]
    assert not one.identical
    # by its own code, not because something else was in doubt
    assert (one.differs and one.reason == "its code differs") or DOUBTED[id] in one.reason


def test_only_what_never_runs_may_differ_and_be_placement(proven: Proven) -> None:
    found = {**by_id(proven("adversarial", "cases")), **by_id(proven("thread-local", "cases"))}
    claimed = {id for id, one in found.items() if one.same_instructions}
    assert claimed <= {"planted/vtable_made", "planted/pointer", "planted/file", "planted/jump"}


def test_it_names_what_differs_as_a_rust_programmer_writes_it(proven: Proven) -> None:
    found = by_id(proven("adversarial", "cases"))
    assert found["planted/table"].differs == ("proof_crate::planted::TABLE",)
    assert found["planted/dependency"].differs == ("dependency::mix",)
    assert found["planted/pointer"].differs == ("proof_crate::planted::times",)
    assert "proof_crate::planted::later" in found["planted/second"].differs


def test_benchmarks_that_no_change_reaches_are_identical(proven: Proven) -> None:
    found = by_id(proven("adversarial", "cases"))
    alone = {id: one.reason for id, one in found.items() if id.startswith("innocent/") and not one.identical}
    assert set(alone) <= {"innocent/last"}  # it runs after a thread was started


def test_innocent_changes_leave_everything_identical(proven: Proven) -> None:
    found = by_id(proven("innocent", "cases"))
    timed = {id: one.reason for id, one in found.items() if not one.identical}
    assert set(timed) == {*DOUBTED, "innocent/last"}, timed
    assert len(found) > 30
    assert all(one.identical for one in proven("innocent", "preparing").benchmarks)


def test_another_input_is_another_benchmark(proven: Proven) -> None:
    found = by_id(proven("adversarial", "preparing"))
    assert found["early"].identical
    for id in ("prepared/sum", "prepared/at"):
        assert not found[id].identical
        assert "prepare" in found[id].reason
        # not one instruction more or less: only the data differ
        assert found[id].baseline_instructions == found[id].current_instructions


@pytest.mark.parametrize(("id", "word"), sorted(DOUBTED.items()))
def test_what_code_cannot_show_is_said(proven: Proven, id: str, word: str) -> None:
    one = by_id(proven("innocent", "cases"))[id]
    assert not one.identical
    assert word in one.reason or "threads" in one.reason


def test_the_same_executable_is_the_trivial_case(workshop: Workshop) -> None:
    exe = workshop.baseline["preparing"]
    benchmarks = workshop.benchmarks(exe)
    proof = prove_target(exe, exe, benchmarks, workshop.site)
    assert proof.whole
    assert all(one.identical for one in proof.benchmarks)
    # another file changed: it is run, to see what it reads
    unread = prove_target(exe, exe, benchmarks, workshop.site, changed_data_files=("data/input.txt",))
    assert unread.whole
    assert all(one.identical for one in unread.benchmarks)
    other = prove_target(exe, exe, benchmarks, workshop.site, harness_versions=("0.7.0", "0.8.2"))
    assert not any(one.identical for one in other.benchmarks)


def test_proofs_are_kept_in_the_recording(proven: Proven) -> None:
    proof = proven("innocent", "preparing")
    assert Proof.model_validate_json(proof.model_dump_json()) == proof
