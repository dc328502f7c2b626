"""What a recording of a stranger's may claim: bounds beyond its format, so that judging it stays cheap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from benchmark_ci.errors import ArtifactRejected
from benchmark_ci.model import (
    BenchmarkId,
    Config,
    Recording,
    ReferenceProcess,
    ReferenceTarget,
    Unmeasured,
)

OfTarget = TypeVar("OfTarget", ReferenceProcess, Unmeasured)

MOST_BENCHMARKS = 10_000
MOST_ROUND = 40
"""Our own runs end at 20 rounds, and each may be repeated once, under a number of its own."""

LONGEST_NAME = 2000
"""Characters. Criterion makes file names of them, and no file system takes more than 255 bytes of one."""


def check_claims(recording: Recording) -> None:
    """Raises ArtifactRejected for what no run of ours leaves."""
    header, end = recording.header, recording.end
    found = recording.preparation.benchmarks if recording.preparation else ()
    if end is None:
        raise _rejected("it ends before its run did")
    if not 0 <= header.seed < 2**63 or not 0 < header.threshold_percent <= 1000:
        raise _rejected("its seed or threshold is none that a run can have")
    if not 0 <= end.exit_code <= 4:
        raise _rejected("its exit code does not exist")
    if header.baseline.uncommitted or header.current.uncommitted:
        raise _rejected("it was measured on a working tree")
    if len(found) > MOST_BENCHMARKS:
        raise _rejected(f"it has more than {MOST_BENCHMARKS} benchmarks")
    known = {one.id for one in found}
    if any(max(map(len, (one.package, one.target, one.full_id))) > LONGEST_NAME for one in known):
        raise _rejected(f"the name of a benchmark has more than {LONGEST_NAME} characters")
    if not known.issuperset(_told_of(recording)):
        raise _rejected("it measures benchmarks that its build did not find")
    _check_numbers(recording)


def _check_numbers(recording: Recording) -> None:
    """Of rounds, arrangements and targets."""
    rounds = [
        *(one.round for one in recording.processes),
        *(one.round for one in recording.failures),
        *(one.round for one in recording.arranged),
        *(one.round for one in recording.references),
    ]
    if any(not 0 <= one <= MOST_ROUND for one in rounds):
        raise _rejected(f"it has a round beyond {MOST_ROUND}")
    numbers = [
        *(one.number for one in recording.arrangements),
        *(one.arrangement for one in recording.arranged),
    ]
    if any(one > MOST_ROUND for one in numbers):
        raise _rejected(f"it has an arrangement of the code beyond {MOST_ROUND}")
    positions = [
        *(one.target for one in recording.references),
        *(one.target for one in recording.unmeasured),
    ]
    if any(one >= len(recording.header.targets) for one in positions):
        raise _rejected("it measures targets that it does not name")


def _told_of(recording: Recording) -> Iterator[BenchmarkId]:
    """Every benchmark that something is said of after the build."""
    yield from (one.id for one in recording.processes)
    yield from (one.id for one in recording.failures)
    yield from (one.id for one in recording.arranged)
    for proof in recording.proofs:
        yield from (one.id for one in proof.benchmarks)


def under_rules(
    recording: Recording, config: Config | None, targets: Sequence[ReferenceTarget], path: PurePosixPath
) -> Recording:
    """The recording under the rules of our own file, at `path`, instead of those that it claims.

    What it measured for targets is taken for `targets`, those of the file that are asked for; it is said
    which of them it left out. Raises ArtifactRejected where it was measured under rules the file has not.
    """
    claimed = recording.header
    if (claimed.config is None) != (config is None):
        with_file, there = ("without", "there") if config else ("with", "not there")
        raise _rejected(
            f"it was measured {with_file} a limits file, and `{path}` is {there}",
            "If the first workflow sets `config`, set it here too.",
        )
    places: list[int] = []
    for wanted in claimed.targets:
        free = [at for at, one in enumerate(targets) if at not in places and _same(one, wanted)]
        if not free:
            raise _rejected(
                f"it has a target that `{path}` does not ask for",
                "Give this job the inputs `config`, `filter` and `skip` of the first workflow.",
            )
        places.append(free[0])
    left_out = [at for at in range(len(targets)) if at not in places]
    return recording.model_copy(
        update={
            "header": claimed.model_copy(update={"config": config, "targets": tuple(targets)}),
            "references": tuple(_at(one, places[one.target]) for one in recording.references),
            "unmeasured": (
                *(_at(one, places[one.target]) for one in recording.unmeasured),
                *(Unmeasured(target=at, reason="The pull request's run left it out.") for at in left_out),
            ),
        }
    )


def _at(line: OfTarget, place: int) -> OfTarget:
    return line.model_copy(update={"target": place})


def _same(ours: ReferenceTarget, claimed: ReferenceTarget) -> bool:
    """Whether both set the same two against each other; what is demanded of them is ours to say."""
    return (ours.benchmark, ours.reference_benchmark, ours.reference_command) == (
        claimed.benchmark,
        claimed.reference_benchmark,
        claimed.reference_command,
    )


def _rejected(why: str, remedy: str = "") -> ArtifactRejected:
    return ArtifactRejected(f"The recording in the artifact is not a whole run's: {why}.", remedy)
