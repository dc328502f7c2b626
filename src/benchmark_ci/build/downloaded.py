"""Which of cargo's units were compiled from a registry's sources, by what rustc noted beside them."""

from __future__ import annotations

import re
from pathlib import Path

from benchmark_ci.errors import BadFile
from benchmark_ci.wall import files

LARGEST_NOTE_BYTES = 1024 * 1024
_SOURCE = re.compile(r"^(.+\.rs):$", re.MULTILINE)
_REGISTRY = "/registry/src/"


def downloaded(profile: Path, unit: str) -> bool:
    """Whether every source of a unit (`<package>-<16 hex digits>`) lies in cargo's registry.

    False where that is not known. A wrong note is no danger: what cargo then reuses of the repository's own
    packages stands in its messages.
    """
    note = profile / "deps" / f"{unit.rpartition('-')[0].replace('-', '_')}-{unit.rpartition('-')[2]}.d"
    try:
        text = files.read(profile, note, LARGEST_NOTE_BYTES).decode("utf-8", "replace")
    except (BadFile, FileNotFoundError):
        return False
    sources = _SOURCE.findall(text)
    return bool(sources) and all(source.startswith("/") and _REGISTRY in source for source in sources)
