"""What else runs on the machine: nothing of ours, whatever others do, or a busy neighbour on each core.

A neighbour calculates for a while and walks through more memory than caches hold for a while, in turns of
random length, so that it disturbs cores and caches and is never the same for two processes.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.truth.record import Load

WALK_BYTES = 64 * 1024 * 1024
LONGEST_TURN_SECONDS = 0.3
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def neighbours(load: Load) -> Iterator[None]:
    """Within: the neighbours of this load run."""
    cores = sorted(os.sched_getaffinity(0)) if load is Load.BUSY else []
    running = [
        subprocess.Popen((sys.executable, "-m", "benchmarks.truth.load", str(core)), cwd=ROOT)
        for core in cores
    ]
    try:
        if running:
            time.sleep(1)
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


def disturb(core: int) -> None:
    """Be a neighbour on `core` until the parent is gone."""
    parent = os.getppid()
    os.sched_setaffinity(0, {core})
    memory = np.zeros(WALK_BYTES // 8, dtype=np.int64)
    source = np.random.default_rng(core)
    places = source.integers(0, len(memory), size=100_000)
    while os.getppid() == parent:
        until = time.monotonic() + random.uniform(0, LONGEST_TURN_SECONDS)
        while time.monotonic() < until:
            sum(number * number for number in range(5_000))
        until = time.monotonic() + random.uniform(0, LONGEST_TURN_SECONDS)
        while time.monotonic() < until:
            memory[places] += 1


class Watch:
    """How busy the machine was between two moments, from what the kernel counts."""

    def __init__(self) -> None:
        self.load_before = os.getloadavg()[0]
        self._before = _jiffies()

    def read(self) -> tuple[tuple[float, float], float]:
        """Load averages before and now, and the share of all cores' time that was used."""
        used, total = (now - before for now, before in zip(_jiffies(), self._before, strict=True))
        averages = (round(self.load_before, 2), round(os.getloadavg()[0], 2))
        return averages, round(used / total, 3) if total else 0.0


def _jiffies() -> tuple[int, int]:
    """Used and total, of all cores."""
    fields = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    total = sum(fields)
    idle = fields[3] + fields[4]
    return total - idle, total


if __name__ == "__main__":
    disturb(int(sys.argv[1]))
