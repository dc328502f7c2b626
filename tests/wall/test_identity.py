"""Unprivileged users: what a process of theirs can do. Needs root; the image's own tests cover its users."""

from __future__ import annotations

import os
import pwd
import time
from pathlib import Path

import pytest

from benchmark_ci.model import Side
from benchmark_ci.wall.environment import behind_the_wall, on_a_terminal
from benchmark_ci.wall.identity import USERS, Identity, identities, kill_all, process_ids
from benchmark_ci.wall.process import Finished, run

NUMBER = 61_234  # no user of this machine; a number is all that a process needs
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")


@pytest.fixture
def somebody() -> Identity:
    with_this_number = [entry.pw_name for entry in pwd.getpwall() if entry.pw_uid == NUMBER]
    assert not with_this_number
    return Identity(uid=NUMBER, gid=NUMBER)


def python(code: str, identity: Identity, **more: object) -> Finished:
    argv = ("/usr/bin/env", "python3", "-I", "-c", code)
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    return run(argv, cwd=Path("/"), env=env, identity=identity, **more)  # type: ignore[arg-type]


@root
def test_it_is_nobody_else_and_cannot_become_anybody_else(somebody: Identity) -> None:
    code = (
        "import os\n"
        "print(os.getresuid(), os.getresgid(), os.getgroups())\n"
        "for attempt in (lambda: os.setuid(0), lambda: os.setgroups([0]), lambda: os.setgid(0)):\n"
        "    try:\n        attempt(); print('ESCAPED')\n    except PermissionError: pass\n"
        "print([l for l in open('/proc/self/status') if l[:3] in ('Cap', 'NoN')])"
    )
    finished = python(code, somebody)
    assert finished.ok, finished.stderr
    assert finished.stdout.startswith(f"({NUMBER}, {NUMBER}, {NUMBER}) ({NUMBER}, {NUMBER}, {NUMBER}) []")
    assert "ESCAPED" not in finished.stdout
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert f"{name}:\\t0000000000000000\\n" in finished.stdout
    assert "NoNewPrivs:\\t1" in finished.stdout


@root
def test_it_cannot_read_or_signal_what_is_ours(somebody: Identity, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    code = (
        "import os\n"
        f"for attempt in (lambda: open({str(secret)!r}), lambda: open('/proc/{os.getpid()}/environ'),\n"
        f"                lambda: os.kill({os.getpid()}, 0)):\n"
        "    try:\n        attempt(); print('REACHED')\n    except PermissionError: print('refused')"
    )
    assert python(code, somebody).stdout == "refused\n" * 3


@root
def test_a_daemon_of_its_own_session_does_not_outlive_it(somebody: Identity) -> None:
    code = (
        "import subprocess\n"
        "for _ in range(5):\n"
        "    print(subprocess.Popen(['/bin/sleep', '60'], start_new_session=True).pid, flush=True)"
    )
    started = time.monotonic()
    finished = python(code, somebody)
    assert len(finished.stdout.split()) == 5
    assert process_ids(NUMBER) == []
    assert time.monotonic() - started < 5


@root
def test_a_timeout_leaves_nothing_of_it(somebody: Identity) -> None:
    assert python("import time; time.sleep(60)", somebody, timeout_seconds=0.5).timed_out
    assert process_ids(NUMBER) == []
    assert kill_all(somebody), "nothing to do is done"


@root
def test_what_it_writes_is_for_itself_alone(somebody: Identity, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    os.chown(place, NUMBER, NUMBER)
    for folder in [tmp_path, *tmp_path.parents][:4]:
        if folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)
    finished = python(f"open({str(place / 'mine')!r}, 'w').write('x')", somebody)
    assert finished.ok, finished.stderr
    status = (place / "mine").stat()
    assert (status.st_uid, status.st_mode & 0o777) == (NUMBER, 0o600)


@root
def test_nothing_of_it_stays_in_folders_that_all_share(somebody: Identity) -> None:
    left = Path("/tmp/benchmark-ci-test-left")
    code = f"import os; os.mkdir({str(left)!r}); open({str(left / 'note')!r}, 'w').close()"
    assert python(code, somebody).ok
    assert not left.exists()


def test_without_our_users_there_is_no_wall() -> None:
    known = {entry.pw_name for entry in pwd.getpwall()}
    found = identities()
    if os.geteuid() == 0 and known.issuperset(USERS.values()):
        assert found is not None
        assert found[Side.BASELINE].uid != found[Side.CURRENT].uid
        assert 0 not in {one.uid for one in found.values()}
    else:
        assert found is None


def test_behind_the_wall_only_what_is_listed_is_seen() -> None:
    environ = {"GITHUB_TOKEN": "s", "SECRET": "s", "WANTED": "w", "https_proxy": "p", "LD_PRELOAD": "x"}
    seen = behind_the_wall(environ, ("WANTED", "MISSING"), Path("/site"), Path("/chain/bin"))
    assert (seen["WANTED"], seen["https_proxy"]) == ("w", "p")
    assert not {"GITHUB_TOKEN", "SECRET", "LD_PRELOAD", "MISSING"} & set(seen)
    assert seen["CARGO_HOME"] == "/site/cargo"
    assert seen["PATH"].startswith("/chain/bin:")


def test_on_a_terminal_tokens_and_what_steers_cargo_stay_outside() -> None:
    environ = {"MINE": "m", "CARGO_TARGET_DIR": "/t", "GITHUB_TOKEN": "s", "ACTIONS_RUNTIME_TOKEN": "s"}
    seen = on_a_terminal(environ, Path("/chain/bin"))
    assert seen["MINE"] == "m"
    assert not {"CARGO_TARGET_DIR", "GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN"} & set(seen)
