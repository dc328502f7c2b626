"""The launcher: a small program that starts a benchmark and tells its peak memory.

The kernel's `ru_maxrss` survives `exec`: a child of ours would be said to hold what we hold, hundreds
of megabytes. So a benchmark is forked from a small process (about 1 MB, less than any Criterion process),
which waits for it, and its rusage is exact and costs nothing while it runs.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.wall import process

SOURCE = Path(__file__).with_name("launcher.rs")
COMPILE_LIMIT_SECONDS = 60.0


def compile_launcher(
    toolchain_bin: Path, environ: Mapping[str, str], folder: Path
) -> tuple[Path | None, tuple[str, ...]]:
    """The launcher, compiled into `folder`, or None and a sentence that says why there is none.

    Runs before any code of the repository does, so the toolchain is nobody's but its makers'.
    """
    if platform.system() != "Linux":
        return None, ("Peak memory is measured on Linux only.",)
    program = folder / "launcher"
    answer = process.run(
        (
            str(toolchain_bin / "rustc"),
            "--edition=2021",
            "-Copt-level=1",
            "-Cpanic=abort",
            "-o",
            str(program),
            str(SOURCE),
        ),
        cwd=folder,
        env={**environ, "PATH": f"{toolchain_bin}:{environ.get('PATH', '/usr/bin:/bin')}"},
        timeout_seconds=COMPILE_LIMIT_SECONDS,
    )
    if not answer.ok or not program.exists():
        return None, (f"Peak memory was not measured: its launcher does not compile: {answer.last_lines(2)}",)
    program.chmod(0o755)
    return program, ()
