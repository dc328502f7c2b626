"""The whole proof of executables for AArch64: under callgrind for AArch64, in an emulator (QEMU)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import pytest

from benchmark_ci.model import BenchmarkProof
from benchmark_ci.prove import prove_target
from tests.prove.arm import CHANGED, VARIANTS, ArmWorkshop, missing, tools
from tests.prove.variants import DOUBTED

pytestmark = [pytest.mark.cargo, pytest.mark.slow]
Proven = Callable[[str], Mapping[str, BenchmarkProof]]


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proven]:
    """The proof of a variant's bench target, by benchmark."""
    reason = missing()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(f"the proof's tests for AArch64 must run in CI: {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)
    root = tmp_path_factory.mktemp("arm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tools()}{os.pathsep}{os.environ['PATH']}")
        workshop = ArmWorkshop(root)
        baseline = workshop.baseline["cases"]
        benchmarks = workshop.benchmarks(baseline)

        @lru_cache
        def prove(variant: str) -> Mapping[str, BenchmarkProof]:
            current = workshop.variant(VARIANTS[variant])["cases"]
            proof = prove_target(baseline, current, benchmarks, workshop.site)
            assert proof.reason == ""
            return {one.id.full_id: one for one in proof.benchmarks}

        yield prove
    shutil.rmtree(root, ignore_errors=True)


@pytest.mark.parametrize("id", sorted(CHANGED.keys() - {"planted/local"}))
def test_a_benchmark_whose_code_changed_is_not_identical(proven: Proven, id: str) -> None:
    one = proven("adversarial")[id]
    assert not one.identical
    # by its own code, not because something else was in doubt
    assert (one.differs and one.reason == "its code differs") or DOUBTED[id] in one.reason


def test_benchmarks_that_no_change_reaches_are_identical(proven: Proven) -> None:
    found = proven("adversarial")
    alone = {id: one.reason for id, one in found.items() if id.startswith("innocent/") and not one.identical}
    assert set(alone) <= {"innocent/last"}  # it runs after a thread was started


def test_innocent_changes_leave_everything_identical(proven: Proven) -> None:
    found = proven("innocent")
    timed = {id: one.reason for id, one in found.items() if not one.identical}
    assert set(timed) == {*DOUBTED, "innocent/last"}, timed
    assert len(found) > 30


def test_instructions_are_counted_on_both_sides(proven: Proven) -> None:
    for id, one in proven("innocent").items():
        assert one.baseline_instructions
        if one.identical and id != "innocent/count":  # its hash table has random keys
            assert one.baseline_instructions == one.current_instructions, id
