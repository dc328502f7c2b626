"""What a build's failure comes down to: the few lines that say why, of all that cargo and rustc wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from benchmark_ci.build import unlinked

LINES = 12
"""So many are kept of an error."""

_ERROR = re.compile(r"^error.*", re.MULTILINE | re.DOTALL)
_SCRIPT = re.compile(
    r"^error: failed to run custom build command for `(?P<package>[^`(]*?)(?: \([^`]*)?`$", re.MULTILINE
)
_SAID = re.compile(r"^  --- (?:stderr|stdout)\n(?:(?:  .*)?\n)*", re.MULTILINE)
_NOT_WORDS = re.compile(r"--- (?:stdout|stderr)$|cargo::?[a-z-]+[=:]|note: run with `RUST_BACKTRACE=1`")
_PANICKED = re.compile(r"^thread .* panicked at .*$")


def of_compiler(rendered: str) -> str:
    """A diagnostic as rustc renders it, without a linker's command line."""
    return clipped(unlinked.told(rendered))


def of_cargo(stderr: str) -> str:
    """Cargo's own error, without the progress before it; of a build script that failed what it said."""
    if (script := _SCRIPT.search(stderr)) and (said := list(_said(stderr[script.end() :]))):
        head = f"The build script of {script['package']} failed: {_reason(said)}"
        return "\n".join([head, *said[-LINES + 1 :]])
    found = _ERROR.search(stderr)
    every = (found.group(0) if found else stderr).strip("\n").splitlines()
    if len(every) > LINES:  # what it began with, and the last of its causes
        every = [*every[: LINES // 3], "…", *every[LINES // 3 - LINES :]]
    return "\n".join(every)


def clipped(text: str) -> str:
    """The first lines of a long text."""
    every = text.strip("\n").splitlines()
    return "\n".join(every[:LINES] + ["…"] * (len(every) > LINES))


def _said(text: str) -> Iterator[str]:
    """A build script's own lines, standard error last; not those that are meant for cargo."""
    said = _SAID.search(text)
    for line in (said[0] if said else "").splitlines():
        line = line.removeprefix("  ")
        if line.strip() and not _NOT_WORDS.match(line):
            yield line


def _reason(said: list[str]) -> str:
    """What it panicked with, else its last line."""
    for line, following in pairwise(said):
        if _PANICKED.match(line):
            return following.strip()
    return said[-1].strip()
