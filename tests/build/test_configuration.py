"""A bench executable finds the variables that cargo would give it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from benchmark_ci.build.configuration import configurations, missing_wrapper, settable, variables
from benchmark_ci.model import Settings
from benchmark_ci.wall.environment import on_a_terminal
from tests.engine import build_both, crate, machine_toolchain, write_files

NAMES = ("PLAIN", "KEPT", "FORCED", "PLACE", "NEAR", "SCRIPT", "OUT_DIR", "CARGO_PKG_NAME", "NOWHERE")
LISTED = ", ".join(f'"{name}"' for name in NAMES)
VALUE = f'[{LISTED}].map(|name| format!("{{name}}={{:?}}", std::env::var(name).ok())).join(" ")'
CONFIGURED = """
[env]
PLAIN = "plain"
KEPT = "from the file"
FORCED = { value = "from the file", force = true }
PLACE = { value = "data/here", relative = true }
CARGO_PKG_NAME = { value = "another", force = true }
NEAR = "root"
SCRIPT = "from the file"
"""
SOURCES = crate(
    VALUE,
    **{
        "build.rs": 'fn main() { println!("cargo:rustc-env=SCRIPT=from the script"); }',
        ".cargo/config.toml": CONFIGURED,
    },
)


@pytest.mark.cargo
def test_it_finds_what_cargo_would_give_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "from outside")
    monkeypatch.setenv("FORCED", "from outside")
    built, site, _ = build_both(tmp_path, SOURCES, SOURCES, Settings(prove=False))  # as plain cargo builds
    chain = machine_toolchain()
    for exe in built.executables:
        with site.at(exe.side) as here:
            ours = exe.run("--list", identity=None, limit_seconds=30).stdout
            theirs = subprocess.run(
                (str(chain.bin / "cargo"), "bench", "--quiet", "--bench", "bench", "--", "--list"),
                cwd=here / "src",
                env=on_a_terminal(os.environ, chain.bin) | {"CARGO_TARGET_DIR": str(here / "target")},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        assert f'PLACE=Some("{here}/src/data/here")' in ours
        assert 'SCRIPT=Some("from the script")' in ours
        assert 'OUT_DIR=Some("' in ours
        assert "NOWHERE=None" in ours
        assert ours == theirs


@pytest.mark.cargo
@pytest.mark.parametrize("named", [False, True])
def test_it_finds_its_shared_libraries_wherever_cargo_puts_them(tmp_path: Path, named: bool) -> None:
    """Where the configuration names a target, cargo builds into a folder of that name."""
    host = subprocess.run(("rustc", "-vV"), capture_output=True, text=True, check=True).stdout
    triple = next(line.split()[1] for line in host.splitlines() if line.startswith("host:"))
    config = '[build]\nrustflags = ["-Cprefer-dynamic"]\n' + (f'target = "{triple}"\n' if named else "")
    shared = (
        '[package]\nname = "shared"\nversion = "1.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["dylib"]\n'
    )
    sources = crate(
        "shared::value()",
        '[dependencies]\nshared = { path = "shared" }\n',
        **{
            ".cargo/config.toml": config,
            "shared/Cargo.toml": shared,
            "shared/src/lib.rs": "pub fn value() -> u32 { 5 }\n",
        },
    )
    built, _, _ = build_both(tmp_path, sources, sources)
    assert built.preparation.target_failures == ()
    assert [one.id.full_id for one in built.preparation.benchmarks] == ["value/5"]


def settings(folder: Path, sources: dict[str, str], **env: str) -> dict[str, str]:
    """What the files set for a program that is started in `a/b` of the folder."""
    write_files(folder, {"a/b/Cargo.toml": "", **sources})
    return variables(folder / "a", env, folder / "a" / "b")


def test_the_nearest_file_wins_name_by_name(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        {
            "a/b/.cargo/config.toml": '[env]\nONE = "near"\n',
            "a/.cargo/config.toml": '[env]\nONE = "far"\nTWO = "far"\n',
            "home/.cargo/config.toml": '[env]\nTWO = "home"\nTHREE = "home"\n',
            "cargo-home/config.toml": '[env]\nFOUR = "cargo"\n',
        },
        HOME=str(tmp_path / "home"),
    )
    assert found == {"ONE": "near", "TWO": "far", "THREE": "home"}
    assert settings(tmp_path, {}, HOME=str(tmp_path / "home"), CARGO_HOME=str(tmp_path / "cargo-home")) == {
        "ONE": "near",
        "TWO": "far",
        "FOUR": "cargo",
    }


def test_what_is_set_already_stays_unless_it_is_forced(tmp_path: Path) -> None:
    files = {"a/.cargo/config.toml": '[env]\nONE = "1"\nTWO = { value = "2", force = true }\n'}
    assert settings(tmp_path, files, ONE="0", TWO="0") == {"TWO": "2"}


def test_a_file_wins_over_those_that_it_includes_and_a_later_one_over_an_earlier(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        {
            "a/.cargo/config.toml": (
                'include = ["one.toml", { path = "sub/two.toml" }, { path = "none.toml", optional = true }]\n'
                '[env]\nOWN = "own"\n'
            ),
            "a/.cargo/one.toml": '[env]\nOWN = "one"\nBOTH = "one"\nONE = "one"\n',
            "a/.cargo/sub/two.toml": (
                'include = "../config.toml"\n[env]\nBOTH = "two"\nTWO = { value = "two", relative = true }\n'
            ),
        },
    )
    assert found == {"OWN": "own", "BOTH": "two", "ONE": "one", "TWO": str(tmp_path / "a/.cargo/two")}


def test_the_old_name_wins_over_the_new_one(tmp_path: Path) -> None:
    files = {"a/.cargo/config": '[env]\nONE = "old"\n', "a/.cargo/config.toml": '[env]\nONE = "new"\n'}
    assert settings(tmp_path, files) == {"ONE": "old"}


@pytest.mark.parametrize(
    "text",
    [
        "[env",
        'env = "text"',
        "[env]\nONE = 1\nTWO = { force = true }\n",
        "include = 3",
    ],
)
def test_what_cargo_would_refuse_sets_nothing(tmp_path: Path, text: str) -> None:
    assert settings(tmp_path, {"a/.cargo/config.toml": text}) == {}


def test_a_link_out_of_the_clone_is_not_followed(tmp_path: Path) -> None:
    write_files(tmp_path, {"secret": '[env]\nONE = "secret"\n', "a/.cargo/none": ""})
    (tmp_path / "a" / ".cargo" / "config.toml").symlink_to(tmp_path / "secret")
    assert settings(tmp_path, {}) == {}


def test_what_strangers_include_lies_in_the_clone(tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text('[env]\nONE = "secret"\n')
    for name in (str(tmp_path / "secret.toml"), "../../secret.toml"):
        files = {
            "a/.cargo/config.toml": f'include = ["{name}", "../../a/more.toml"]\n',
            "a/more.toml": '[env]\nTWO = "2"\n',
            "home/.cargo/config.toml": f'include = "{tmp_path}/own.toml"\n',
            "own.toml": '[env]\nTHREE = "3"\n',
        }
        assert settings(tmp_path, files, HOME=str(tmp_path / "home")) == {"TWO": "2", "THREE": "3"}


def test_files_that_include_each_other_without_end_are_given_up(tmp_path: Path) -> None:
    every = ", ".join(['"config.toml"'] * 50)
    assert settings(tmp_path, {"a/.cargo/config.toml": f'include = [{every}]\n[env]\nONE = "1"\n'}) == {
        "ONE": "1"
    }


def test_what_no_process_can_be_given_is_left_out() -> None:
    assert settable({"A": "1", "": "2", "B=C": "3", "D": "4\0", "E\0": "5", "F": "="}) == {"A": "1", "F": "="}


def test_no_file_is_looked_at_twice(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path)}
    every = list(configurations(env, tmp_path / "a" / "b"))
    assert len(every) == len(set(every))
    assert every[0] == tmp_path / "a" / "b" / ".cargo" / "config.toml"


@pytest.mark.parametrize(
    ("name", "env", "missing"),
    [
        ("sccache-of-nobody", {}, "sccache-of-nobody"),
        ("sh", {}, ""),
        ("./tools/wrapper", {}, ""),
        ("./tools/none", {}, "./tools/none"),
        ("", {}, ""),
        ("sccache-of-nobody", {"RUSTC_WRAPPER": "mine"}, ""),
        ("sccache-of-nobody", {"CARGO_BUILD_RUSTC_WRAPPER": "mine"}, ""),
    ],
)
def test_a_wrapper_that_is_missing(tmp_path: Path, name: str, env: dict[str, str], missing: str) -> None:
    write_files(
        tmp_path,
        {
            "a/b/.cargo/config.toml": '[env]\nONE = "1"\n',
            "a/.cargo/config.toml": f'[build]\nrustc-wrapper = "{name}"\n',
            ".cargo/config.toml": '[build]\nrustc-wrapper = "farther"\n',
            "a/tools/wrapper": "",
        },
    )
    (tmp_path / "a" / "tools" / "wrapper").chmod(0o755)
    assert missing_wrapper(tmp_path, {"PATH": "/usr/bin:/bin", **env}, tmp_path / "a" / "b") == missing
