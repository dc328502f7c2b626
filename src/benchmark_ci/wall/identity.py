"""Who a stranger's process is: an unprivileged user of its own for each side."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import time
from pathlib import Path

from benchmark_ci.model import Noun, Side

SHARED_FOLDERS = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108 - to be emptied
USERS = {Side.BASELINE: "bench-baseline", Side.CURRENT: "bench-current"}  # created by the Dockerfile


class Identity(Noun):
    """An unprivileged user: no groups, no capabilities, no way to get new ones."""

    uid: int
    gid: int


def identities() -> dict[Side, Identity] | None:
    """The users of both sides, or None where we may not or cannot change user (not our image, not root)."""
    if os.geteuid() != 0:
        return None
    try:
        entries = {side: pwd.getpwnam(name) for side, name in USERS.items()}
    except KeyError:
        return None
    return {side: Identity(uid=entry.pw_uid, gid=entry.pw_gid) for side, entry in entries.items()}


def process_ids(uid: int) -> list[int]:
    """Living processes of a user, zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if entry.stat().st_uid == uid and ") Z " not in (entry / "stat").read_text(errors="replace"):
                found.append(int(entry.name))
        except OSError:  # it ended while we looked
            continue
    return found


def sweep(identity: Identity) -> None:
    """Remove what the user left in folders that all users share: nothing passes from one process to the next,
    nor from one side to the other.
    """
    for folder in SHARED_FOLDERS:
        try:
            left = [
                entry
                for entry in os.scandir(folder)
                if entry.stat(follow_symlinks=False).st_uid == identity.uid
            ]
        except OSError:
            continue
        for entry in left:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                Path(entry.path).unlink(missing_ok=True)


def kill_all(identity: Identity, patience_seconds: float = 5.0) -> bool:
    """Kill every process of the user, daemons in sessions of their own included; True when none is left."""
    deadline = time.monotonic() + patience_seconds
    while alive := process_ids(identity.uid):
        for pid in alive:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
