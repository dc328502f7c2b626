"""What only the compiler prepares in another way is the same; what anybody changed is not.

Each variant marks `made`, which prepares all benchmarks, `#[inline(never)]`: the same source, other code.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest

from benchmark_ci.model import Proof
from benchmark_ci.prove import prove_target
from benchmark_ci.prove.opened import Opened
from benchmark_ci.prove.proof import Answer, Finding, Ran
from benchmark_ci.prove.spans import Span
from benchmark_ci.prove.unoptimised import Make, prepared_alike
from tests.prove.variants import Edit
from tests.prove.workshop import Workshop

pytestmark = [pytest.mark.cargo, pytest.mark.slow]

FILE = "benches/compiled.rs"
APART = Edit(FILE, "fn made(seed", "#[inline(never)]\nfn made(seed")
ONE_UNIT = Edit("Cargo.toml", "[workspace]\n", "[workspace]\n[profile.bench]\ncodegen-units = 1\n")
"""So that the compiler leaves out arguments that a method does not use."""

OTHER_PART = Edit(FILE, "first.wrapping_mul", "second.wrapping_mul")
"""Optimised, the method that measures gets the one number that it uses: its code is the same."""

COUNT = 14
OTHERS = {"apart", "apart/shared", "late", "late/shared"}
"""What other functions of the group prepare."""

Prove = Callable[..., Proof]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    root = tmp_path_factory.mktemp("compiled")
    yield Workshop(root, edits=(ONE_UNIT,), arguments=("--bench=compiled",))
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def prove(valgrind: None, shop: Workshop) -> Prove:
    def prove(edits: Iterable[Edit], make: Make | None = None) -> Proof:
        current = shop.variant((ONE_UNIT, APART, *edits))["compiled"]
        return prove_target(
            shop.baseline["compiled"],
            current,
            shop.benchmarks(current),
            shop.site,
            unoptimised=make or (lambda limit: shop.unoptimised(current.target, limit)),
        )

    return prove


def identical(proof: Proof) -> set[str]:
    assert proof.reason == ""
    assert len(proof.benchmarks) == COUNT
    return {one.id.full_id for one in proof.benchmarks if one.identical}


def test_the_compiler_alone_makes_no_other_input(prove: Prove) -> None:
    proof = prove(())
    assert len(identical(proof)) == COUNT, proof
    assert all(one.unoptimised and one.reason == "" for one in proof.benchmarks)
    assert proof.unoptimised == ""


def test_without_unoptimised_code_they_are_timed(prove: Prove) -> None:
    proof = prove((), lambda limit: "nobody compiles today")
    assert identical(proof) == set()
    assert all("prepares it" in one.reason for one in proof.benchmarks)
    assert proof.unoptimised == "there is no unoptimised code: nobody compiles today"


def test_it_is_not_tried_for_a_few(prove: Prove) -> None:
    few = (
        Edit(FILE, "[10, 15, 20, 25, 30, 35, 40]", "[10]"),
        Edit(FILE, "benches_of, late)", "benches_of)"),
    )

    def never(limit: float) -> str:
        raise AssertionError("it was built for less than it costs")

    proof = prove(few, never)
    assert proof.unoptimised == ""
    assert not any(one.identical for one in proof.benchmarks)


CHANGES = {
    "input": Edit(FILE, "i * seed", "i * (seed + 1)"),
    "without checks": Edit(FILE, "{ 1 } else { 2 }", "{ 1 } else { 3 }"),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_another_input_is_seen(prove: Prove, change: str) -> None:
    assert identical(prove((CHANGES[change],))) <= OTHERS


def test_another_input_from_before_main_is_seen(prove: Prove) -> None:
    proof = prove((Edit(FILE, "store(17", "store(18"),))
    assert identical(proof) == set()
    assert proof.unoptimised == "unoptimised code differs, too: compiled::starts"


def test_another_function_of_the_group_prepares_its_own(prove: Prove) -> None:
    proof = prove((Edit(FILE, "black_box(5) * 2;", "black_box(5) * 4;"),))
    # one method measures both that are shared: which function's it is, its symbol does not tell
    assert {one.id.full_id for one in proof.benchmarks} - identical(proof) == OTHERS - {"late"}


def test_what_it_may_leave_to_the_others_is_seen(prove: Prove) -> None:
    more = "black_box(5) * 4;\n    LEFT.store(number, Ordering::Relaxed);"
    proof = prove((Edit(FILE, "black_box(5) * 2;", more),))
    assert identical(proof) == set()
    assert proof.unoptimised == "unoptimised code differs that may leave something in a variable"


@pytest.mark.parametrize("function", ["many(side", "later(x"])
def test_what_is_handed_on_and_compiled_otherwise_is_seen(prove: Prove, function: str) -> None:
    """Its source is the same, but this is what would be measured."""
    proof = prove((Edit(FILE, f"fn {function}: u64", f"#[inline(never)]\nfn {function}: u64"),))
    assert identical(proof) == set()
    assert proof.unoptimised.startswith("preparing hands on what differs: ")


def test_another_part_of_the_input_is_another_benchmark(prove: Prove) -> None:
    proof = prove((OTHER_PART,))
    [field] = [one for one in proof.benchmarks if one.id.full_id == "field"]
    assert not field.identical
    assert field.differs == (), "its code is the same, or this tests nothing"


def test_a_method_that_is_another_one_unoptimised_is_not_the_same(shop: Workshop) -> None:
    """Even if nothing else were to tell it."""
    exe = shop.baseline["compiled"]
    side = Opened(exe, shop.site, read_code=True)
    assert side.code is not None
    spans = {f"{names[0]} {number}": entered(at) for at, names in side.methods.items() for number in (1, 2)}
    ran = Ran(side.code, list(spans), list(spans.values()))
    found = {title: Finding(identical=False, only_prepared=True) for title in spans}

    def unlike(*edits: Edit) -> Mapping[str, bool]:
        shop.variant((ONE_UNIT, *edits))
        made = shop.unoptimised(exe.target, 300)
        answer = Answer(found, (frozenset(), frozenset()))
        after, _ = prepared_alike(answer, (side, side), (ran, ran), lambda _: made, shop.site, 300)
        return {title: one.identical for title, one in after.items()}

    assert all(unlike().values()), "nothing was changed"
    assert list(unlike(OTHER_PART).values()).count(False) == 2, "of one method's"


def entered(start: int) -> Span:
    span = Span()
    span.entry = start
    return span
