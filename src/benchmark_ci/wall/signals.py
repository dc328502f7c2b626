"""Signals in and out: SIGINT and SIGTERM become `Interrupted`, once; children's groups are ended."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from types import FrameType

from benchmark_ci.errors import Interrupted

_ENDING = (signal.SIGINT, signal.SIGTERM)
_lost: list[BaseException] = []
"""What was raised in a finalizer or another place of which Python lets no exception out."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Within: the first SIGINT or SIGTERM raises Interrupted in the main thread, later ones are ignored.

    As PID 1 of a container a process without a handler never sees SIGTERM. One that Python lost because it
    came in a finalizer is raised when the next child is about to be started.
    """
    report_lost = sys.unraisablehook

    def keep(lost: sys.UnraisableHookArgs) -> None:
        if isinstance(lost.exc_value, Interrupted):
            _lost.append(lost.exc_value)
        else:
            report_lost(lost)

    def interrupt(number: int, _frame: FrameType | None) -> None:
        for ignored in _ENDING:
            signal.signal(ignored, signal.SIG_IGN)
        name = signal.Signals(number).name
        raise Interrupted(f"The run was stopped by {name}.", "What was measured until then is kept.")

    before = {number: signal.signal(number, interrupt) for number in _ENDING}
    sys.unraisablehook = keep
    try:
        yield
    finally:
        sys.unraisablehook = report_lost
        _lost.clear()
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Within: SIGINT and SIGTERM are ignored, since what is being told is short and must be told whole."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def held() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Within: SIGINT and SIGTERM wait for the end of it, so that what begins there is also ended there.

    Gives a context for the part of it in which they work as before, at once. Other threads than the main one
    never handle signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield nullcontext
        return
    if _lost:
        raise _lost.pop()
    arrived: list[int] = []

    def hold(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)

    before = {number: signal.signal(number, hold) for number in _ENDING}

    def release() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived.pop())

    @contextmanager
    def heard() -> Iterator[None]:
        try:
            release()
            yield
        finally:
            before.update({number: signal.signal(number, hold) for number in _ENDING})

    try:
        yield heard
    finally:
        release()


def end_group(leader: int) -> None:
    """Kill the process group of a child that leads its session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
