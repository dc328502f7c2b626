"""Proving all bench targets of a run, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

from benchmark_ci.build.executable import Executable
from benchmark_ci.errors import Interrupted
from benchmark_ci.model import BenchmarkId, BenchmarkProof, Discovered, Proof, Side, Target
from benchmark_ci.prove.target import LIMIT_SECONDS, prove_target
from benchmark_ci.wall.site import Site

LEAST_LIMIT_SECONDS = 20.0
SECONDS_PER_BENCHMARK = 2.5
"""Each side may take this long under callgrind: about as long as it takes to time a benchmark instead."""

MakeTarget = Callable[[Target, float], tuple[Executable, ...] | str]
"""A target's executables without optimisation, as `Make` makes them."""


def prove_suite(
    executables: Sequence[Executable],
    benchmarks: Sequence[Discovered],
    site: Site,
    changed_data_files: tuple[str, ...],
    harness_versions: Mapping[str, tuple[str, str]],
    regressed: Collection[BenchmarkId] = (),
    unoptimised: MakeTarget | None = None,
) -> Iterator[Proof]:
    """A proof for each bench target that both sides have; `harness_versions` are by package.

    `regressed` and `unoptimised` as in `prove_target`.

    Whatever goes wrong is a reason to time the target's benchmarks, never an error of the run.
    """
    for target, sides in _of_both_sides(executables).items():
        own = [one for one in benchmarks if (one.id.package, one.id.target) == (target.package, target.name)]
        comparable = tuple(one.id for one in own if len(one.sides) == len(Side) and not one.ambiguous)
        if not comparable:
            continue
        try:
            yield prove_target(
                sides[Side.BASELINE],
                sides[Side.CURRENT],
                own,
                site,
                changed_data_files=changed_data_files,
                harness_versions=harness_versions.get(target.package),
                limit_seconds=limit_seconds(len(comparable)),
                regressed=regressed,
                unoptimised=partial(unoptimised, target) if unoptimised else None,
            )
        except Interrupted:
            raise
        except Exception as bug:  # strangers' executables were read: none of them may end the run
            yield _given_up(target, comparable, f"proving it failed ({type(bug).__name__}: {bug})")


def prove_placement(
    regressed: Mapping[BenchmarkId, BenchmarkProof],
    executables: Sequence[Executable],
    benchmarks: Sequence[Discovered],
    site: Site,
    changed_data_files: tuple[str, ...],
    harness_versions: Mapping[str, tuple[str, str]],
) -> Iterator[Proof]:
    """The proofs of regressed benchmarks again, with the answer: do both sides execute the same instructions?

    It takes some seconds for each, and the target's own proof is made again.
    """
    targets = {(one.package, one.target) for one in regressed}
    theirs = [one for one in executables if (one.target.package, one.target.name) in targets]
    for proof in prove_suite(theirs, benchmarks, site, changed_data_files, harness_versions, regressed):
        found = tuple(
            regressed[one.id].model_copy(update={"same_instructions": one.same_instructions})
            for one in proof.benchmarks
            if one.id in regressed
        )
        yield proof.model_copy(update={"benchmarks": found})


def limit_seconds(benchmarks: int) -> float:
    """How long a side of a target with so many benchmarks may run under callgrind."""
    return min(LIMIT_SECONDS, max(LEAST_LIMIT_SECONDS, SECONDS_PER_BENCHMARK * benchmarks))


def _of_both_sides(executables: Sequence[Executable]) -> dict[Target, dict[Side, Executable]]:
    found: dict[Target, dict[Side, Executable]] = {}
    for exe in executables:
        found.setdefault(exe.target, {})[exe.side] = exe
    return {target: sides for target, sides in found.items() if len(sides) == len(Side)}


def _given_up(target: Target, benchmarks: tuple[BenchmarkId, ...], reason: str) -> Proof:
    found = tuple(BenchmarkProof(id=one, identical=False, reason=reason) for one in benchmarks)
    return Proof(target=target, benchmarks=found, reason=reason)
