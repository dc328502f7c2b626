"""How often and how long we try again, in all, before we leave a service alone."""

from __future__ import annotations

import time
from collections.abc import Callable


class Patience:
    """A budget of attempts per call and of seconds over all calls that share it.

    The pause before attempt n+1 is `first_seconds * 1.5**(n-1)`, or longer if the server asks for it.
    """

    def __init__(
        self,
        *,
        attempts: int = 5,
        first_seconds: float = 3.0,
        total_seconds: float = 120.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._attempts = attempts
        self._first_seconds = first_seconds
        self._left = total_seconds
        self._sleep = sleep

    def pause(self, attempt: int, asked_seconds: float | None = None) -> bool:
        """Wait after failed attempt number `attempt`; False, at once, when there is to be no further one."""
        seconds = max(self._first_seconds * 1.5 ** (attempt - 1), asked_seconds or 0.0)
        if attempt >= self._attempts or seconds > self._left:
            return False
        self._left -= seconds
        self._sleep(seconds)
        return True
