"""Every executable has its symbols and a linker map beside it, whoever links it and whatever strips it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmark_ci.build import linking
from benchmark_ci.model import Settings, Side
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.wall.site import Site
from tests.engine import build_both, crate, ids_of

HOST = "x86_64-unknown-linux-gnu"


def configured(text: str) -> dict[str, str]:
    return crate(**{".cargo/config.toml": text})


def linker_of_ones_own(folder: Path, script: str) -> tuple[dict[str, str], Path]:
    """A crate whose linker is a script that keeps its arguments."""
    heard = folder / "heard"
    program = folder / "their-cc"
    program.write_text(f'#!/bin/sh\necho "$@" >> {heard}\n{script}\nexec cc "$@"\n')
    program.chmod(0o755)
    return configured(f'[target.{HOST}]\nlinker = "{program}"\n'), heard


CASES = {
    "plain": crate(),
    "profile.bench": crate("1", "[profile.bench]\nstrip = true\n"),
    "profile.release": crate("1", '[profile.release]\nstrip = "symbols"\n'),
    "RUSTFLAGS": configured('[build]\nrustflags = ["-C", "strip=symbols", "-Cdebuginfo=1"]\n'),
    "GNU ld": configured('[build]\nrustflags = ["-Clinker-features=-lld", "-Clink-arg=-fuse-ld=bfd"]\n'),
    "fat LTO": crate("1", '[profile.bench]\nlto = "fat"\ncodegen-units = 1\n'),
}


def read_both(folder: Path, sources: dict[str, str], settings: Settings) -> list[Image]:
    """Builds both sides alike; each has a map that fits its executable."""
    built, site, voice = build_both(folder, sources, sources, settings)
    assert not built.preparation.target_failures, voice.child_lines
    assert ids_of(built, Side.CURRENT) == ["value/1"]
    images = []
    for exe in built.executables:
        with site.at(exe.side):
            image = Image(exe.path.read_bytes())
            linker_map = LinkerMap(exe.path.with_name(f"{exe.path.name}.map").read_bytes())
        assert not list(exe.path.parent.glob("*.errors"))
        main = next(one for one in image.functions.values() if one.name == "main")
        assert linker_map.at(main.start) is not None
        images.append(image)
    return images


@pytest.mark.cargo
@pytest.mark.parametrize("case", sorted(CASES))
def test_symbols_and_a_map_are_there(tmp_path: Path, case: str) -> None:
    first, second = read_both(tmp_path / "run", CASES[case], Settings())
    assert first.same_memory(second)


@pytest.mark.cargo
def test_the_users_own_linker_is_called(tmp_path: Path) -> None:
    sources, heard = linker_of_ones_own(tmp_path, "")
    read_both(tmp_path / "run", sources, Settings())
    assert heard.read_text().count("-Wl,-Map=") == 2


@pytest.mark.cargo
def test_a_linker_that_knows_no_maps_links_without(tmp_path: Path) -> None:
    refuses = 'case "$*" in *-Map=*) echo "unknown option -Map" >&2; exit 1 ;; esac'
    sources, heard = linker_of_ones_own(tmp_path, refuses)
    built, site, voice = build_both(tmp_path / "run", sources, sources)
    assert [one.sides for one in built.preparation.benchmarks] == [tuple(Side)]
    assert heard.read_text().count("-Wl,-Map=") == 2
    for exe in built.executables:
        assert not list((site.folder(exe.side) / exe.path.relative_to(site.here)).parent.glob("*.map*"))
    assert not any("unknown option" in line for line in voice.child_lines)


@pytest.mark.cargo
def test_an_honest_failure_is_told_once(tmp_path: Path) -> None:
    for name, broken in {
        "links": configured('[build]\nrustflags = ["-Clink-arg=-lnowhere"]\n'),
        "compiles": crate(**{"benches/bench.rs": "fn main() { nothing() }\n"}),
    }.items():
        built, _, voice = build_both(tmp_path / name, crate(), broken)
        [failure] = built.preparation.target_failures
        assert failure.side is Side.CURRENT
        assert ("nowhere" if name == "links" else "nothing") in failure.reason + "".join(voice.child_lines)
        told = [line for line in voice.child_lines if line.startswith("error: linking") or "E0425" in line]
        assert len(told) <= 2  # by rustc, and by cargo


@pytest.mark.cargo
def test_without_a_proof_nothing_is_added(tmp_path: Path) -> None:
    built, site, _ = build_both(tmp_path, crate(), crate(), Settings(prove=False))
    assert built.executables
    assert not list(site.root.rglob("*.map"))
    assert not (site.root / "tools").exists()


@pytest.mark.cargo
def test_the_users_own_wrapper_is_used(tmp_path: Path) -> None:
    heard, program = tmp_path / "heard", tmp_path / "theirs"
    program.write_text(f'#!/bin/sh\necho "$@" >> {heard}\nexec "$@"\n')
    program.chmod(0o755)
    sources = configured(f'[build]\nrustc-workspace-wrapper = "{program}"\n')
    built, site, _ = build_both(tmp_path / "run", sources, sources)
    assert len(built.executables) == 2
    assert "small" in heard.read_text()
    assert not list(site.root.rglob("*.map"))


@pytest.mark.parametrize(
    ("arguments", "added"),
    [
        ("-C linker=clang-18", "-Wl,-Map="),
        ("-Clinker=/opt/x86_64-linux-gnu-gcc", "-Wl,-Map="),
        ("-C linker=/usr/bin/ld.lld-18", "-Map="),
        ("--codegen=linker=rust-lld", "-Map="),
        ("-C linker=rust-lld -C linker-flavor=gnu-lld-cc", "-Wl,-Map="),
        ("-C linker=cc -Clinker-flavor=ld.lld", "-Map="),
        ("", "-Wl,-Map="),
    ],
)
def test_who_links_decides_how_it_is_asked(tmp_path: Path, arguments: str, added: str) -> None:
    said = spoken(tmp_path, f"{BENCH} {arguments}")
    assert said[-2:] == ["-C", f"link-arg={added}{tmp_path}/out/b-1.map"]


@pytest.mark.parametrize(
    "arguments",
    [
        "-vV",
        "- --crate-name ___ --print=file-names --crate-type bin --crate-type rlib",
        "--crate-name b src/lib.rs --crate-type lib --out-dir OUT -C strip=symbols",
        "--crate-name build_script_build build.rs --crate-type bin --out-dir OUT",
    ],
)
def test_what_links_no_executable_is_left_alone(tmp_path: Path, arguments: str) -> None:
    assert spoken(tmp_path, arguments) == arguments.replace("OUT", f"{tmp_path}/out").split()


def test_stripping_is_undone_where_it_was_asked_for(tmp_path: Path) -> None:
    said = spoken(tmp_path, "--crate-name b b.rs --test --out-dir OUT -Cstrip=symbols")
    assert said[-2:] == ["-C", "strip=debuginfo"]


@pytest.mark.parametrize(
    ("arguments", "assertions", "checks"),
    [
        ("-C opt-level=3", "off", "off"),
        ("-Copt-level=s -C debug-assertions=on", "on", "on"),
        ("--codegen=opt-level=2 -Cdebug-assertions -Coverflow-checks=no", "on", "no"),
        ("-O -C overflow-checks", "off", "on"),
        ("-C opt-level=3 -C debug-assertions=yes -C debug-assertions=n", "n", "n"),
    ],
)
def test_unoptimised_keeps_the_profiles_checks(
    tmp_path: Path, arguments: str, assertions: str, checks: str
) -> None:
    """Without optimisation rustc turns them on by itself, and `cfg(debug_assertions)` is other code."""
    said = spoken(tmp_path, f"{BENCH} {arguments}", {linking.UNOPTIMISED: "1"})
    assert said[-8:-2] == [
        *("-C", "opt-level=0"),
        *("-C", f"debug-assertions={assertions}"),
        *("-C", f"overflow-checks={checks}"),
    ]
    assert said[-1] == f"link-arg=-Wl,-Map={tmp_path}/out/b-1.unoptimised.map"


@pytest.mark.parametrize("arguments", ["", "-C opt-level=0", "-C opt-level=3 -Copt-level=0"])
def test_what_is_not_optimised_stays_as_it_is(tmp_path: Path, arguments: str) -> None:
    said = spoken(tmp_path, f"{BENCH} {arguments}", {linking.UNOPTIMISED: "1"})
    assert said[-2:] == ["-C", f"link-arg=-Wl,-Map={tmp_path}/out/b-1.map"]
    assert said[:-2] == f"{BENCH} {arguments}".replace("OUT", f"{tmp_path}/out").split()


BENCH = "--crate-name b b.rs --crate-type bin --out-dir OUT -C extra-filename=-1"


def spoken(folder: Path, arguments: str, env: Mapping[str, str] | None = None) -> list[str]:
    """What the script hands to rustc; spaces stand in arguments of the user's, too."""
    (folder / "out").mkdir()
    rustc = folder / "real rustc"
    rustc.write_text('#!/bin/sh\nfor one in "$@"; do echo "$one"; done\n')
    rustc.chmod(0o755)
    (folder / "site").mkdir()
    site = Site(folder / "site", None)
    with site.at(Side.BASELINE) as here:
        [script] = linking.environment(site, {}, here / "src").values()
    split = arguments.replace("OUT", f"{folder}/out").split()
    done = subprocess.run(
        [script, str(rustc), *split],
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()
