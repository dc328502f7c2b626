"""Where the two sides live: private folders outside the workspace, worked on at one and the same path.

Equal sources at equal paths give equal bytes, and a benchmark that bakes in `CARGO_MANIFEST_DIR` finds the
same length of path on both sides. So a side's folder is renamed to the common path while something of it
runs, and back afterwards: microseconds, and the other side is out of reach meanwhile.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmark_ci.model import Side
from benchmark_ci.wall import process
from benchmark_ci.wall.identity import Identity
from benchmark_ci.wall.room import Room, reclaim

FOLDERS = ("src", "target", "cargo", "home", "tmp", "criterion")
RECLAIMED = ("src", "target/tmp", "cargo", "home", "tmp", "criterion")
"""Where benchmarks may leave files that are taken away for want of room; executables are linked later too."""


class Site:
    """The private root of a run. Under the wall it belongs to root, and each side's folder to its user."""

    _room: Room | None = None
    _built_at = 0.0  # seconds since the epoch

    def __init__(self, root: Path, identities: Mapping[Side, Identity] | None) -> None:
        """Make the folders of both sides below `root`, which must exist and be ours."""
        self.root = root
        self.identities = identities
        self.here = root / "side"
        root.chmod(0o711)
        for side in Side:
            for name in FOLDERS:
                (root / side / name).mkdir(parents=True)
            (root / side).chmod(0o700)

    @property
    def walled(self) -> bool:
        """Whether strangers' code runs as a user of its own."""
        return self.identities is not None

    def identity(self, side: Side) -> Identity | None:
        """Who the side's processes are; None: who we are."""
        return self.identities[side] if self.identities else None

    @contextmanager
    def at(self, side: Side) -> Iterator[Path]:
        """Within: the side's folder stands at the common path."""
        home = self.root / side
        home.rename(self.here)
        try:
            yield self.here
        finally:
            if self._room and self._room.is_short(2 * self._room.reserve_bytes):
                for name in RECLAIMED:
                    reclaim(self.here / name, self._built_at)
            self.here.rename(home)

    def built(self) -> None:
        """From now on, what processes leave in the sides' folders may be taken away for want of room."""
        self._room = Room(self.root)
        self._built_at = time.time()

    def folder(self, side: Side) -> Path:
        """The side's folder while nothing of it runs."""
        return self.root / side

    def hand_over(self, side: Side, *names: str) -> None:
        """Give what was put into the side's folder to its user."""
        identity = self.identity(side)
        if identity is None:
            return
        for name in names or (".",):
            process.run(
                ("/bin/chown", "-R", "-h", f"{identity.uid}:{identity.gid}", str(self.root / side / name)),
                cwd=self.root,
                env={"PATH": "/usr/bin:/bin"},
            )

    def copy(self, name: str, source: Side, destination: Side) -> None:
        """Replace a folder of one side by a copy of the other's, times and links kept."""
        target = self.root / destination / name
        shutil.rmtree(target)
        process.run(
            ("/bin/cp", "-a", "--reflink=auto", str(self.root / source / name), str(target)),
            cwd=self.root,
            env={"PATH": "/usr/bin:/bin"},
        )
        self.hand_over(destination, name)

    def remove(self) -> None:
        """Take everything away; what strangers made unremovable is no reason to fail.

        Behind the wall the container goes away anyway, and with it what would take seconds to remove.
        """
        if not self.walled:
            shutil.rmtree(self.root, ignore_errors=True)
