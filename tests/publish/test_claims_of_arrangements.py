"""What a stranger's recording may claim of other arrangements of the code."""

from __future__ import annotations

import pytest

from benchmark_ci.errors import ArtifactRejected
from benchmark_ci.model import ArrangedProcess, Arrangement, Recording, Side, Target
from benchmark_ci.publish.claims import check_claims
from tests.engine import bench, processes, recording


def claimed(arrangement: int = 20, name: str = "parse/small", round_: int = 5, number: int = 20) -> Recording:
    measured = recording(processes(bench(), [(100, 130)] * 7))
    line = ArrangedProcess(
        arrangement=arrangement,
        id=bench(name),
        side=Side.CURRENT,
        round=round_,
        first=True,
        wall_seconds=1,
        iters=(10,),
        times=(5,),
    )
    made = Arrangement(number=number, seed=1, targets=(Target(package="crate", name="bench"),))
    return measured.model_copy(update={"arranged": (line,), "arrangements": (made,)})


def test_what_a_run_leaves_is_taken() -> None:
    check_claims(claimed())


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (claimed(arrangement=41), "arrangement"),
        (claimed(number=41), "arrangement"),
        (claimed(round_=41), "round"),
        (claimed(name="other"), "did not find"),
    ],
    ids=["arrangement", "number", "round", "benchmark"],
)
def test_what_no_run_leaves_is_refused(content: Recording, word: str) -> None:
    with pytest.raises(ArtifactRejected) as caught:
        check_claims(content)
    assert word in caught.value.message
