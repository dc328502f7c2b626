"""Work that real rayon does in its threads: what a thread executes is not proven, and that is said."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark_ci.model import BenchmarkProof
from benchmark_ci.prove import prove_target
from tests.prove.test_odd import SHIM
from tests.prove.variants import ADVERSARIAL, INNOCENT_EDITS, PLANTED, Edit
from tests.prove.workshop import Workshop

pytestmark = [pytest.mark.cargo, pytest.mark.slow]
RAYON = (
    SHIM,
    Edit("Cargo.toml", "[dev-dependencies]", 'rayon = "1"\n\n[dev-dependencies]'),
    Edit(
        PLANTED,
        "std::thread::spawn(move || in_thread(x)).join().unwrap()",
        "rayon::join(|| in_thread(x), || in_thread(x + 1)).0",
    ),
)


@pytest.fixture(scope="module")
def shop(valgrind: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    root: Path = tmp_path_factory.mktemp("rayon")
    yield Workshop(root, edits=RAYON)
    shutil.rmtree(root, ignore_errors=True)


def prove(shop: Workshop, *edits: Edit) -> tuple[bool, dict[str, BenchmarkProof]]:
    current = shop.variant((*RAYON, *edits))["cases"]
    baseline = shop.baseline["cases"]
    proof = prove_target(baseline, current, shop.benchmarks(baseline), shop.site)
    assert proof.reason == ""
    return proof.whole, {one.id.full_id: one for one in proof.benchmarks}


@pytest.mark.parametrize(
    "edits", [(ADVERSARIAL["planted/thread"],), INNOCENT_EDITS], ids=["changed", "moved"]
)
def test_what_runs_in_rayon_s_threads_is_timed(shop: Workshop, edits: tuple[Edit, ...]) -> None:
    whole, found = prove(shop, *edits)
    assert not whole
    one = found["planted/thread"]
    assert not one.identical
    assert not one.same_instructions
    assert "threads" in one.reason
    # so is whatever comes later, while threads may still run; what came before has nothing to do with it
    assert "threads" in found["innocent/last"].reason
    assert found["innocent/sum"].identical


def test_equal_executables_are_identical_all_the_same(shop: Workshop) -> None:
    whole, found = prove(shop)
    assert whole
    assert all(one.identical for one in found.values())
