"""Debian packages that a build needs, installed in the image before any stranger's code runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.errors import BuildFailed
from benchmark_ci.voice import Voice
from benchmark_ci.wall import process
from benchmark_ci.wall.environment import for_our_programs

LIMIT_SECONDS = 900.0


def install(packages: tuple[str, ...], environ: Mapping[str, str], voice: Voice) -> None:
    """Install packages with apt-get. Raises BuildFailed naming what apt said."""
    if not packages:
        return
    env = for_our_programs(environ, DEBIAN_FRONTEND="noninteractive", HOME="/nonexistent")
    with voice.group("Install system packages"):
        for command in (
            ("apt-get", "update", "-qq"),
            ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages),
        ):
            finished = process.run(
                command, cwd=Path("/"), env=env, timeout_seconds=LIMIT_SECONDS, on_line=voice.child_line
            )
            if not finished.ok:
                raise BuildFailed(
                    f"The system packages could not be installed: {finished.last_lines(3)}",
                    "Check the names in the input `system_packages`; they are Debian 12's.",
                )
