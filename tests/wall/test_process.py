"""The one door for processes, with real ones behind it: hostile, endless, talkative and faithful."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmark_ci.wall.process import Finished, run
from tests.engine import ROOT

ENV = {"PATH": "/usr/bin:/bin"}


def python(code: str, cwd: Path, **more: object) -> Finished:
    return run((sys.executable, "-I", "-c", code), cwd=cwd, env=ENV, **more)  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def gone_soon(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def test_what_it_printed_and_how_it_ended(tmp_path: Path) -> None:
    code = "import sys; print('größe'); print('oops', file=sys.stderr); sys.exit(3)"
    finished = python(code, tmp_path)
    assert (finished.returncode, finished.ok, finished.timed_out) == (3, False, False)
    assert (finished.stdout, finished.stderr) == ("größe\n", "oops\n")
    assert finished.last_lines() == "größe\noops"
    assert python("", tmp_path).ok


def test_a_signal_is_a_negative_returncode(tmp_path: Path) -> None:
    assert python("import os; os.kill(os.getpid(), 9)", tmp_path).returncode == -signal.SIGKILL


def test_a_missing_program_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(("no-such-program",), cwd=tmp_path, env=ENV)


def test_it_ends_what_takes_too_long_with_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen(['/bin/sleep', '60'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)"
    )
    started = time.monotonic()
    finished = python(code, tmp_path, timeout_seconds=1)
    assert finished.timed_out
    assert not finished.ok
    assert time.monotonic() - started < 5
    assert gone_soon(int(finished.stdout))


def test_what_ignores_polite_signals_is_ended_all_the_same(tmp_path: Path) -> None:
    code = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"
    assert python(code, tmp_path, timeout_seconds=0.5).timed_out


def test_a_daemon_that_holds_the_pipe_is_not_waited_for(tmp_path: Path) -> None:
    code = (
        "import subprocess\n"
        "child = subprocess.Popen(['/bin/sleep', '60'], start_new_session=True)\n"
        "print(child.pid, flush=True)"
    )
    started = time.monotonic()
    finished = python(code, tmp_path)
    pid = int(finished.stdout)
    try:
        assert finished.ok
        assert time.monotonic() - started < 20
        assert finished.stdout.strip().isdigit(), "what it said until then is kept"
    finally:
        os.kill(pid, signal.SIGKILL)


def test_a_child_left_in_the_same_group_is_ended(tmp_path: Path) -> None:
    code = "import subprocess\nprint(subprocess.Popen(['/bin/sleep', '60']).pid, flush=True)"
    assert gone_soon(int(python(code, tmp_path).stdout))


def test_huge_output_is_read_to_its_end_and_kept_in_part(tmp_path: Path) -> None:
    code = "import sys\nfor _ in range(3000): sys.stdout.write('x' * 9999 + '\\n')\nsys.exit(7)"
    finished = python(code, tmp_path, keep_bytes=1_000_000)
    assert finished.returncode == 7, "it was never blocked"
    assert finished.truncated
    assert 1_000_000 <= len(finished.stdout) < 1_100_000
    assert set(finished.stdout) == {"x", "\n"}


def test_a_line_of_ten_megabytes(tmp_path: Path) -> None:
    seen: list[str] = []
    code = "import sys\nsys.stderr.write('y' * 10_000_000 + '\\nlast\\n')"
    finished = python(code, tmp_path, on_line=seen.append)
    assert len(finished.stderr) == 10_000_006
    assert sum(map(len, seen)) == 10_000_004
    assert max(map(len, seen)) <= 65536, "no reader has to hold it whole"
    assert seen[-1] == "last"
    assert not finished.truncated


def test_output_that_is_not_utf8_is_kept_readable(tmp_path: Path) -> None:
    finished = python("import os; os.write(1, b'\\xff\\xfe\\x00ok')", tmp_path)
    assert finished.stdout == "\ufffd\ufffd\x00ok"


def test_lines_of_standard_error_come_while_it_runs(tmp_path: Path) -> None:
    seen: list[tuple[float, str]] = []
    code = (
        "import sys, time\nprint('machine')\nprint('one', file=sys.stderr, flush=True)\n"
        "time.sleep(0.7)\nprint('two', file=sys.stderr)"
    )
    python(code, tmp_path, on_line=lambda line: seen.append((time.monotonic(), line)))
    assert [line for _, line in seen] == ["one", "two"]
    assert seen[1][0] - seen[0][0] > 0.3


def test_it_sees_exactly_the_environment_that_it_is_handed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    finished = run(("/usr/bin/env",), cwd=tmp_path, env={"ONLY": "this"})
    assert finished.stdout == "ONLY=this\n"


def test_it_inherits_no_descriptor(tmp_path: Path) -> None:
    with (tmp_path / "precious").open("w") as precious:
        os.set_inheritable(precious.fileno(), True)
        finished = python("import os; print(sorted(os.listdir('/proc/self/fd')))", tmp_path)
    assert finished.stdout.strip() in ("['0', '1', '2', '3']", "['0', '1', '2']")
    assert str(precious) not in finished.stdout


def test_its_stdin_is_closed_and_its_streams_are_not_ours(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "print(repr(sys.stdin.read()), [os.isatty(n) for n in range(3)], os.readlink('/proc/self/fd/1'))"
    )
    finished = python(code, tmp_path)
    assert finished.stdout.startswith("'' [False, False, False] pipe:")
    assert finished.stdout.split("pipe:")[1].strip() not in str(Path("/proc/self/fd/1").readlink())


def test_it_leads_a_session_of_its_own(tmp_path: Path) -> None:
    finished = python("import os; print(os.getsid(0) == os.getpid())", tmp_path)
    assert finished.stdout == "True\n"


def test_it_starts_where_it_is_told_to(tmp_path: Path) -> None:
    assert python("import os; print(os.getcwd())", tmp_path).stdout.strip() == str(tmp_path.resolve())


INTERRUPTED = """
import sys
from pathlib import Path
from benchmark_ci.errors import Interrupted
from benchmark_ci.wall.process import run
from benchmark_ci.wall.signals import interruptible

code = "import os, subprocess, sys, time; p = subprocess.Popen(['/bin/sleep', '60']);" \\
    "open(sys.argv[1], 'w').write(f'{os.getpid()} {p.pid}\\\\n'); time.sleep(60)"
try:
    with interruptible():
        run((sys.executable, "-I", "-c", code, sys.argv[1]), cwd=Path("/"), env={})
except Interrupted as interrupted:
    print(interrupted.message)
    sys.exit(9)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_children_and_says_so(tmp_path: Path, number: signal.Signals) -> None:
    pids = tmp_path / "pids"
    ours = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(pids)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 20
    while not (pids.exists() and pids.read_text().endswith("\n")) and time.monotonic() < deadline:
        time.sleep(0.02)
    ours.send_signal(number)
    said, _ = ours.communicate(timeout=20)
    assert ours.returncode == 9
    assert number.name in said
    assert all(gone_soon(int(pid)) for pid in pids.read_text().split())


OFTEN_INTERRUPTED = """
import os, random, signal, threading, time
from pathlib import Path
from benchmark_ci.errors import Interrupted
from benchmark_ci.wall.process import run
from benchmark_ci.wall.signals import interruptible

def send(seconds):
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGINT)

def parent(stat):
    try:
        return int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
    except OSError:  # it ended while we looked
        return 0

draw, longest, uninterrupted = random.Random(7), 0.0, 0
for _ in range(400):
    try:
        with interruptible():
            sender = threading.Thread(target=send, args=(draw.uniform(0, 0.006),))
            began = time.monotonic()
            sender.start()
            run(("/bin/sleep", "60"), cwd=Path("/"), env={})
            uninterrupted += 1
    except Interrupted:
        longest = max(longest, time.monotonic() - began)
    sender.join()
children = [one for one in Path("/proc").glob("[0-9]*/stat") if parent(one) == os.getpid()]
print(uninterrupted, longest < 30, len(children))
"""


def test_an_interrupt_at_any_moment_is_heard_and_leaves_no_child() -> None:
    """Also while the child is being started."""
    assert said_by(OFTEN_INTERRUPTED) == "0 True 0\n"


INTERRUPTED_BESIDE = """
import signal, threading, time
from pathlib import Path
from benchmark_ci.errors import Interrupted
from benchmark_ci.wall.process import run
from benchmark_ci.wall.signals import interruptible

def send():
    time.sleep(0.5)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

began = time.monotonic()
try:
    with interruptible():
        threading.Thread(target=send).start()
        run(("/bin/sleep", "60"), cwd=Path("/"), env={})
except Interrupted:
    print(time.monotonic() - began < 30)
"""


def test_an_interrupt_that_ends_no_system_call_is_heard() -> None:
    """It came to another thread, or after Python's last look for signals and just before the wait."""
    assert said_by(INTERRUPTED_BESIDE) == "True\n"


INTERRUPTED_IN_A_FINALIZER = """
import signal, time
from pathlib import Path
from benchmark_ci.errors import Interrupted
from benchmark_ci.wall.process import run
from benchmark_ci.wall.signals import interruptible

class Finalized:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)

began = time.monotonic()
try:
    with interruptible():
        Finalized()
        print("python let it go")
        run(("/bin/sleep", "60"), cwd=Path("/"), env={})
except Interrupted as interrupted:
    print(interrupted.message, time.monotonic() - began < 30)
"""


def test_an_interrupt_that_python_lost_is_raised_before_the_next_child() -> None:
    assert said_by(INTERRUPTED_IN_A_FINALIZER) == "python let it go\nThe run was stopped by SIGTERM. True\n"


def said_by(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
