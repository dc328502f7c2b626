"""What a linker says when it cannot link: its own words, without rustc's command line, and what helps."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMED = 3
_FAILED = re.compile(r"error: linking with `[^`]*` failed")
_UNDEFINED = re.compile(r"undefined (?:symbol: |reference to [`'\"])([A-Za-z0-9_.$@]+)")
_PYTHON = re.compile(r"_?Py[A-Z_]")
_NO_LIBRARY = re.compile(r"(?:unable to find library|cannot find) -l([A-Za-z0-9_.+-]+)")


def told(rendered: str) -> str:
    """The compiler's error; one of the linker's begins with a sentence that says what is missing."""
    if not _FAILED.match(rendered):
        return rendered
    said = list(_own_words(rendered))
    return "\n".join([f"It cannot be linked: {_missing(rendered) or ' '.join(said[:1])}", *said])


def remedy(reason: str) -> str:
    """What helps against a reason that `told` has made; empty where nobody knows."""
    if any(map(_PYTHON.match, _UNDEFINED.findall(reason))):
        return (
            "A feature such as pyo3's `extension-module` leaves them to the interpreter, which no benchmark "
            "has. Build without it: take it out of the crate's `default` features, or set "
            "`no_default_features: true` and name in `features` what else the benchmarks need. "
            "pyo3 then links libpython: `system_packages: python3-dev`."
        )
    if missing := _NO_LIBRARY.findall(reason):
        return f"Name the Debian package that brings lib{missing[0]} in `system_packages`."
    return ""


def _missing(rendered: str) -> str:
    symbols = list(dict.fromkeys(_UNDEFINED.findall(rendered)))
    python = [one for one in symbols if _PYTHON.match(one)]
    if python:
        return f"Python's own functions are not there ({_listed(python)})."
    if libraries := list(dict.fromkeys(_NO_LIBRARY.findall(rendered))):
        return f"there is no library {_listed(libraries)}."
    return f"{_listed(symbols)} {'is' if len(symbols) == 1 else 'are'} undefined." if symbols else ""


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:_NAMED]) + more


def _own_words(rendered: str) -> Iterator[str]:
    """The lines that are not rustc's: the head, the command line and general advice are."""
    for line in rendered.splitlines()[1:]:
        text = line.strip().removeprefix("= note: ").strip()
        rustcs = text.startswith(('"', "some arguments are omitted", "some `extern`", "use the `"))
        if text.strip("|") and not rustcs:
            yield text
