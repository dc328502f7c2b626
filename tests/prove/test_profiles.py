"""However it is compiled and linked: what changed is never proven, and most of what did not is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchmark_ci.model import Proof
from benchmark_ci.prove import prove_target
from tests.prove.test_odd import SHIM
from tests.prove.variants import ADVERSARIAL, DOUBTED, INNOCENT_EDITS, Edit
from tests.prove.workshop import Workshop

pytestmark = [pytest.mark.cargo, pytest.mark.slow]

PROFILES = {
    "v0 mangling": ("", "-Csymbol-mangling-version=v0"),
    "fat LTO": ('lto = "fat"', ""),
    "thin LTO": ('lto = "thin"', ""),
    "one codegen unit": ("codegen-units = 1", ""),
    "many codegen units": ("codegen-units = 256", ""),
    "stripped": ("strip = true", ""),
    "aborts": ('panic = "abort"', ""),
    "small": ('opt-level = "s"', ""),
    "little optimised": ("opt-level = 1", ""),
    "debug information": ("debug = true", ""),
    "GNU ld": ("", "-Clinker-features=-lld -Clink-arg=-fuse-ld=bfd"),
    # mold 1 takes `--strip-debug` for `--strip-all`
    "mold": ('strip = "none"', "-Clinker-features=-lld -Clink-arg=-fuse-ld=mold"),
    "native": ("", "-Ctarget-cpu=x86-64-v3"),
}
# open: one unit mixes the tables of all functions; mold's map leaves out strings that it merged
TIMED_NEEDLESSLY = ("fat LTO", "one codegen unit", "mold")
# the innocent edits move functions between codegen units, and what is inlined where a string is dropped
# changes with that
COMPILED_OTHERWISE = {"small": {"innocent/animals", "innocent/show"}}
CHANGED = [edit for id, edit in ADVERSARIAL.items() if id != "planted/local"]


@pytest.fixture(params=sorted(PROFILES))
def shop(
    request: pytest.FixtureRequest, valgrind: None, tmp_path: Path
) -> Iterator[tuple[Workshop, Sequence[Edit]]]:
    if request.param == "mold" and not shutil.which("mold"):
        pytest.skip("mold is not on the PATH")
    profile, flags = PROFILES[request.param]
    edits = (SHIM, Edit("Cargo.toml", "[workspace]\n", f"[workspace]\n[profile.bench]\n{profile}\n"))
    yield Workshop(tmp_path, {"RUSTFLAGS": flags}, edits), edits
    shutil.rmtree(tmp_path, ignore_errors=True)


def prove(workshop: Workshop, edits: Sequence[Edit]) -> Proof:
    current = workshop.variant(edits)["cases"]
    baseline = workshop.baseline["cases"]
    return prove_target(baseline, current, workshop.benchmarks(baseline), workshop.site)


def test_changes_are_seen_and_nothing_else(
    request: pytest.FixtureRequest, shop: tuple[Workshop, Sequence[Edit]]
) -> None:
    workshop, edits = shop
    proof = prove(workshop, (*edits, *CHANGED))
    profile = request.node.callspec.params["shop"]
    needless = profile in TIMED_NEEDLESSLY
    assert proof.reason == "" or needless
    found = {one.id.full_id: one for one in proof.benchmarks}
    wrong = [id for id in ADVERSARIAL if id != "planted/local" and found[id].identical]
    assert not wrong
    if needless:
        return
    innocent = {id: one.reason for id, one in found.items() if id.startswith("innocent/")}
    timed = {id: reason for id, reason in innocent.items() if not found[id].identical}
    assert set(timed) <= {"innocent/last"}, timed

    proof = prove(workshop, (*edits, *INNOCENT_EDITS))
    assert proof.reason == ""
    timed = {one.id.full_id: one.reason for one in proof.benchmarks if not one.identical}
    assert set(timed) <= {*DOUBTED, "innocent/last", *COMPILED_OTHERWISE.get(profile, ())}, timed
