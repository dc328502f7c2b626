"""What the truth study changes in sources before it measures them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark_ci.errors import BuildFailed
from benchmarks.truth.record import Experiment
from benchmarks.truth.variant import Variant, apply


def _crate(folder: Path, build: str = "build = false\n") -> Path:
    for name in ("src", "benches"):
        (folder / name).mkdir(parents=True)
    (folder / "Cargo.toml").write_text(f'[package]\nname = "a"\n{build}autolib = false\n', encoding="utf-8")
    (folder / "src" / "lib.rs").touch()
    (folder / "benches" / "b.rs").touch()
    return folder


def _moved(number: int) -> Variant:
    return Variant(name=f"moved-{number}", experiment=Experiment.MOVED, number=number)


def _texts(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): file.read_text(encoding="utf-8")
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_an_odd_arrangement_links_in_another_order(tmp_path: Path) -> None:
    crate = _crate(tmp_path)
    apply(_moved(3), crate)
    found = _texts(crate)
    assert '\nbuild = "shuffle.rs"\nautolib = false\n' in found.pop("Cargo.toml")
    assert "cargo:rustc-link-arg-benches=-Wl,--shuffle-sections=*=3" in found.pop("shuffle.rs")
    assert not any(found.values())


def test_a_crate_with_a_build_script_is_not_given_another(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="build script of its own"):
        apply(_moved(1), _crate(tmp_path, 'build = "build.rs"\n'))


def test_an_even_arrangement_adds_functions_that_are_its_own(tmp_path: Path) -> None:
    crates = [_crate(tmp_path / name) for name in "abc"]
    for crate, number in zip(crates, (2, 2, 4), strict=True):
        apply(_moved(number), crate)
    first, again, other = map(_texts, crates)
    assert first == again != other
    assert all("#[used]" in first[name] for name in ("src/lib.rs", "benches/b.rs"))


def test_a_size_is_one_number(tmp_path: Path) -> None:
    crate = _crate(tmp_path)
    apply(Variant(name="planted-5", experiment=Experiment.PLANTED, number=5), crate)
    found = _texts(crate)
    assert found["src/extra.rs"].splitlines()[-1] == "pub const EXTRA_PERCENT: u64 = 5;"
    assert not found["src/lib.rs"]
