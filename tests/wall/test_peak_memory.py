"""Peak memory of real programs, started from a parent that is far larger than they are."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from benchmark_ci.build.launcher import compile_launcher
from benchmark_ci.wall.process import Finished, run
from tests.engine import machine_toolchain

pytestmark = pytest.mark.cargo
MEBIBYTE = 2**20
BALLAST = bytearray(os.urandom(MEBIBYTE) * 150)
ALLOCATE = "import sys\nheld = b'x' * (int(sys.argv[1]) << 20)"


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program, why = compile_launcher(machine_toolchain().bin, os.environ, tmp_path_factory.mktemp("launcher"))
    assert program and why == ()
    return program


def launched(launcher: Path, *argv: str, **more: object) -> Finished:
    return run(argv, cwd=Path("/"), env={"PATH": "/usr/bin:/bin"}, launcher=launcher, **more)  # type: ignore[arg-type]


def peak(launcher: Path, mebibytes: int) -> int:
    finished = launched(launcher, sys.executable, "-I", "-S", "-c", ALLOCATE, str(mebibytes))
    assert finished.ok and finished.peak_memory_bytes
    return finished.peak_memory_bytes


def test_what_is_allocated_is_what_is_told_whatever_the_parent_holds(launcher: Path) -> None:
    assert len(BALLAST) == 150 * MEBIBYTE
    idle = peak(launcher, 0)
    assert idle < 40 * MEBIBYTE
    assert abs(peak(launcher, 64) - idle - 64 * MEBIBYTE) < 2 * MEBIBYTE


def test_the_launcher_itself_is_smaller_than_any_benchmark(launcher: Path) -> None:
    finished = launched(launcher, "/bin/true")
    assert finished.peak_memory_bytes and finished.peak_memory_bytes < 2 * MEBIBYTE


def test_it_ends_as_the_program_did(launcher: Path) -> None:
    assert launched(launcher, "/bin/sh", "-c", "exit 7").returncode == 7
    assert launched(launcher, "/bin/sh", "-c", "kill -11 $$").returncode == -signal.SIGSEGV


def test_a_missing_program_is_told(launcher: Path) -> None:
    with pytest.raises(FileNotFoundError):
        launched(launcher, "/no/such/program")


def test_what_takes_too_long_is_ended_and_has_no_peak(launcher: Path) -> None:
    finished = launched(launcher, "/bin/sleep", "60", timeout_seconds=0.3)
    assert finished.timed_out and finished.peak_memory_bytes is None


def test_the_program_inherits_no_descriptor(launcher: Path) -> None:
    code = "import os; print(sorted(os.listdir('/proc/self/fd')))"
    finished = launched(launcher, sys.executable, "-I", "-c", code)
    assert finished.stdout.strip() in ("['0', '1', '2', '3']", "['0', '1', '2']")
