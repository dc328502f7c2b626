"""A finished Criterion tree: where its results lie, which names they have, and everything hostile in it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.errors import BadInput
from benchmark_ci.measure.criterion import read_results
from benchmark_ci.measure.tree import DEEPEST, Tree, home, printable
from tests.measure.test_criterion import BAD_BENCHMARKS, BAD_SAMPLES
from tests.trees import identity, put, samples, suite


def ids(tree: Path, name: str = "new") -> list[str]:
    return sorted(found.full_id for found in Tree(tree).read(name))


# --- where


def test_a_checkout_its_target_the_tree_and_an_artifact_are_all_taken(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    tree = suite(checkout / "target" / "criterion", a=100)
    (checkout / "Cargo.toml").touch()
    (checkout / "target" / "CACHEDIR.TAG").touch()
    assert home(checkout) == home(checkout / "target") == home(tree) == tree
    artifact = suite(tmp_path / "artifact", a=100)
    assert home(artifact) == artifact


def test_other_trees_in_a_checkout_are_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").touch()
    suite(tmp_path / "target" / "criterion", a=100)
    suite(tmp_path / "examples" / "other" / "target" / "criterion", a=5, b=5)
    assert ids(home(tmp_path)) == ["a"]


def test_members_with_trees_of_their_own_are_all_read(tmp_path: Path) -> None:
    for member in ("alpha", "beta"):
        suite(tmp_path / member / "bench" / "criterion", **{member: 100})
    assert ids(home(tmp_path)) == ["alpha", "beta"]


def test_a_group_called_target_or_criterion_is_a_group(tmp_path: Path) -> None:
    put(tmp_path, "target/criterion/x")
    put(tmp_path, "criterion/y")
    put(tmp_path, "z")
    assert ids(home(tmp_path)) == ["criterion/y", "target/criterion/x", "z"]


def test_a_target_that_is_a_link_to_another_disk(tmp_path: Path) -> None:
    suite(tmp_path / "disk" / "criterion", a=100)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "Cargo.toml").touch()
    (checkout / "target").symlink_to(tmp_path / "disk")
    assert home(checkout) == tmp_path / "disk" / "criterion"


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, said in (
        ("file", "is not a folder"),
        ("missing", "does not exist"),
        ("loop", "does not exist"),
    ):
        with pytest.raises(BadInput, match=said):
            home(tmp_path / name)
    with pytest.raises(BadInput, match="cannot be read"):
        home(tmp_path / ("x" * 5000))


# --- which


def test_any_depth_and_confusing_names(tmp_path: Path) -> None:
    names = ("new", "vec/new", "new/new", "base", "report/change", "deep/er/than/criterion/ever/goes")
    for name in names:
        put(tmp_path, name, names=("new", "base"))
    assert ids(tmp_path) == ids(tmp_path, "base") == sorted(names)


def test_a_benchmark_and_a_group_of_one_name(tmp_path: Path) -> None:
    put(tmp_path, "x")
    put(tmp_path, "x/new")
    put(tmp_path, "x/main")
    assert ids(tmp_path) == ["x", "x/main", "x/new"]
    assert Tree(tmp_path).saved == []


def test_saved_baselines_are_found_by_name(tmp_path: Path) -> None:
    put(tmp_path, "a", names=("new", "base", "main"))
    put(tmp_path, "b", names=("new", "v1.2"))
    (tmp_path / "a" / "change").mkdir()
    (tmp_path / "a" / "change" / "estimates.json").touch()
    (tmp_path / "a" / "report").mkdir()
    tree = Tree(tmp_path)
    assert tree.saved == ["base", "main", "v1.2"]
    assert tree.copies_new("base") and tree.copies_new("main")
    put(tmp_path, "a", samples(5), names=("main",))
    assert not Tree(tmp_path).copies_new("main")
    assert not Tree(tmp_path).copies_new("unknown")


def test_it_reads_what_the_engine_reads(tmp_path: Path) -> None:
    put(tmp_path, "a/1", benchmark=identity("a/1", {"Bytes": 64}))
    put(tmp_path, "b", [[10.0, 20.0], [1000.0, 2000.0]])
    found = {one.full_id: one for one in Tree(tmp_path).read()}
    for one in read_results(tmp_path):
        mine = found.pop(one.full_id)
        assert (tuple(mine.iters), tuple(mine.times)) == (one.iters, one.times)
        assert (mine.folder, mine.throughput) == (str(one.folder), one.throughput)
    assert not found


# --- damaged


@pytest.mark.parametrize("sample", BAD_SAMPLES.values(), ids=BAD_SAMPLES)
def test_a_bad_sample_spoils_its_own_benchmark_only(tmp_path: Path, sample: object) -> None:
    suite(tmp_path, good=100)
    put(tmp_path, "bad", b"null" if sample is None else sample)
    bad, good = Tree(tmp_path).read()
    assert "bad/new/sample.json" in bad.flaw
    assert (bad.full_id, good.full_id, good.flaw) == ("bad", "good", "")


@pytest.mark.parametrize("benchmark", BAD_BENCHMARKS.values(), ids=BAD_BENCHMARKS)
def test_a_bad_benchmark_spoils_itself_only(tmp_path: Path, benchmark: object) -> None:
    suite(tmp_path, good=100)
    put(tmp_path, "bad", benchmark=benchmark)
    bad, good = Tree(tmp_path).read()
    assert "bad/new/benchmark.json" in bad.flaw
    assert (bad.folder, good.full_id) == ("bad", "good")


@pytest.mark.parametrize("missing", ["benchmark.json", "sample.json"])
def test_a_missing_file_is_told(tmp_path: Path, missing: str) -> None:
    (put(tmp_path, "bad") / "new" / missing).unlink()
    (bad,) = Tree(tmp_path).read()
    assert f"bad/new/{missing}` is missing" in bad.flaw


@given(share=st.floats(0, 1, exclude_max=True), name=st.sampled_from(["benchmark.json", "sample.json"]))
def test_a_file_cut_off_anywhere(tmp_path_factory: pytest.TempPathFactory, share: float, name: str) -> None:
    tree = tmp_path_factory.mktemp("tree")
    file = put(tree, "bad") / "new" / name
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    (bad,) = Tree(tree).read()
    assert f"bad/new/{name}" in bad.flaw


@given(st.binary(max_size=200))
def test_any_bytes_are_told(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    tree = tmp_path_factory.mktemp("tree")
    put(tree, "bad", content)
    (bad,) = Tree(tree).read()
    assert bad.flaw


# --- hostile


def test_links_are_not_followed_and_counted(tmp_path: Path) -> None:
    tree, elsewhere = tmp_path / "tree", suite(tmp_path / "elsewhere", outside=1)
    suite(tree, inside=100)
    (tree / "loop").symlink_to(tree)
    (tree / "out").symlink_to(elsewhere)
    found = Tree(tree)
    assert [one.full_id for one in found.read()] == ["inside"]
    assert found.links == 2


def test_a_file_that_is_a_link_or_no_file_is_a_flaw(tmp_path: Path) -> None:
    for name in ("link", "pipe", "folder", "huge"):
        file = put(tmp_path, name) / "new" / "sample.json"
        file.unlink()
        if name == "link":
            file.symlink_to("/etc/hostname")
        elif name == "pipe":
            os.mkfifo(file)
        elif name == "folder":
            file.mkdir()
        else:
            with file.open("wb") as opened:
                opened.truncate(10 * 1024**3)
    began = time.monotonic()
    found = {one.full_id: one.flaw for one in Tree(tmp_path).read()}
    assert set(found) == {"link", "pipe", "folder", "huge"}
    assert all(f"`{name}/new/sample.json`" in flaw for name, flaw in found.items())
    assert time.monotonic() - began < 30


def test_nested_deeper_than_anything_honest(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * (DEEPEST + 2))
    deep.mkdir(parents=True)
    with pytest.raises(BadInput, match="nested deeper"):
        Tree(tmp_path)


def test_a_path_that_is_too_long_for_the_system_is_named(tmp_path: Path) -> None:
    place = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=place)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(place)
    with pytest.raises(BadInput, match="cannot be read"):
        Tree(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    suite(tmp_path, good=100)
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(BadInput, match="closed"):
        Tree(tmp_path)


def test_names_that_are_no_text(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[31m/new")).mkdir(parents=True)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[31m/new/benchmark.json")).write_text("{")
    (bad,) = Tree(tmp_path).read()
    assert "\x1b" not in bad.flaw and bad.flaw.isprintable()
    assert printable("\udcff\x1b") == r"\udcff\x1b"
