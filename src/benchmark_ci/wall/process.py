"""Starting a process: the only module that imports `subprocess`.

Every child gets a closed stdin, pipes of its own (never our streams), no inherited descriptors, a session
of its own, and exactly the environment that it is handed.
"""

from __future__ import annotations

import math
import os
import re
import select
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from benchmark_ci.model import Noun
from benchmark_ci.wall.drop import become
from benchmark_ci.wall.identity import Identity, kill_all, sweep
from benchmark_ci.wall.room import Room
from benchmark_ci.wall.signals import end_group, held

KEEP_BYTES = 16 * 1024 * 1024
"""How much of each stream is kept; the rest is read and dropped, and `truncated` says so."""

LOOK_SECONDS = 0.25
"""How long one wait lasts. Then the room on the disk is looked at, which takes microseconds, and a signal is
heard that did not end the wait, since it came just before it or to another thread."""

LineSink = Callable[[str], None]

_TOLD = re.compile(r"(errno|memory) ([0-9]{1,15})")


class Finished(Noun):
    """A process that ended."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str
    wall_seconds: float
    cpu_seconds: float = 0.0  # of the process and the children that it waited for
    peak_memory_bytes: int | None = None  # with a launcher: the most that it, or such a child, held at once
    timed_out: bool = False
    filled_disk: bool = False  # ended because the reserve was touched (`wall/room.py`)
    truncated: bool = False

    @property
    def ok(self) -> bool:
        """Whether it ended by itself with exit code 0."""
        return self.returncode == 0 and not self.timed_out and not self.filled_disk

    def last_lines(self, count: int = 12) -> str:
        """The last lines it printed, standard error last."""
        lines = [line for text in (self.stdout, self.stderr) for line in text.splitlines() if line.strip()]
        return "\n".join(lines[-count:])


def run(
    argv: tuple[str, ...],
    *,
    cwd: Path,
    env: Mapping[str, str],
    identity: Identity | None = None,
    timeout_seconds: float | None = None,
    on_line: LineSink | None = None,
    keep_bytes: int = KEEP_BYTES,
    launcher: Path | None = None,
    room: Room | None = None,
) -> Finished:
    """Run a program to its end and keep what it printed.

    With a launcher (`build/launcher.py`) the program's peak memory is known, unless it was killed.
    With an identity the program runs as that unprivileged user, and when it ends (or is interrupted, or
    times out) every process of that user is killed before this returns. With `room` it is ended when the disk
    has no more than the reserve. `on_line` gets each line of
    standard error while it runs, and of standard output too unless a machine reads that.
    Raises FileNotFoundError when the program does not exist.
    """
    started = time.monotonic()
    told = _Told() if launcher else None
    with held() as heard:
        child = _started(
            (str(launcher), str(told.write_end), *argv) if told else argv,
            told,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            close_fds=True,
            pass_fds=(told.write_end,) if told else (),
            start_new_session=True,
            umask=0o077 if identity else -1,
            preexec_fn=become(identity.uid, identity.gid) if identity else None,
        )
        streams = [_Stream(child.stdout, keep_bytes), _Stream(child.stderr, keep_bytes, on_line)]
        ending = _Ending()
        try:
            with heard():
                ending = _wait(child, timeout_seconds, room)
            wall_seconds = time.monotonic() - started
        finally:
            end_group(child.pid)
            if identity:
                kill_all(identity)
                sweep(identity)
            cpu_seconds = _reap(child)
            _bury_orphans()
            for stream in streams:
                stream.finish()
            news = told.read() if told else {}
    if "errno" in news:
        raise OSError(news["errno"], os.strerror(news["errno"]), argv[0])
    return Finished(
        argv=argv,
        returncode=child.returncode,
        stdout=streams[0].text(),
        stderr=streams[1].text(),
        wall_seconds=wall_seconds,
        cpu_seconds=cpu_seconds,
        peak_memory_bytes=news["memory"] * 1024 if news.get("memory") and ending.by_itself else None,
        timed_out=ending.timed_out,
        filled_disk=ending.filled_disk,
        truncated=any(stream.truncated for stream in streams),
    )


class _Told:
    """The pipe on which a launcher tells how its program fared."""

    def __init__(self) -> None:
        self._read_end, self.write_end = os.pipe()

    def read(self) -> dict[str, int]:
        """What was told until now; closes the pipe."""
        os.close(self.write_end)
        os.set_blocking(self._read_end, False)
        try:
            text = os.read(self._read_end, 256).decode("ascii", "replace")
        except BlockingIOError:
            text = ""
        finally:
            os.close(self._read_end)
        return {word: int(number) for word, number in _TOLD.findall(text)}


def _started(argv: tuple[str, ...], told: _Told | None, **how: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(argv, **how)
    except BaseException:
        if told:
            told.read()
        raise


class _Ending(Noun):
    """How a process came to its end."""

    timed_out: bool = False
    filled_disk: bool = False

    @property
    def by_itself(self) -> bool:
        return not (self.timed_out or self.filled_disk)


def _wait(child: subprocess.Popen[bytes], timeout_seconds: float | None, room: Room | None) -> _Ending:
    deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    while True:
        left = math.inf if deadline is None else max(0.0, deadline - time.monotonic())
        if _ends_within(child, min(left, LOOK_SECONDS)):
            return _Ending()
        if left <= LOOK_SECONDS:
            return _Ending(timed_out=True)
        if room is not None and room.is_short():
            return _Ending(filled_disk=True)


def _ends_within(child: subprocess.Popen[bytes], timeout_seconds: float) -> bool:
    """Wait without polling: what is measured in rounds should not wait for our next look."""
    try:
        descriptor = os.pidfd_open(child.pid)
    except OSError:  # a kernel or a sandbox that has no such call
        try:
            child.wait(timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            return False
        return True
    try:
        ready, _, _ = select.select([descriptor], [], [], timeout_seconds)
        return bool(ready)
    finally:
        os.close(descriptor)


def _reap(child: subprocess.Popen[bytes]) -> float:
    """Collect the child's exit status; the CPU seconds it took."""
    if child.returncode is not None:
        return 0.0
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def _bury_orphans() -> None:
    """As a container's PID 1 we inherit the processes that others left, and nobody else collects them."""
    if os.getpid() != 1:
        return
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


class _Stream:
    """Reads a pipe to its end in a thread, so that a child never blocks on us, and keeps a bounded part."""

    def __init__(self, pipe: IO[bytes] | None, keep_bytes: int, on_line: LineSink | None = None) -> None:
        assert pipe is not None  # noqa: S101 - Popen was asked for pipes
        self._pipe = pipe
        self._keep = keep_bytes
        self._on_line = on_line
        self._parts: list[bytes] = []
        self._size = 0
        self.truncated = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while chunk := self._pipe.readline(65536):
            if self._on_line:
                self._on_line(chunk.decode("utf-8", "replace").rstrip("\n"))
            if self._size < self._keep:
                self._parts.append(chunk)
                self._size += len(chunk)
            else:
                self.truncated = True
        self._pipe.close()

    def finish(self) -> None:
        """Wait for the end of the pipe; a grandchild that kept it open is not waited for."""
        self._thread.join(timeout=1)

    def text(self) -> str:
        return b"".join(self._parts).decode("utf-8", "replace")
