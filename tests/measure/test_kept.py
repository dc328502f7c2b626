"""Criterion's own files: of each benchmark the process with the median floor, under a place of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.measure.criterion import CriterionResult
from benchmark_ci.measure.kept import KeptFiles
from benchmark_ci.model import BenchmarkId, SamplingMode, Side
from tests.engine import bench


def add(
    kept: KeptFiles, benchmark: BenchmarkId, floor: float, folder: str, side: Side = Side.CURRENT
) -> None:
    result = CriterionResult(
        full_id=benchmark.full_id,
        folder=Path(folder),
        sampling_mode=SamplingMode.FLAT,
        iters=(10.0, 10.0),
        times=(floor * 10, floor * 30),
        throughput=None,
    )
    kept.add(side, benchmark, result, {"benchmark.json": b"{}", "sample.json": str(floor).encode()})


def samples(kept: KeptFiles, side: Side = Side.CURRENT) -> dict[str, str]:
    return {name: file.read_text() for name, file in kept.tree(side).items() if name.endswith("sample.json")}


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=9))
def test_the_process_with_the_median_floor_stays(floors: list[float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = KeptFiles(Path(folder) / "kept")
        for floor in floors:
            add(kept, bench("a"), floor, "a")
        (found,) = samples(kept).values()
        below = sum(floor < float(found) for floor in floors)
        above = sum(floor > float(found) for floor in floors)
        assert float(found) in floors
        assert below <= len(floors) / 2
        assert above <= len(floors) / 2


def test_a_tree_is_what_criterion_would_have_left(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path / "kept")
    add(kept, bench("g/f/1"), 5, "g/f/1")
    add(kept, bench("h"), 6, "h")
    assert set(kept.tree(Side.CURRENT)) == {
        "g/f/1/new/benchmark.json",
        "g/f/1/new/sample.json",
        "h/new/benchmark.json",
        "h/new/sample.json",
    }
    assert kept.tree(Side.BASELINE) == {}


def test_sides_are_kept_apart(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path / "kept")
    add(kept, bench("a"), 5, "a", Side.BASELINE)
    add(kept, bench("a"), 6, "a", Side.CURRENT)
    assert samples(kept, Side.BASELINE) == {"a/new/sample.json": "5"}
    assert samples(kept, Side.CURRENT) == {"a/new/sample.json": "6"}


def test_one_id_in_two_targets_stands_below_package_and_target(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path / "kept")
    add(kept, bench("a", "one", "x"), 1, "a")
    add(kept, bench("a", "two", "x"), 2, "a")
    add(kept, bench("a", "two", "y"), 3, "a")
    assert samples(kept) == {
        "a/new/sample.json": "1",
        "two/x/a/new/sample.json": "2",
        "two/y/a/new/sample.json": "3",
    }


@given(
    st.lists(st.tuples(st.sampled_from("pq"), st.sampled_from("st"), st.sampled_from("abcdef")), unique=True)
)
def test_nothing_is_ever_overwritten(names: list[tuple[str, str, str]]) -> None:
    """Criterion turns several ids into one folder name; all of them have to stay."""
    with tempfile.TemporaryDirectory() as folder:
        kept = KeptFiles(Path(folder) / "kept")
        for number, (package, target, name) in enumerate(names, start=1):
            add(kept, bench(name, package, target), number, "same")
        found = samples(kept)
        assert sorted(map(float, found.values())) == list(map(float, range(1, len(names) + 1)))
        assert all(PurePosixPath(name).parent.name == "new" for name in found)
