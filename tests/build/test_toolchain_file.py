"""What a repository's toolchain file asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark_ci.build.toolchain_file import Wanted, wanted
from benchmark_ci.errors import BadInput


def asked(checkout: Path, directory: str = ".", of_input: str = "") -> tuple[str, str]:
    found = wanted(of_input, checkout, Path(directory))
    return found.channel, found.origin


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
        ("rust-toolchain.toml", "a" + "[" * 100_000),
        ("rust-toolchain.toml", '[toolchain]\nchannel = "1.95"\ncomponents = "rust-src"\n'),
        ("rust-toolchain.toml", '[toolchain]\nchannel = "1.95"\ncomponents = ["--profile"]\n'),
        ("rust-toolchain.toml", '[toolchain]\nchannel = "1.95"\ntargets = [5]\n'),
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


WISHES = """
[toolchain]
channel = "1.80"
components = ["rust-src", "clippy", "llvm-tools", "rust-src", "rust-docs"]
targets = ["wasm32-unknown-unknown"]
profile = "complete"
"""


@pytest.mark.parametrize("of_input", ["", "nightly"])
def test_components_and_targets_are_wanted_whoever_names_the_channel(tmp_path: Path, of_input: str) -> None:
    (tmp_path / "rust-toolchain.toml").write_text(WISHES)
    found = wanted(of_input, tmp_path, Path())
    assert found.channel == (of_input or "1.80")
    assert found.components == ("rust-src", "llvm-tools"), "once each, and none that no build calls"
    assert found.targets == ("wasm32-unknown-unknown",)


def test_beside_the_input_a_broken_file_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain.toml").write_text("[toolchain")
    assert wanted("nightly", tmp_path, Path()) == Wanted(channel="nightly", origin="input `toolchain`")
