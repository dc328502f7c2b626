"""Putting the wall up inside the container, and trying whether it stands.

`/github` is a folder of the container's own layer with the job's mounts below it: closed to everybody but
root, all of them are out of a stranger's reach at once, without any effect on the host.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.model import Side
from benchmark_ci.wall import process
from benchmark_ci.wall.identity import Identity

MOUNTS = Path("/github")
FORBIDDEN = (Path("/proc/1/environ"), Path("/var/run/docker.sock"))


def put_up(identities: Mapping[Side, Identity], event_file: Path | None) -> tuple[str, ...]:
    """Close the job's mounts, then try as each side's user to get at what must be out of reach.

    Returns a sentence for each gap.
    """
    if MOUNTS.is_dir() and not MOUNTS.is_mount():
        MOUNTS.chmod(0o700)
    forbidden = [*FORBIDDEN, *([event_file] if event_file else [])]
    gaps = []
    for path in forbidden:
        if any(_reaches(identity, path) for identity in identities.values()):
            gaps.append(
                f"Builds and benchmarks can reach {path} on this runner; do not run strangers' code on it."
            )
    return tuple(gaps)


def _reaches(identity: Identity, path: Path) -> bool:
    """Whether the user can read the file, or write to the socket."""
    answer = process.run(
        ("/bin/sh", "-c", 'test -r "$1" || test -w "$1"', "sh", str(path)),
        cwd=Path("/"),
        env={"PATH": "/usr/bin:/bin"},
        identity=identity,
        timeout_seconds=10,
    )
    return answer.ok
