"""What a linker says when it cannot link: its own words, without rustc's command line."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMED = 3
_FAILED = re.compile(r"error: linking with `[^`]*` failed")
UNDEFINED = re.compile(r"undefined (?:symbol: |reference to [`'\"])([A-Za-z0-9_.$@]+)")
PYTHON = re.compile(r"_?Py[A-Z_]")
NO_LIBRARY = re.compile(r"(?:unable to find library|cannot find) -l([A-Za-z0-9_.+-]+)")
_NO_LINKER = re.compile(r"cannot find 'ld'|invalid linker name in argument")
_LINKER = re.compile(r"-fuse-ld=([A-Za-z0-9_.-]+)")


def told(rendered: str) -> str:
    """The compiler's error; one of the linker's begins with a sentence that says what is missing."""
    if not _FAILED.match(rendered):
        return rendered
    said = list(_own_words(rendered))
    return "\n".join([f"It cannot be linked: {_missing(rendered) or ' '.join(said[:1])}", *said])


def _missing(rendered: str) -> str:
    symbols = list(dict.fromkeys(UNDEFINED.findall(rendered)))
    python = [one for one in symbols if PYTHON.match(one)]
    if python:
        return f"Python's own functions are not there ({_listed(python)})."
    if libraries := list(dict.fromkeys(NO_LIBRARY.findall(rendered))):
        return f"there is no library {_listed(libraries)}."
    if _NO_LINKER.search(rendered) and (linkers := _LINKER.findall(rendered)):
        return f"the linker `{linkers[-1]}` is not there."
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
