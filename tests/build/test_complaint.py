"""What a failed build comes down to, and what helps: as real builds say it, and as widely used crates do."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark_ci.build.complaint import LINES, clipped, of_cargo
from benchmark_ci.build.remedy import remedy
from benchmark_ci.errors import BuildFailed
from benchmark_ci.model import Side
from tests.engine import build_both, crate

SCRIPT = """   Compiling a v0.1.0
error: failed to run custom build command for `foo-sys v1.0.0`

Caused by:
  process didn't exit successfully: `/t/release/build/foo-sys-1/build-script-build` (exit status: 101)
  --- stdout
{stdout}

  --- stderr
{stderr}
warning: build failed, waiting for other jobs to finish...
"""
FOR_CARGO = ["cargo:rerun-if-env-changed=CXX", "cargo::rustc-check-cfg=cfg(x)"] * 20


def failed(stderr: str, stdout: str = "") -> str:
    def indented(lines: list[str]) -> str:
        return "\n".join(f"  {line}" if line else "" for line in lines)

    said = SCRIPT.format(
        stdout=indented([*FOR_CARGO, *stdout.splitlines()]), stderr=indented(stderr.splitlines())
    )
    return of_cargo(said)


PANIC = """
thread 'main' (4) panicked at /cargo/registry/src/x/cmake-0.1.58/src/lib.rs:1132:5:

failed to execute command: No such file or directory (os error 2)
is `cmake` not installed?

build script failed, must exit now
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
"""


def test_of_a_build_script_its_own_words_stay() -> None:
    assert failed(PANIC).splitlines() == [
        "The build script of foo-sys v1.0.0 failed: "
        "failed to execute command: No such file or directory (os error 2)",
        "thread 'main' (4) panicked at /cargo/registry/src/x/cmake-0.1.58/src/lib.rs:1132:5:",
        "failed to execute command: No such file or directory (os error 2)",
        "is `cmake` not installed?",
        "build script failed, must exit now",
    ]
    assert failed("", "only this").splitlines()[0].endswith("failed: only this")
    assert failed("warning: x\nthe end").splitlines()[0].endswith("failed: the end")
    long = failed("\n".join(map(str, range(100)))).splitlines()
    assert len(long) == LINES and long[-1] == "99"
    assert failed("").startswith("error: failed to run custom build command"), "it said nothing"


def test_of_cargo_s_own_errors_the_beginning_and_the_end_stay() -> None:
    assert of_cargo("    Updating index\nerror: no such package\n") == "error: no such package"
    lines = of_cargo("error: first\n" + "".join(f"  {n}\n" for n in range(50))).splitlines()
    assert (len(lines), lines[0], lines[4], lines[-1]) == (LINES + 1, "error: first", "…", "  49")


def test_of_the_compiler_s_the_beginning_stays() -> None:
    assert clipped("a\nb\n\n") == "a\nb"
    assert clipped("\n".join("a" * 100)).splitlines() == ["a"] * LINES + ["…"]


@pytest.mark.parametrize(
    ("said", "helps"),
    [
        (PANIC, "system_packages: cmake`"),
        (
            'error occurred in cc-rs: failed to find tool "c++": No such file or directory (os error 2)',
            "system_packages: g++`",
        ),
        ("CMake Error: No CMAKE_CXX_COMPILER could be found.", "system_packages: g++`"),
        (
            'Error: Custom { kind: NotFound, error: "Could not find `protoc`. If `protoc` is installed, try',
            "system_packages: protobuf-compiler`",
        ),
        (
            "Unable to find libclang: \"couldn't find any valid shared libraries matching: ['libclang.so'",
            "system_packages: libclang-dev`",
        ),
        (
            "Could not find directory of OpenSSL installation, and this `-sys` crate cannot",
            "system_packages: libssl-dev pkg-config`",
        ),
        (
            "The file `alsa.pc` needs to be installed and the PKG_CONFIG_PATH environment variable must",
            "pkg-config and the Debian package that brings alsa.pc in `system_packages`",
        ),
        (
            "Could not run `pkg-config --libs z`\nThe pkg-config command could not be found.",
            "system_packages: pkg-config`",
        ),
    ],
)
def test_what_widely_used_build_scripts_lack_is_named_with_the_input_that_brings_it(
    said: str, helps: str
) -> None:
    assert helps in remedy(failed(said))


def test_where_nobody_knows_nothing_is_promised() -> None:
    assert remedy(failed("assertion failed")) == ""


def with_config(text: str, **sources: str) -> dict[str, str]:
    return crate(**{".cargo/config.toml": text, **sources})


@pytest.mark.cargo
def test_a_build_script_that_fails_is_told_by_its_own_words(tmp_path: Path) -> None:
    script = """fn main() {
    for number in 0..40 { println!("cargo:rerun-if-env-changed=X{number}"); }
    panic!("failed to execute command\\nis `cmake` not installed?");
}"""
    built, _, _ = build_both(tmp_path, crate(), crate(**{"build.rs": script}))
    (failure,) = built.preparation.target_failures
    assert (failure.side, failure.kind) == (Side.CURRENT, "build")
    first = failure.reason.splitlines()[0]
    assert first == "The build script of small v0.1.0 failed: failed to execute command"
    assert "rerun-if" not in failure.reason
    assert failure.remedy == "Set `system_packages: cmake`."


@pytest.mark.cargo
def test_a_linker_that_is_not_there_is_told_with_its_package(tmp_path: Path) -> None:
    config = '[target."cfg(all())"]\nlinker = "clang-of-nobody"\n'
    built, _, _ = build_both(tmp_path, crate(), with_config(config))
    (failure,) = built.preparation.target_failures
    assert failure.reason.splitlines()[0] == "error: linker `clang-of-nobody` not found"
    assert failure.remedy == "Name the Debian package that brings `clang-of-nobody` in `system_packages`."


@pytest.mark.cargo
def test_a_cache_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    config = '[build]\nrustc-wrapper = "sccache-of-nobody"\n'
    built, _, _ = build_both(tmp_path, with_config(config), with_config(config))
    assert built.preparation.target_failures == ()
    (caution,) = (one for one in built.preparation.cautions if "wrapper" in one)
    assert "`sccache-of-nobody`" in caution


@pytest.mark.cargo
def test_a_compiler_that_is_not_there_is_told_with_what_brings_it(tmp_path: Path) -> None:
    config = '[build]\nrustc-workspace-wrapper = "clippy-of-nobody"\n'
    with pytest.raises(BuildFailed, match="could not execute process `clippy-of-nobody") as caught:
        build_both(tmp_path, crate(), with_config(config))
    assert "brings `clippy-of-nobody`" in caught.value.remedy
