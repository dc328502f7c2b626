"""The same code at other addresses: real cargo, real linkers, and what was built before back in its place."""

from __future__ import annotations

import platform
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from iced_x86 import Decoder

from benchmark_ci.build import keeping
from benchmark_ci.build.again import NO_TIME, OWN_WRAPPER
from benchmark_ci.build.arranging import NOT_LINKED, relink
from benchmark_ci.build.build import Build
from benchmark_ci.build.executable import Executable
from benchmark_ci.model import Settings, Side, Target
from benchmark_ci.prove.elf import Image
from benchmark_ci.wall.site import Site
from tests.build.test_linking import configured, linker_of_ones_own
from tests.engine import Heard, bench_main, build_both, crate, manifest

pytestmark = [
    pytest.mark.cargo,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="stable Rust links with LLD on x86-64"),
]

BENCH = Target(package="small", name="bench")
FUNCTIONS = "".join(
    f"#[inline(never)] pub fn work_{number}(x: u64) -> u64 {{ (0..x).fold(0, |a, b| a ^ b * {number}) }}\n"
    for number in range(1, 9)
)
CALLS = "+".join(f"work_{number}(std::env::args().count() as u64)" for number in range(1, 9))


def working(more: str = "", **files: str) -> dict[str, str]:
    value = f'pub fn value() -> String {{ format!("{{}}", {CALLS}) }}\n'
    return crate("", more, **{"src/lib.rs": FUNCTIONS + value, **files})


class Both:
    """Both sides of a crate after the whole build."""

    def __init__(
        self, folder: Path, baseline: Mapping[str, str], current: Mapping[str, str] | None = None
    ) -> None:
        built, site, voice = build_both(folder, baseline, current or baseline)
        self.build: Build = built
        self.site: Site = site
        self.voice: Heard = voice
        assert len(built.executables) >= 2, voice.said + voice.child_lines
        self.as_linked = [self.content(exe) for exe in built.executables]

    def relink(
        self, seed: int, targets: tuple[Target, ...] = (BENCH,), limit: float = 300
    ) -> tuple[Executable, ...] | str:
        answer = relink(
            self.build.recipes, self.build.executables, targets, seed, self.site, self.voice, limit
        )
        assert [self.content(exe) for exe in self.build.executables] == self.as_linked, "back in its place"
        assert not [path for side in Side for path in self.site.folder(side).rglob("*.built")]
        return answer

    def arranged(self, seed: int, targets: tuple[Target, ...] = (BENCH,)) -> tuple[Executable, ...]:
        answer = self.relink(seed, targets)
        assert not isinstance(answer, str), (answer, self.voice.child_lines)
        return answer

    def content(self, exe: Executable) -> bytes:
        with self.site.at(exe.side):
            return exe.path.read_bytes()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return Both(tmp_path_factory.mktemp("arranged") / "run", working())


def places(content: bytes) -> dict[str, int]:
    return {one.name: start for start, one in Image(content).functions.items() if "work_" in one.name}


def instructions(content: bytes) -> Counter[tuple[str, tuple[int, ...]]]:
    """Every function's instructions, whatever they refer to."""
    image = Image(content)
    return Counter(
        (one.name, tuple(each.code for each in Decoder(64, image.read(one.start, one.end), ip=one.start)))
        for one in image.functions.values()
        if (section := image.section(one.start)) and section.code and one.end <= section.end
    )


def test_other_addresses_and_the_same_instructions(both: Both) -> None:
    found = both.arranged(1)
    assert [one.side for one in found] == list(Side)
    for exe, as_linked in zip(found, both.as_linked, strict=True):
        content = both.content(exe)
        before, after = places(as_linked), places(content)
        assert len(before) == 8
        assert before.keys() == after.keys()
        assert sorted(before, key=before.__getitem__) != sorted(after, key=after.__getitem__)
        assert instructions(content) == instructions(as_linked)


def test_it_answers_as_the_one_from_the_build_does(both: Both) -> None:
    for exe in both.arranged(2):
        original = next(one for one in both.build.executables if one.side is exe.side)
        told = []
        for one in (original, exe):
            with both.site.at(exe.side):
                told.append(one.run("--list", identity=None, limit_seconds=60).stdout)
        assert told[0] == told[1]
        assert "benchmark" in told[0]


def test_a_seed_is_an_arrangement(both: Both) -> None:
    first, again, other = ([both.content(exe) for exe in both.arranged(seed)] for seed in (3, 3, 4))
    for exe in both.build.executables:
        with both.site.at(exe.side):
            shutil.rmtree(kept(exe))
    cargos = [both.content(exe) for exe in both.arranged(3)]
    assert first == again == cargos
    assert first[0] == first[1], "the same code on both sides is arranged alike"
    assert first[0] != other[0]


def kept(exe: Executable) -> Path:
    return exe.path.with_name(exe.path.name + keeping.FOLDER_SUFFIX)


def test_the_linker_alone_makes_all_arrangements_but_the_first(tmp_path: Path) -> None:
    sources, heard = linker_of_ones_own(tmp_path, "")
    some = Both(tmp_path / "run", working(**sources_of(sources)))
    some.arranged(1)
    for side in Side:
        (some.site.folder(side) / "src" / "src" / "lib.rs").write_text("this is no Rust")
    for seed in (2, 3):
        for exe, as_linked in zip(some.arranged(seed), some.as_linked, strict=True):
            assert instructions(some.content(exe)) == instructions(as_linked)
    said = heard.read_text()
    assert [said.count(f"-Wl,--shuffle-sections=*={seed}\n") for seed in (1, 2, 3)] == [2, 2, 2]


def test_without_what_was_kept_cargo_makes_it(both: Both) -> None:
    both.arranged(8)
    for exe in both.build.executables:
        with both.site.at(exe.side):
            assert (kept(exe) / keeping.AGAIN).is_file()
            some = next(kept(exe).glob("*.o"))
            some.write_bytes(b"no object file")
    assert both.arranged(9)


def test_only_the_bench_executable_is_made_again(both: Both) -> None:
    folder = both.site.folder(Side.CURRENT) / "target"
    libraries = {path: path.stat().st_mtime_ns for path in folder.rglob("*.rlib")}
    assert libraries
    both.arranged(5)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.rlib")} == libraries


def test_only_the_targets_that_are_asked_for(tmp_path: Path) -> None:
    sources = working() | {
        "Cargo.toml": manifest("small", benches=("bench", "other")),
        "benches/other.rs": bench_main("2"),
    }
    some = Both(tmp_path, sources)
    other = Target(package="small", name="other")
    assert [str(one.target) for one in some.arranged(1, (other,))] == ["small/other"] * 2
    assert len(some.arranged(1, (BENCH, other))) == 4


@pytest.mark.parametrize(
    ("profile", "config"),
    [
        ('[profile.bench]\nlto = "fat"\ncodegen-units = 1\n', ""),
        ('[profile.bench]\nstrip = true\npanic = "abort"\n', ""),
        ("", '[build]\nrustflags = ["-Cforce-frame-pointers=yes"]\n'),
    ],
    ids=["fat LTO", "stripped", "RUSTFLAGS"],
)
def test_profiles_and_flags_stay(tmp_path: Path, profile: str, config: str) -> None:
    some = Both(tmp_path, working(profile, **({".cargo/config.toml": config} if config else {})))
    for seed in (1, 2):  # the second by the linker alone
        for exe, as_linked in zip(some.arranged(seed), some.as_linked, strict=True):
            content = some.content(exe)
            assert content != as_linked
            assert instructions(content) == instructions(as_linked)


def test_a_linker_that_does_not_shuffle_is_no_error(tmp_path: Path) -> None:
    bfd = '[build]\nrustflags = ["-Clinker-features=-lld", "-Clink-arg=-fuse-ld=bfd"]\n'
    some = Both(tmp_path, working(**{".cargo/config.toml": bfd}))
    assert some.relink(1) == NOT_LINKED
    assert any("shuffle-sections" in line for line in some.voice.child_lines)


def test_a_linker_that_ignores_what_it_is_told_is_seen(tmp_path: Path) -> None:
    drops = 'for one in "$@"; do shift; case $one in *--shuffle*) ;; *) set -- "$@" "$one" ;; esac; done'
    sources, heard = linker_of_ones_own(tmp_path, drops)
    some = Both(tmp_path / "run", working(**sources_of(sources)))
    assert some.relink(1) == NOT_LINKED
    assert heard.read_text().count("-Wl,--shuffle-sections=*=1") == 1


def sources_of(sources: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in sources.items() if name.startswith(".cargo")}


def test_current_alone_that_cannot_is_left_out(tmp_path: Path) -> None:
    bfd = '[build]\nrustflags = ["-Clinker-features=-lld", "-Clink-arg=-fuse-ld=bfd"]\n'
    some = Both(tmp_path, working(), working(**{".cargo/config.toml": bfd}))
    assert some.relink(1) == NOT_LINKED


def test_too_little_time_is_said(both: Both) -> None:
    assert both.relink(6, limit=0.001) == NO_TIME
    assert both.arranged(6)


def test_the_users_own_wrapper_is_not_replaced(tmp_path: Path) -> None:
    program = tmp_path / "theirs"
    program.write_text('#!/bin/sh\nexec "$@"\n')
    program.chmod(0o755)
    some = Both(tmp_path / "run", configured(f'[build]\nrustc-workspace-wrapper = "{program}"\n'))
    assert some.relink(1) == OWN_WRAPPER


def test_without_a_proof_there_is_no_recipe(tmp_path: Path) -> None:
    built, _, _ = build_both(tmp_path, crate(), crate(), Settings(prove=False))
    assert built.recipes == {}
