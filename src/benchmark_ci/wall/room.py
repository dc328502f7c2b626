"""Room on the disk: a stranger's process that fills it is ended while we can still write what we measured."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

RESERVE_BYTES = 1024**3
"""Free space that is kept; half of what is free, where that is less."""


class Room:
    """Free space of the file system that a folder is on, and how much of it must stay free."""

    def __init__(self, folder: Path) -> None:
        """The reserve follows from what is free now."""
        self._folder = folder
        self.reserve_bytes = min(RESERVE_BYTES, free_bytes(folder) // 2)

    def is_short(self, of_bytes: int = 0) -> bool:
        """Whether less than the reserve, or than so many bytes, is free."""
        return free_bytes(self._folder) < max(self.reserve_bytes, of_bytes)


def free_bytes(folder: Path) -> int:
    """What an unprivileged user may still write there."""
    stat = os.statvfs(folder)
    return stat.f_bavail * stat.f_frsize


def reclaim(folder: Path, since: float) -> None:
    """Remove the files below `folder` that were written or made since then (seconds since the epoch).

    The time of the last change of status counts, which no process can set.
    """
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            with suppress(OSError):
                if path.lstat().st_ctime > since:
                    path.unlink()
