"""Workflow commands: the one place that writes to the job's log."""

from __future__ import annotations

import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from benchmark_ci.errors import BenchmarkCIError
from benchmark_ci.model import Annotation
from benchmark_ci.publish.neutral import child_lines, own_lines
from benchmark_ci.publish.volume import Volume

ANNOTATIONS_PER_LEVEL = 10
"""What the runner keeps of each level per step."""

MESSAGE_CHARACTERS = 4000
"""The runner cuts at 4096; we cut first, so that the cut shows."""

PROGRESS_SECONDS = 10.0


def escape_data(text: str) -> str:
    """The part after the second `::`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """A `key=value` value."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def command(name: str, data: str = "", **properties: str) -> str:
    """One workflow command as the runner reads it."""
    pairs = ",".join(f"{key}={escape_property(value)}" for key, value in properties.items() if value)
    return f"::{name}{' ' + pairs if pairs else ''}::{escape_data(data)}"


class WorkflowVoice:
    """A `Voice` for GitHub's log; safe to use from several threads.

    Strangers' lines are neutralised, and as a second layer the runner is told to stop taking commands
    while they are shown: any command of ours first ends that with its secret token.
    """

    def __init__(
        self,
        stream: BinaryIO | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        volume: Volume | None = None,
    ) -> None:
        self._stream = stream or sys.stdout.buffer
        self._clock = clock
        self._volume = volume or Volume()
        self._lock = threading.RLock()
        self._stopped_with = ""
        self._grouped = False
        self._said: set[str] = set()
        self._annotated: Counter[str] = Counter()
        self._failed = False
        self._last_progress: float | None = None

    def say(self, text: str) -> None:
        """Our own words, plain."""
        self._write(own_lines(text))

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """A foldable section; one within another is a plain line, since the runner cannot nest them."""
        if self._grouped:
            self.say(title)
            yield
            return
        self._command("group", " ".join(own_lines(title)))
        self._grouped = True
        try:
            yield
        finally:
            self._grouped = False
            self._write(self._volume.end_section())
            self._command("endgroup")

    def child_line(self, line: str) -> None:
        """A stranger's line: harmless, prefixed, and within a volume that is capped and says so."""
        with self._lock:
            if self._volume.closed():
                return  # before any work on it: a flood must not keep us busy
            lines = self._volume.admit(child_lines(line))
            if lines and not self._stopped_with:
                self._stopped_with = secrets.token_hex(16)
                lines = [f"::stop-commands::{self._stopped_with}", *lines]
            self._write(lines)

    def warn(self, text: str) -> None:
        """A `::warning::`, once per text."""
        self._once("warning", text)

    def notice(self, text: str) -> None:
        """A `::notice::`, once per text."""
        self._once("notice", text)

    def progress(self, done: int, total: int, text: str) -> None:
        """A plain line now and then: the log of a job cannot be redrawn."""
        with self._lock:
            now = self._clock()
            if self._last_progress is not None and now - self._last_progress < PROGRESS_SECONDS:
                return
            self._last_progress = now
            self.say(f"{done} of {total} decided; {text}" if text else f"{done} of {total} decided")

    def annotate(self, annotation: Annotation) -> None:
        """A line on the checks page; beyond what the runner keeps of a level, a plain line instead.

        One error is kept free for `error`.
        """
        room = ANNOTATIONS_PER_LEVEL - (annotation.level == "error")
        with self._lock:
            if self._annotated[annotation.level] >= room:
                self.say(f"{annotation.title}: {annotation.message}")
                return
            self._annotated[annotation.level] += 1
            message = "\n".join(own_lines(annotation.message))[:MESSAGE_CHARACTERS]
            self._command(annotation.level, message, title=" ".join(own_lines(annotation.title)))

    def error(self, error: BenchmarkCIError) -> None:
        """Why the run failed: one `::error::` in the life of a job; a second one becomes plain lines."""
        text = "\n".join(part for part in (error.message, error.remedy) if part)
        if self._failed:
            self.say(text)
            return
        self._failed = True
        self._command("error", "\n".join(own_lines(text))[:MESSAGE_CHARACTERS], title=error.title)

    def mask(self, secret: str) -> None:
        """Have the runner blank a secret; a short one would blank harmless text and drop outputs."""
        if len(secret) >= 8:
            self._command("add-mask", secret)

    def _once(self, level: str, text: str) -> None:
        with self._lock:
            if text in self._said:
                return
            self._said.add(text)
            if self._annotated[level] >= ANNOTATIONS_PER_LEVEL:
                self.say(text)
                return
            self._annotated[level] += 1
            self._command(level, "\n".join(own_lines(text))[:MESSAGE_CHARACTERS])

    def _command(self, name: str, data: str = "", **properties: str) -> None:
        with self._lock:
            resume = [f"::{self._stopped_with}::"] if self._stopped_with else []
            self._stopped_with = ""
            self._write([*resume, command(name, data, **properties)])

    def _write(self, lines: list[str]) -> None:
        """Everything goes to one stream: the runner shows lines of the other one out of order."""
        with self._lock:
            self._stream.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
            self._stream.flush()
