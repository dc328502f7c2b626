"""Which files differ between the two sides' sources: a benchmark may read any of them while it runs.

The folders themselves are compared, not the commits: what the input `setup` or a build script generated
counts, and what git ignores. Nothing is left out for how it is called: a parser's benchmark may well read
`README.md` or `src/lib.rs`. Which of the files a benchmark opens is the proof's matter.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from benchmark_ci.model import Side
from benchmark_ci.wall.site import Site

LEFT_OUT = frozenset({".git", "target"})
"""Folders at the top that are not sources."""
_BLOCK = 1024 * 1024


def changed_files(site: Site) -> tuple[str, ...]:
    """Paths below the sources, in order, of files that differ in content or kind, or that one side lacks.

    Raises OSError when a folder cannot be read. Nothing of either side may run meanwhile.
    """
    baseline, current = (site.folder(side) / "src" for side in Side)
    found: list[str] = []
    folders = [Path()]
    while folders:
        folder = folders.pop()
        entries = [_entries(root / folder) for root in (baseline, current)]
        for name in entries[0].keys() | entries[1].keys():
            if folder == Path() and name in LEFT_OUT:
                continue
            pair = [one.get(name) for one in entries]
            if pair[0] and pair[1] and all(one.is_dir(follow_symlinks=False) for one in pair if one):
                folders.append(folder / name)
            elif not pair[0] or not pair[1] or not _same(pair[0], pair[1]):
                found.append(str(folder / name))
    return tuple(sorted(found))


def _entries(folder: Path) -> dict[str, os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return {entry.name: entry for entry in entries}


def _same(baseline: os.DirEntry[str], current: os.DirEntry[str]) -> bool:
    """Whether two files are equal; links by where they lead, anything else than files and links never."""
    first, second = (one.stat(follow_symlinks=False) for one in (baseline, current))
    if stat.S_IFMT(first.st_mode) != stat.S_IFMT(second.st_mode):
        return False
    if stat.S_ISLNK(first.st_mode):
        return Path(baseline.path).readlink() == Path(current.path).readlink()
    if not stat.S_ISREG(first.st_mode) or first.st_size != second.st_size:
        return False
    if first.st_mode != second.st_mode:
        return False
    return _same_content(baseline.path, current.path)


def _same_content(baseline: str, current: str) -> bool:
    with _opened(baseline) as first, _opened(current) as second:
        while True:
            one, other = first.read(_BLOCK), second.read(_BLOCK)
            if one != other:
                return False
            if not one:
                return True


def _opened(path: str) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
