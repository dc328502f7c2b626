"""What helps where a build lacks something: the image is a small one, unlike the runner outside of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from benchmark_ci.build.unlinked import NO_LIBRARY, PYTHON, UNDEFINED

_EXTENSION = (
    "A feature such as pyo3's `extension-module` leaves them to the interpreter, which no benchmark "
    "has. Build without it: take it out of the crate's `default` features, or set "
    "`no_default_features: true` and name in `features` what else the benchmarks need. "
    "pyo3 then links libpython: `system_packages: python3-dev`."
)
_PACKAGES = {
    name: name for name in ("clang", "cmake", "g++", "gfortran", "lld", "make", "mold", "nasm", "pkg-config")
}
_PACKAGES |= {"c++": "g++", "clang++": "clang", "ld.lld": "lld", "protoc": "protobuf-compiler"}
"""Debian packages by the programs that they bring."""


def remedy(reason: str) -> str:
    """What helps against what a build said; empty where nobody knows."""
    if any(map(PYTHON.match, UNDEFINED.findall(reason))):
        return _EXTENSION
    for pattern, helps in _MISSING:
        if found := pattern.search(reason):
            return helps(found)
    return ""


def _package(found: re.Match[str]) -> str:
    name = found[1].rpartition("/")[2]
    if name in _PACKAGES:
        return f"Set `system_packages: {_PACKAGES[name]}`."
    return f"Name the Debian package that brings `{name}` in `system_packages`."


def _always(text: str) -> Callable[[re.Match[str]], str]:
    return lambda _: text


def _named(text: str) -> Callable[[re.Match[str]], str]:
    return lambda found: text.format(found[1])


def _pkg_config(found: re.Match[str]) -> str:
    return f"Name pkg-config and the Debian package that brings {found[1]} in `system_packages`."


_MISSING: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (NO_LIBRARY, _named("Name the Debian package that brings lib{} in `system_packages`.")),
    (re.compile(r"the linker `([^`]+)` is not there"), _package),
    (re.compile(r"linker `([^`]+)` not found"), _package),
    (re.compile(r'failed to find tool "([^"]+)"'), _package),  # cc
    (re.compile(r"is `([^`]+)` not installed\?"), _package),  # cmake
    (re.compile(r"No CMAKE_CXX_COMPILER could be found"), _always("Set `system_packages: g++`.")),
    (re.compile(r"[Cc]ould not find `(protoc)`"), _package),  # prost-build
    (re.compile(r"Unable to find libclang"), _always("Set `system_packages: libclang-dev`.")),  # bindgen
    (
        re.compile(r"Could not find directory of OpenSSL"),
        _always("Set `system_packages: libssl-dev pkg-config`."),
    ),
    (re.compile(r"The file `([^`]+\.pc)` needs to be installed"), _pkg_config),
    (re.compile(r"The (pkg-config) command could not be found"), _package),
    (re.compile(r"could not execute process `([^ `]+)[^`]*` \(never executed\)"), _package),
)
