"""Dependencies are the same on both sides, unless each side has committed a lock of its own."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from benchmark_ci.build import lock
from benchmark_ci.model import Side
from tests.engine import build_both, crate, ids_of, vendored

LOCK = """version = 4

[[package]]
name = "outer"
version = "VERSION"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "small"
version = "0.1.0"
dependencies = ["outer"]
"""
OLD, NEW = "1.0.0", "1.1.0"


def sources(locked: str | None, more: str = "") -> dict[str, str]:
    found = crate("outer::VALUE", f'[dependencies]\nouter = "1"\n{more}')
    for version in (OLD, NEW):
        number = version.replace(".", "")
        found |= vendored("outer", version, f"pub const VALUE: u32 = {number};")
    return found | ({"Cargo.lock": LOCK.replace("VERSION", locked)} if locked else {})


@pytest.mark.cargo
@pytest.mark.parametrize(
    ("baseline", "current", "expected", "words"),
    [
        (OLD, NEW, ("100", "110"), None),
        (OLD, OLD, ("100", "100"), None),
        (OLD, None, ("100", "100"), "Only baseline has a Cargo.lock"),
        (None, OLD, ("100", "100"), "Only current has a Cargo.lock"),
        (None, None, ("110", "110"), "No Cargo.lock is committed"),
    ],
)
def test_which_versions_each_side_gets(
    tmp_path: Path, baseline: str | None, current: str | None, expected: tuple[str, str], words: str | None
) -> None:
    built, _, voice = build_both(tmp_path, sources(baseline), sources(current))
    assert built.preparation.target_failures == (), voice.child_lines
    assert tuple(ids_of(built, side) for side in Side) == tuple([f"value/{one}"] for one in expected)
    if words:
        (caution,) = built.preparation.cautions
        assert words in caution
    else:
        assert built.preparation.cautions == ()


@pytest.mark.cargo
def test_a_lock_that_its_manifest_outgrew_is_updated_and_told(tmp_path: Path) -> None:
    outgrown = sources(OLD) | {"Cargo.lock": LOCK.replace("VERSION", OLD).replace("0.1.0", "0.0.9")}
    built, _, _ = build_both(tmp_path, sources(OLD), outgrown)
    assert ids_of(built, Side.CURRENT) == ["value/100"], "what was locked stays locked"
    assert any("Cargo.lock of current is not up to date" in one for one in built.preparation.cautions)


def test_the_nearest_lock_at_or_above_counts(tmp_path: Path) -> None:
    inner = PurePosixPath("a/b")
    (tmp_path / inner).mkdir(parents=True)
    assert lock.find(tmp_path, inner) is None
    (tmp_path / "Cargo.lock").touch()
    assert lock.find(tmp_path, inner) == PurePosixPath("Cargo.lock")
    (tmp_path / "a" / "Cargo.lock").touch()
    assert lock.find(tmp_path, inner) == PurePosixPath("a/Cargo.lock")
    assert lock.find(tmp_path, PurePosixPath(".")) == PurePosixPath("Cargo.lock")


def test_copying_a_lock_replaces_a_link(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "Cargo.lock").write_text("locked")
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "two" / "Cargo.lock").symlink_to(tmp_path / "precious")
    lock.copy(PurePosixPath("Cargo.lock"), tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "precious").read_text() == "precious"
    assert (tmp_path / "two" / "Cargo.lock").read_text() == "locked"
