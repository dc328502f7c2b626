"""Reference commands as real processes: what they may say about themselves, and whatever else they do."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmark_ci.measure.command import KEEP_BYTES, Timed, run_command

ENV = {"PATH": os.environ["PATH"]}


def python(code: str, folder: Path, limit_seconds: float = 60) -> Timed:
    return run_command((sys.executable, "-I", "-c", code), folder, ENV, None, limit_seconds)


def saying(line: str, folder: Path) -> Timed:
    return python(f"import time; time.sleep(0.02); print('warming up'); print({line!r})", folder)


@pytest.mark.parametrize(
    ("line", "iters", "seconds"),
    [
        ('{"seconds_per_iteration": 0.012}', 1, 0.012),
        ('{"seconds_per_iteration": 2e-9}', 1, 2e-9),
        ('{"iterations": 100, "seconds": 0.0025}', 100, 0.0025),
        ('  {"iterations": 1, "seconds": 1e-6}  \n\n', 1, 1e-6),
    ],
)
def test_the_last_line_says_how_long_an_iteration_took(
    tmp_path: Path, line: str, iters: float, seconds: float
) -> None:
    timed = saying(line, tmp_path)
    assert timed.reason == ""
    assert timed.iters == (iters,)
    assert list(timed.times) == [pytest.approx(seconds * 1e9)]


@pytest.mark.parametrize("code", ["pass", "print('done')", "print(0.5)", "print('NaN')", "print('[1, 2]')"])
def test_without_such_a_line_the_whole_process_is_one_iteration(tmp_path: Path, code: str) -> None:
    timed = python(f"import time; time.sleep(0.1); {code}", tmp_path)
    assert timed.reason == ""
    assert timed.iters == (1,)
    assert timed.times == (timed.wall_seconds * 1e9,)
    assert timed.wall_seconds >= 0.1


@pytest.mark.parametrize(
    "line",
    [
        '{"seconds_per_iteration": NaN}',
        '{"seconds_per_iteration": Infinity}',
        '{"seconds_per_iteration": 0}',
        '{"seconds_per_iteration": -0.5}',
        '{"seconds_per_iteration": "0.01"}',
        '{"seconds_per_iteration": null}',
        '{"seconds_per_iteration": 1e-300}',
        '{"seconds_per_iteration": 0.01, "unit": "ms"}',
        '{"iterations": 0, "seconds": 0.01}',
        '{"iterations": 1e30, "seconds": 0.01}',
        '{"iterations": 1.5, "seconds": 0.01}',
        '{"iterations": 10}',
        "{}",
        '{"seconds',
        "{" * 10_000,
    ],
)
def test_garbage_is_no_measurement(tmp_path: Path, line: str) -> None:
    timed = saying(line, tmp_path)
    assert timed.iters == timed.times == ()
    assert timed.reason.startswith("The ")
    assert not timed.reason.endswith(".")
    assert "warming up" in timed.last_lines


def test_milliseconds_given_as_seconds_are_noticed(tmp_path: Path) -> None:
    timed = saying('{"seconds_per_iteration": 12.5}', tmp_path)
    assert "says that it measured 12.5 s, but its whole process took" in timed.reason
    assert timed.times == ()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise SystemExit('no input file')", "exit code 1"),
        ("import os; os.kill(os.getpid(), 11)", "signal 11"),
        ("import numpy_is_not_here", "exit code 1"),
    ],
)
def test_a_reference_that_fails_says_why(tmp_path: Path, code: str, words: str) -> None:
    timed = python(f"import sys; print('begins', flush=True); {code}", tmp_path)
    assert words in timed.reason
    assert timed.times == ()
    assert "begins" in timed.last_lines


def test_a_reference_that_hangs_is_ended(tmp_path: Path) -> None:
    timed = python("import time; print('begins', flush=True); time.sleep(600)", tmp_path, limit_seconds=1)
    assert timed.timed_out
    assert "within 1 s" in timed.reason
    assert timed.wall_seconds < 30


def test_a_flood_is_bounded(tmp_path: Path) -> None:
    code = f"import sys; sys.stdout.write('x' * 99 + '\\n' * {KEEP_BYTES // 10})\n" * 12
    timed = python(code, tmp_path)
    assert timed.reason == "The reference printed more than 1 MiB, so its last line is lost"
    assert len(timed.last_lines) < 10_000


@pytest.mark.parametrize("argv", [("./none",), ("there-is-no-such-program",), ("a\0b",), ("",)])
def test_a_reference_that_cannot_be_started(tmp_path: Path, argv: tuple[str, ...]) -> None:
    timed = run_command(argv, tmp_path, ENV, None, 10)
    assert "cannot be started" in timed.reason
    assert timed.times == ()


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    assert "cannot be started" in run_command(("true",), tmp_path / "none", ENV, None, 10).reason


def test_it_runs_in_its_folder_with_its_environment_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "own.sh").write_text(
        '#!/bin/sh\ntest "$PWD" = "$HERE" && test -z "$HOME"\n', encoding="utf-8"
    )
    (tmp_path / "own.sh").chmod(0o755)
    timed = run_command(("./own.sh",), tmp_path, {**ENV, "HERE": str(tmp_path)}, None, 10)
    assert timed.reason == ""


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
@example('{"seconds_per_iteration": true}')
def test_whatever_it_prints_there_is_an_answer(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    timed = run_command(("/bin/echo", "-n", "--", text), tmp_path_factory.getbasetemp(), ENV, None, 30)
    assert bool(timed.reason) != bool(timed.times)
    assert all(math.isfinite(one) and one > 0 for one in timed.times)
