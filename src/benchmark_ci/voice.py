"""How the pipeline speaks while it works, without knowing to whom.

On GitHub the words become workflow commands and groups (`publish/workflow.py`), on a terminal a live
display (`terminal.py`). Nothing else in the package prints.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Voice(Protocol):
    """Where progress and warnings go."""

    def say(self, text: str) -> None:
        """One line for people, ours."""

    def group(self, title: str) -> AbstractContextManager[None]:
        """A foldable section of the log."""

    def child_line(self, line: str) -> None:
        """One line that a stranger's program printed; it is neutralised before it is shown."""

    def warn(self, text: str) -> None:
        """Something that a person should know, that fails nothing."""

    def progress(self, done: int, total: int, text: str) -> None:
        """How far the measuring is: decided benchmarks of all, and what runs now."""
