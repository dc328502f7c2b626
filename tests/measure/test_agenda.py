"""What is timed, and in which order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.measure.agenda import MOST_CONTROLS, agenda
from benchmark_ci.model import BenchmarkProof, Proof, Target
from tests.engine import bench, discovered


def proof(*found: tuple[str, bool, int | None, int | None]) -> Proof:
    return Proof(
        target=Target(package="crate", name="bench"),
        benchmarks=tuple(
            BenchmarkProof(
                id=bench(name), identical=same, baseline_instructions=baseline, current_instructions=current
            )
            for name, same, baseline, current in found
        ),
    )


def test_likely_regressions_come_first_and_what_has_as_many_instructions_last() -> None:
    found = proof(
        ("as many", False, 100, 100),
        ("fewer", False, 100, 80),
        ("unknown", False, None, None),
        ("a little more", False, 100, 105),
        ("much more", False, 100, 300),
    )
    every = [discovered(one.id) for one in found.benchmarks]
    order = [one.id.full_id for one in agenda(every, [found], 1).benchmarks]
    assert order == ["much more", "a little more", "unknown", "fewer", "as many"]


def test_nothing_to_time_needs_no_controls() -> None:
    found = proof(*((f"b{number}", True, 9, 9) for number in range(5)))
    assert agenda([discovered(one.id) for one in found.benchmarks], [found], 1).benchmarks == ()


def test_without_proofs_everything_is_timed() -> None:
    every = [discovered(bench(f"b{number}")) for number in range(9)]
    wanted = agenda(every, [], 3)
    assert set(wanted.benchmarks) == set(every)
    assert not wanted.controls


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 2**48))
def test_all_that_is_not_proven_is_timed_and_a_few_others(timed: int, identical: int, seed: int) -> None:
    found = proof(
        *((f"t{number}", False, 9, 9) for number in range(timed)),
        *((f"i{number}", True, 9, 9) for number in range(identical)),
    )
    every = [discovered(one.id) for one in found.benchmarks]
    wanted = agenda(every, [found], seed)
    assert wanted == agenda(every, [found], seed)
    names = [one.id.full_id for one in wanted.benchmarks]
    assert sorted(name for name in names if name.startswith("t")) == sorted(f"t{n}" for n in range(timed))
    controls = [name for name in names if name.startswith("i")]
    assert {one.full_id for one in wanted.controls} == set(controls)
    assert names[timed:] == controls
    assert len(controls) <= min(MOST_CONTROLS, identical)
    assert bool(controls) is bool(timed and identical)
