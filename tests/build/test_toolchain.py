"""Which toolchain is asked for, and finding it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmark_ci.build.toolchain import find, wanted_channel
from benchmark_ci.errors import BadInput, BuildFailed
from tests.engine import Heard, machine_toolchain


def asked(checkout: Path, directory: str = ".", of_input: str = "") -> tuple[str, str]:
    return wanted_channel(of_input, checkout, Path(directory))


@pytest.mark.parametrize(
    ("name", "text", "channel"),
    [
        ("rust-toolchain.toml", '[toolchain]\nchannel = "1.95"\n', "1.95"),
        (
            "rust-toolchain.toml",
            '[toolchain]\nchannel = "nightly-2026-01-01"\nprofile = "minimal"',
            "nightly-2026-01-01",
        ),
        ("rust-toolchain", "1.95.0\n", "1.95.0"),
        ("rust-toolchain", "  stable-x86_64-unknown-linux-gnu  \n\n", "stable-x86_64-unknown-linux-gnu"),
        ("rust-toolchain", '[toolchain]\nchannel = "beta"\n', "beta"),
    ],
)
def test_toolchain_files(tmp_path: Path, name: str, text: str, channel: str) -> None:
    (tmp_path / name).write_text(text)
    assert asked(tmp_path) == (channel, f"`{name}`")


def test_a_file_that_only_adds_components_leaves_the_default(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain.toml").write_text('[toolchain]\ncomponents = ["rustfmt"]\n')
    assert asked(tmp_path) == ("", "the default")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rust-toolchain.toml", '[toolchain]\npath = "../mine"\n'),
        ("rust-toolchain.toml", "[toolchain]\n"),
        ("rust-toolchain.toml", ""),
        ("rust-toolchain.toml", "[toolchain\n"),
        ("rust-toolchain.toml", "toolchain = 5\n"),
        ("rust-toolchain.toml", "[toolchain]\nchannel = 5\n"),
        ("rust-toolchain.toml", '[toolchain]\nchannel = "--help"\n'),
        ("rust-toolchain.toml", '[toolchain]\nchannel = "a b"\n'),
        ("rust-toolchain", "../../mine"),
        ("rust-toolchain", "stable\nbeta"),
        ("rust-toolchain", ""),
    ],
)
def test_a_toolchain_file_that_names_no_channel_is_refused_by_name(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadInput) as caught:
        asked(tmp_path)
    assert f"`{name}`" in caught.value.message
    assert "`toolchain`" in caught.value.remedy


def test_a_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("stable")
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "rust-toolchain").symlink_to(tmp_path / "secret")
    with pytest.raises(BadInput, match="rust-toolchain"):
        asked(checkout)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="rust-toolchain"):
        asked(tmp_path)


def test_the_nearest_file_at_or_above_counts_and_none_outside(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain").write_text("outside")
    checkout = tmp_path / "checkout"
    (checkout / "a" / "b").mkdir(parents=True)
    assert asked(checkout, "a/b") == ("", "the default")
    (checkout / "rust-toolchain").write_text("1.80")
    assert asked(checkout, "a/b")[0] == "1.80"
    (checkout / "a" / "rust-toolchain.toml").write_text('[toolchain]\nchannel = "1.81"')
    assert asked(checkout, "a/b") == ("1.81", "`a/rust-toolchain.toml`")
    assert asked(checkout)[0] == "1.80"


def test_of_two_files_rustup_takes_the_older_form(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain").write_text("1.80")
    (tmp_path / "rust-toolchain.toml").write_text('[toolchain]\nchannel = "1.81"')
    assert asked(tmp_path)[0] == "1.80"


def test_the_input_wins(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain").write_text("1.80")
    assert asked(tmp_path, of_input="nightly") == ("nightly", "input `toolchain`")


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
    environ = rustup_that(tmp_path, "echo 'error: no such toolchain' >&2; exit 1")
    with pytest.raises(BuildFailed, match="no such toolchain") as caught:
        find("1.999", "input `toolchain`", environ, Heard())
    assert "toolchain" in caught.value.remedy
