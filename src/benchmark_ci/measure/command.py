"""A reference that is a command: how it is started, and what it says about itself.

Its last line may be a JSON object that says how long an iteration took, so that start-up is not counted;
else the whole process counts as one iteration.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from benchmark_ci.measure.criterion import MOST_ITERATIONS, flaw
from benchmark_ci.model import Noun
from benchmark_ci.wall import process
from benchmark_ci.wall.identity import Identity
from benchmark_ci.wall.process import Finished
from benchmark_ci.wall.room import Room

KEEP_BYTES = 1024 * 1024
CLOCKS_DISAGREE = 1.05
"""A command's own clock may be this much ahead of ours; beyond it, it has told another unit than seconds."""

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _PerIteration(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    seconds_per_iteration: Positive


class _Total(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    iterations: Annotated[int, Field(ge=1, le=int(MOST_ITERATIONS))]
    seconds: Positive


_WIRE: TypeAdapter[_PerIteration | _Total] = TypeAdapter(_PerIteration | _Total)
_ALLOWED = '`{"seconds_per_iteration": 0.012}` or `{"iterations": 100, "seconds": 1.2}`'


class Timed(Noun):
    """What a process of the benchmark or of its reference took, or the reason why that is not known."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    iters: tuple[float, ...] = ()
    times: tuple[float, ...] = ()  # ns
    peak_memory_bytes: int | None = None
    reason: str = ""  # a sentence without its full stop
    last_lines: str = ""
    timed_out: bool = False


def run_command(
    argv: tuple[str, ...],
    directory: Path,
    env: Mapping[str, str],
    identity: Identity | None,
    limit_seconds: float,
    launcher: Path | None = None,
) -> Timed:
    """Run a reference command once, as the benchmarks run. Whatever it does, there is an answer."""
    try:
        finished = process.run(
            argv,
            cwd=directory,
            env=env,
            identity=identity,
            timeout_seconds=limit_seconds,
            keep_bytes=KEEP_BYTES,
            launcher=launcher,
            room=Room(directory),
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Timed(reason=f"The reference `{argv[0]}` cannot be started ({why})")
    iters, seconds, reason = _answer(finished, limit_seconds)
    return Timed(
        wall_seconds=finished.wall_seconds,
        cpu_seconds=finished.cpu_seconds,
        iters=() if reason else (iters,),
        times=() if reason else (seconds * 1e9,),
        peak_memory_bytes=finished.peak_memory_bytes,
        reason=reason,
        last_lines=finished.last_lines() if reason else "",
        timed_out=finished.timed_out,
    )


def _answer(finished: Finished, limit_seconds: float) -> tuple[float, float, str]:
    """Iterations, their seconds, and why these are not known."""
    if finished.timed_out:
        return 0, 0, f"The reference gave no answer within {limit_seconds:.0f} s, the limit of one process"
    if finished.filled_disk:
        return 0, 0, "The reference filled the disk"
    if finished.returncode < 0:
        return 0, 0, f"The reference ended with signal {-finished.returncode}"
    if finished.returncode:
        return 0, 0, f"The reference ended with exit code {finished.returncode}"
    if finished.truncated:
        return 0, 0, f"The reference printed more than {KEEP_BYTES // 2**20} MiB, so its last line is lost"
    iters, seconds, reason = _said(finished.stdout, finished.wall_seconds)
    if not reason and (problem := flaw((iters,), (seconds * 1e9,))):
        reason = f"The reference gave no time that can be used: {problem}"
    return iters, seconds, reason


def _said(stdout: str, wall_seconds: float) -> tuple[float, float, str]:
    last = next((line.strip() for line in reversed(stdout.splitlines()) if line.strip()), "")
    if not last.startswith("{"):
        return 1, wall_seconds, ""
    try:
        wire = _WIRE.validate_json(last)
    except ValidationError:
        return 0, 0, f"The last line of the reference is not {_ALLOWED}, with numbers above 0"
    if isinstance(wire, _PerIteration):
        iters, seconds = 1.0, wire.seconds_per_iteration
    else:
        iters, seconds = float(wire.iterations), wire.seconds
    if seconds > CLOCKS_DISAGREE * wall_seconds:
        return (
            0,
            0,
            (
                f"The reference says that it measured {seconds:.3g} s, but its whole process took "
                f"{wall_seconds:.3g} s; it must say seconds"
            ),
        )
    return iters, seconds, ""
