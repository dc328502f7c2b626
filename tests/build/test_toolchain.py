"""Finding a toolchain, installing it, and adding what the repository wants beside it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from benchmark_ci.build.toolchain import add, find
from benchmark_ci.build.toolchain_file import Wanted
from benchmark_ci.errors import BuildFailed
from tests.engine import Heard, machine_toolchain


@pytest.mark.cargo
def test_the_default_is_the_toolchains_own_folder(tmp_path: Path) -> None:
    chain = machine_toolchain()
    assert (chain.bin / "cargo").is_file()
    assert (chain.bin / "rustc").is_file()
    assert chain.version.startswith("rustc ")
    assert chain.name == ""


@pytest.mark.cargo
def test_a_channel_that_the_default_is_needs_no_download() -> None:
    default = machine_toolchain()
    number = default.version.split()[1]
    for channel in (number, number.rpartition(".")[0]):
        voice = Heard()
        found = find(channel, "the test", os.environ, voice)
        assert (found.bin, found.name, found.version) == (default.bin, channel, default.version)
        assert voice.said == []


@pytest.mark.cargo
def test_a_toolchain_variable_of_the_job_steers_nothing() -> None:
    assert find("", "the default", os.environ | {"RUSTUP_TOOLCHAIN": "1.0.0"}, Heard()) == machine_toolchain()


def test_without_any_rust_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="No Rust toolchain"):
        find("", "the default", {"PATH": str(tmp_path)}, Heard())


def test_a_channel_without_rustup_says_so(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match=r"1\.80 \(input `toolchain`\).*rustup"):
        find("1.80", "input `toolchain`", {"PATH": str(tmp_path)}, Heard())


def rustup_that(folder: Path, script: str) -> dict[str, str]:
    """A `rustup` of this behaviour, alone on the PATH."""
    program = folder / "rustup"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": str(folder)}


def test_a_missing_channel_is_installed_and_then_found(tmp_path: Path) -> None:
    chain = tmp_path / "chain" / "bin"
    chain.mkdir(parents=True)
    (chain / "rustc").write_text("#!/bin/sh\necho rustc 1.80.0\n")
    (chain / "rustc").chmod(0o755)
    environ = rustup_that(
        tmp_path,
        f'case "$1 $2" in\n"toolchain install") : > {tmp_path}/installed; echo "$@" > {tmp_path}/asked;;\n'
        f'"which --toolchain") [ -e {tmp_path}/installed ] && echo {chain}/cargo || exit 1;;\n'
        "*) exit 1;;\nesac",
    )
    voice = Heard()
    found = find("1.80", "`rust-toolchain`", environ, voice)
    assert (found.bin, found.version) == (chain, "rustc 1.80.0")
    assert "Installing the toolchain 1.80 (`rust-toolchain`)" in voice.said
    assert "toolchain install 1.80" in (tmp_path / "asked").read_text()


def test_a_channel_that_cannot_be_installed_says_what_rustup_said(tmp_path: Path) -> None:
    stack = "echo 'error: no such toolchain' >&2; echo '   0: main' >&2; echo '   1: start' >&2; exit 1"
    environ = rustup_that(tmp_path, stack)
    with pytest.raises(BuildFailed, match="no such toolchain") as caught:
        find("1.999", "input `toolchain`", environ, Heard())
    assert "toolchain" in caught.value.remedy


SIDES = (
    Wanted(channel="", origin="", components=("rust-src", "rustfmt")),
    Wanted(channel="", origin="", components=("rustfmt", "nonesuch"), targets=("wasm32-unknown-unknown",)),
)


def test_what_either_side_wants_is_added_to_the_toolchain_that_builds(tmp_path: Path) -> None:
    chain = machine_toolchain()
    environ = rustup_that(
        tmp_path,
        f'echo "$@" >> {tmp_path}/asked\n'
        'case "$*" in *nonesuch) echo "error: it has no component nonesuch" >&2; exit 1;; esac',
    )
    voice = Heard()
    (caution,) = add(chain, SIDES, environ, voice)
    name = chain.bin.parent.name
    assert (tmp_path / "asked").read_text().splitlines() == [
        f"component add --toolchain {name} rust-src",
        f"component add --toolchain {name} rustfmt",
        f"component add --toolchain {name} nonesuch",
        f"target add --toolchain {name} wasm32-unknown-unknown",
    ]
    assert "component `nonesuch`" in caution and caution.endswith("(error: it has no component nonesuch).")
    assert len(voice.said) == 3


def test_without_rustup_nothing_is_added(tmp_path: Path) -> None:
    assert add(machine_toolchain(), SIDES, {"PATH": str(tmp_path)}, Heard()) == []


@pytest.mark.cargo
def test_rustup_adds_what_is_there_already_without_a_network(tmp_path: Path) -> None:
    """And says of any other name that there is none."""
    chain = machine_toolchain()
    environ = {**os.environ, "RUSTUP_DIST_SERVER": "http://127.0.0.1:9"}
    host = chain.bin.parent.name.partition("-")[2]
    there = Wanted(channel="", origin="", components=("cargo", "rustc"), targets=(host,))
    assert add(chain, [there], environ, Heard()) == []
    cautions = add(chain, [Wanted(channel="", origin="", components=("nonesuch",))], environ, Heard())
    assert len(cautions) == bool(shutil.which("rustup")), "without it nothing is added"
    for caution in cautions:
        assert "nonesuch" in caution and "backtrace" not in caution.lower() and "\n" not in caution
