"""Benchmarks that valgrind cannot run to their end, and such that depend on more than code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark_ci.model import Proof, Side
from benchmark_ci.prove import prove_target
from tests.prove.variants import Edit
from tests.prove.workshop import Workshop

pytestmark = [pytest.mark.cargo, pytest.mark.slow]
SHIM = Edit(
    "Cargo.toml",
    'criterion = { version = "=0.8.2", default-features = false, features = ["cargo_bench_support"] }',
    'criterion = { path = "harness" }',
)


@pytest.fixture(scope="module")
def odd(valgrind: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Two sides with equal executables, whose data file differs."""
    root = tmp_path_factory.mktemp("odd")
    workshop = Workshop(root, edits=(SHIM,))
    current = workshop.site.folder(Side.CURRENT)
    shutil.rmtree(current)
    shutil.copytree(workshop.site.folder(Side.BASELINE), current, symlinks=True)
    yield workshop
    shutil.rmtree(root, ignore_errors=True)


def change(workshop: Workshop, text: str) -> None:
    (workshop.site.folder(Side.CURRENT) / "src" / "data" / "input.txt").write_text(text)


def proven(workshop: Workshop, kind: str, *more: dict[str, str]) -> Proof:
    """`more`: further variables of baseline and of current, or of both alike."""
    baseline = workshop.baseline["odd"]
    benchmarks = workshop.benchmarks(baseline)
    sides = [
        baseline.model_copy(update={"side": side, "env": {**baseline.env, "ODD": kind, **theirs}})
        for side, theirs in zip(Side, (more or ({},)) * (2 if len(more) < 2 else 1), strict=True)
    ]
    return prove_target(
        sides[0],
        sides[1],
        benchmarks,
        workshop.site,
        changed_data_files=("data/input.txt",),
        limit_seconds=5 if kind == "slow" else 60,
    )


@pytest.mark.parametrize(
    ("kind", "word"),
    [("illegal", "ended with"), ("slow", "longer than"), ("refuses", "ended with"), ("panics", "ended with")],
)
def test_what_valgrind_cannot_run_is_timed(odd: Workshop, kind: str, word: str) -> None:
    change(odd, "something else")
    proof = proven(odd, kind)
    assert not proof.whole
    assert len(proof.benchmarks) == 2
    assert not any(one.identical for one in proof.benchmarks)
    assert word in proof.reason
    assert "data/input.txt" in proof.reason


@pytest.mark.parametrize(
    ("kind", "word"),
    [("reads", "data/input.txt"), ("looks", "data/input.txt"), ("starts", "starts processes")],
)
def test_whoever_reads_a_changed_file_is_timed_and_so_are_later_ones(
    odd: Workshop, kind: str, word: str
) -> None:
    change(odd, "something else")
    first, second = proven(odd, kind).benchmarks
    assert first.identical
    assert not second.identical
    assert word in second.reason


@pytest.mark.parametrize(
    "path", ["/proc/self/exe", "/proc/self/cwd/data/input.txt", "/proc/self/task/../exe"]
)
def test_what_leads_into_the_process_itself_is_no_file_of_the_machine(odd: Workshop, path: str) -> None:
    change(odd, "something else")
    first, second = proven(odd, "given", {"ODD_PATH": path}).benchmarks
    assert first.identical
    assert not second.identical
    assert second.reason == f"it or an earlier benchmark reads `{path}`"


def test_a_link_elsewhere_that_leads_to_a_side_is_followed(odd: Workshop, tmp_path: Path) -> None:
    change(odd, "something else")
    for name, same in (("data/input.txt", False), ("Cargo.toml", True)):
        (tmp_path / "link").unlink(missing_ok=True)
        (tmp_path / "link").symlink_to(odd.site.here / "src" / name)
        assert proven(odd, "given", {"ODD_PATH": str(tmp_path / "link")}).benchmarks[1].identical is same


def test_a_variable_that_differs_is_input_where_the_executable_names_it(odd: Workshop) -> None:
    change(odd, "something else")
    proof = proven(odd, "", {"ODD_PATH": "one"}, {"ODD_PATH": "two"})
    assert not any(one.identical for one in proof.benchmarks)
    assert "it may read the environment variable `ODD_PATH`, which differs" in proof.reason
    proof = proven(odd, "", {"UNHEARD_OF": "one"}, {"ELSEWHERE": "two"})
    assert all(one.identical for one in proof.benchmarks)


@pytest.mark.parametrize("kind", ["", "threads", "lists", "named"])
def test_whoever_reads_no_changed_file_is_identical(odd: Workshop, kind: str) -> None:
    change(odd, "something else")
    assert all(one.identical for one in proven(odd, kind).benchmarks)


def test_an_id_that_is_never_the_same_is_no_doubt_about_the_others(odd: Workshop) -> None:
    change(odd, "something else")
    first, second = proven(odd, "clock").benchmarks
    assert first.identical
    assert not second.identical
    assert second.reason == "it was not tested once on each side"


def test_a_listed_folder_counts_by_its_names(odd: Workshop) -> None:
    more = odd.site.folder(Side.CURRENT) / "src" / "data" / "more.txt"
    more.write_text("")
    assert not proven(odd, "lists").benchmarks[1].identical
    more.unlink()


def test_a_link_is_followed_within_each_side(odd: Workshop) -> None:
    for side, text in ((Side.BASELINE, "one"), (Side.CURRENT, "two")):
        folder = odd.site.folder(side) / "src"
        (folder / "elsewhere").write_text(text)
        (folder / "data" / "input.txt").unlink()
        Path(folder / "data" / "input.txt").symlink_to("../elsewhere")
    assert not proven(odd, "reads").benchmarks[1].identical
    (odd.site.folder(Side.CURRENT) / "src" / "elsewhere").write_text("one")
    assert proven(odd, "reads").benchmarks[1].identical
    (odd.site.folder(Side.CURRENT) / "src" / "data" / "input.txt").unlink()
