"""What helps where a build lacks something: the image is a small one, unlike the runner outside of it."""

from __future__ import annotations

import re

from benchmark_ci.build.unlinked import NO_LIBRARY, PYTHON, UNDEFINED

_EXTENSION = (
    "A feature such as pyo3's `extension-module` leaves them to the interpreter, which no benchmark "
    "has. Build without it: take it out of the crate's `default` features, or set "
    "`no_default_features: true` and name in `features` what else the benchmarks need. "
    "pyo3 then links libpython: `system_packages: python3-dev`."
)
_SAME = ("clang", "cmake", "g++", "gfortran", "lld", "make", "mold", "nasm", "pkg-config")
_PACKAGES = dict(zip(_SAME, _SAME, strict=True)) | {
    "c++": "g++",
    "clang++": "clang",
    "ld.lld": "lld",
    "protoc": "protobuf-compiler",
}
"""Debian packages by the programs that they bring."""

_MISSING = (
    (NO_LIBRARY, "Name the Debian package that brings lib{} in `system_packages`."),
    (re.compile(r"No CMAKE_CXX_COMPILER could be found"), "Set `system_packages: g++`."),
    (re.compile(r"Unable to find libclang"), "Set `system_packages: libclang-dev`."),  # bindgen
    (re.compile(r"Could not find directory of OpenSSL"), "Set `system_packages: libssl-dev pkg-config`."),
    (
        re.compile(r"The file `([^`]+\.pc)` needs to be installed"),
        "Name pkg-config and the Debian package that brings {} in `system_packages`.",
    ),
)
"""What stands in an error, and what helps; {} is the name in it."""

_NO_PROGRAM = tuple(
    map(
        re.compile,
        (
            r"the linker `([^`]+)` is not there",
            r"linker `([^`]+)` not found",
            r'failed to find tool "([^"]+)"',  # cc
            r"is `([^`]+)` not installed\?",  # cmake
            r"[Cc]ould not find `(protoc)`",  # prost-build
            r"The (pkg-config) command could not be found",
            r"could not execute process `([^ `]+)[^`]*` \(never executed\)",
        ),
    )
)


def remedy(reason: str) -> str:
    """What helps against what a build said; empty where nobody knows."""
    if any(map(PYTHON.match, UNDEFINED.findall(reason))):
        return _EXTENSION
    for pattern, helps in _MISSING:
        if found := pattern.search(reason):
            return helps.format(*found.groups())
    for pattern in _NO_PROGRAM:
        if found := pattern.search(reason):
            return _bringing(found[1].rpartition("/")[2])
    return ""


def _bringing(program: str) -> str:
    if program in _PACKAGES:
        return f"Set `system_packages: {_PACKAGES[program]}`."
    return f"Name the Debian package that brings `{program}` in `system_packages`."
