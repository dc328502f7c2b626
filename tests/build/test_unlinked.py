"""What does not link is told in a sentence, with what helps: by real linkers, and as they wrote it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark_ci.build.complaint import clipped
from benchmark_ci.build.remedy import remedy
from benchmark_ci.build.unlinked import told
from benchmark_ci.model import Side
from tests.engine import build_both, crate

NOTES = """error: linking with `cc` failed: exit status: 1
  |
  = note:  "cc" "-m64" "<1 object files omitted>" "-lc" "-o" "/t/release/deps/calls-1"
  = note: some arguments are omitted. use `--verbose` to show all linker arguments
  = note: {said}
          collect2: error: ld returned 1 exit status
          
  = note: use the `-l` flag to specify native libraries to link
"""  # noqa: W293 - as rustc writes it
LLD, BFD = (
    "rust-lld: error: undefined symbol: {}",
    "/usr/bin/ld: x.rs:(.text+0x1): undefined reference to `{}'",
)


def linker(*lines: str) -> str:
    return NOTES.format(said="\n          ".join(lines))


@pytest.mark.parametrize("words", [LLD, BFD])
def test_python_s_functions_are_named_with_the_feature_that_lacks_them(words: str) -> None:
    names = ("PyLong_FromLong", "_Py_NoneStruct", "PyErr_Print", "Py_DecRef")
    said = told(linker(*map(words.format, (*names, "PyLong_FromLong"))))
    assert said.splitlines()[0] == (
        "It cannot be linked: Python's own functions are not there (`PyLong_FromLong`, `_Py_NoneStruct`, "
        "`PyErr_Print` and 1 more)."
    )
    assert "some arguments" not in said and '"cc"' not in said and "`-l`" not in said
    helps = remedy(clipped(said))
    assert "`extension-module`" in helps and "`no_default_features: true`" in helps


@pytest.mark.parametrize(
    "line", ["rust-lld: error: unable to find library -lz", "/usr/bin/ld: cannot find -lz: No such file"]
)
def test_a_library_that_is_missing_is_named_with_the_input_that_brings_it(line: str) -> None:
    said = told(linker(line))
    assert said.splitlines()[:2] == ["It cannot be linked: there is no library `z`.", line]
    assert remedy(said) == "Name the Debian package that brings libz in `system_packages`."


@pytest.mark.parametrize(
    ("linker_name", "line", "package"),
    [
        ("mold", "collect2: fatal error: cannot find 'ld'", "mold"),
        ("lld", "clang: error: invalid linker name in argument '-fuse-ld=lld'", "lld"),
    ],
)
def test_a_linker_that_is_missing_is_named(linker_name: str, line: str, package: str) -> None:
    command = f'"-Wl,-Bdynamic" "-fuse-ld={linker_name}"'
    said = told(linker(line).replace('"-lc"', command))
    assert said.splitlines()[0] == f"It cannot be linked: the linker `{linker_name}` is not there."
    assert remedy(said) == f"Set `system_packages: {package}`."


def test_other_symbols_are_named_and_anything_else_is_quoted() -> None:
    said = told(linker(LLD.format("inflate")))
    assert said.splitlines()[0] == "It cannot be linked: `inflate` is undefined." and remedy(said) == ""
    said = told(linker("rust-lld: error: cannot open output file"))
    assert said.startswith("It cannot be linked: rust-lld: error: cannot open output file\n")


def test_what_the_compiler_says_is_left_as_it_is() -> None:
    error = "error[E0425]: cannot find function `x`\n --> a.rs:1:1\n  |\n"
    assert told(error) == error and remedy(error) == ""


def calling(declared: str, called: str) -> dict[str, str]:
    """A crate that calls a C function of this declaration."""
    code = f"{declared}\npub fn value() -> String {{ unsafe {{ {called} }}.to_string() }}\n"
    return crate() | {"src/lib.rs": code}


@pytest.mark.cargo
@pytest.mark.parametrize(
    ("declared", "called", "said", "helps"),
    [
        (
            'extern "C" { fn PyLong_AsLong(object: usize) -> i64; }',
            "PyLong_AsLong(0)",
            "Python's own functions are not there (`PyLong_AsLong`).",
            "`extension-module`",
        ),
        (
            '#[link(name = "nowhere")] extern "C" { fn somewhere() -> i64; }',
            "somewhere()",
            "there is no library `nowhere`.",
            "brings libnowhere",
        ),
    ],
)
def test_by_the_machine_s_own_linker(
    tmp_path: Path, declared: str, called: str, said: str, helps: str
) -> None:
    built, _, voice = build_both(tmp_path, crate(), calling(declared, called))
    (failure,) = built.preparation.target_failures
    assert (failure.side, failure.kind) == (Side.CURRENT, "build")
    assert failure.reason.splitlines()[0] == f"It cannot be linked: {said}", failure.reason
    assert helps in failure.remedy
    assert any(said in line for line in voice.said + voice.child_lines)
