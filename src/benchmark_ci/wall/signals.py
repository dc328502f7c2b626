"""Signals in and out: SIGINT and SIGTERM become `Interrupted`, once; children's groups are ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from benchmark_ci.errors import Interrupted


@contextmanager
def interruptible() -> Iterator[None]:
    """Within: the first SIGINT or SIGTERM raises Interrupted in the main thread, later ones are ignored.

    As PID 1 of a container a process without a handler never sees SIGTERM.
    """

    def interrupt(number: int, _frame: FrameType | None) -> None:
        for ignored in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ignored, signal.SIG_IGN)
        name = signal.Signals(number).name
        raise Interrupted(f"The run was stopped by {name}.", "What was measured until then is kept.")

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Within: SIGINT and SIGTERM are ignored, since what is being told is short and must be told whole."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_group(leader: int) -> None:
    """Kill the process group of a child that leads its session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
