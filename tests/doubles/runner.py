"""A runner for Docker container actions: the same command line, mounts, variables and files as GitHub's.

From protocol 1.2, 1.3, 1.7 and 1.12. Everything it makes belongs to uid 1001, as on a hosted runner, and
the fake server is reached from the container by the bridge's gateway address.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.doubles.github import FakeGitHub
from tests.doubles.runner_environment import RunnerJob, environment
from tests.doubles.runner_grammar import FileCommandError, StepLog, read_key_values, split_lines

RUNNER_UID = 1001
SUMMARY_LIMIT = 1024 * 1024
CANCEL_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
FILES = ("set_output", "step_summary", "set_env", "add_path", "save_state")


@dataclass
class RunnerResult:
    """What the runner knows after a step."""

    exit_code: int
    stdout: str
    stderr: str
    log: StepLog
    outputs: dict[str, str]
    env: dict[str, str]
    summary: str  # "" when the runner would drop it
    file_errors: list[str]
    command_files: dict[str, bytes]
    left_by_root: list[str] = field(default_factory=list)  # below the workspace and _temp
    container: str = ""  # its name
    cancelled_by: tuple[str, ...] = ()  # the signals that it took, 7.5 s after each other

    @property
    def failed(self) -> bool:
        """Whether the step is red."""
        return self.exit_code != 0 or bool(self.file_errors) or bool(self.log.failures)

    @property
    def output(self) -> str:
        """Both streams as the container wrote them."""
        return self.stdout + self.stderr


def gateway() -> str:
    """The address of this machine on Docker's default bridge."""
    answer = _docker("network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}")
    config = json.loads(answer)[0]
    return str(config.get("Gateway") or next(ipaddress.ip_network(config["Subnet"]).hosts()))


def run_action(
    image: str,
    *,
    event_name: str,
    event: Mapping[str, object],
    workspace: Path,
    inputs: Mapping[str, str],
    server: FakeGitHub,
    job: RunnerJob | None = None,
    env: Mapping[str, str] | None = None,
    runner_temp_mounted: bool = True,
    temp_files: Mapping[str, str] | None = None,
    cancel_after_seconds: float | None = None,
    cancel_when: str = "",
    cancel_signals: tuple[signal.Signals, ...] = CANCEL_SIGNALS,
    timeout_seconds: float = 1800,
) -> RunnerResult:
    """Run one step with an action's image and read what it left, as the runner does.

    `inputs` holds every declared input (an unset one as ""); `env` is what the workflow and earlier steps
    set; `temp_files` lie in `_temp`. The workspace is given to uid 1001. The job is cancelled after
    `cancel_after_seconds`, or when the regular expression `cancel_when` matches its output.
    """
    job = job or RunnerJob()
    temp = Path(tempfile.mkdtemp(prefix="runner-temp-"))
    try:
        suffix = secrets.token_hex(16)
        lay_out(temp, event, suffix)
        for name, text in (temp_files or {}).items():
            (temp / name).write_text(text)
        _give(workspace, temp)
        variables = environment(job, event_name, inputs, server, suffix, dict(env or {}))
        argv = _argv(image, workspace, temp, variables, runner_temp_mounted)
        cancel = _Cancel(cancel_after_seconds, cancel_when, cancel_signals)
        code, streams = _run(argv, {**os.environ, **variables}, cancel, timeout_seconds)
        result = read_result(code, streams, temp, workspace, suffix)
        result.container = argv[argv.index("--name") + 1]
        result.cancelled_by = tuple(cancel.sent)
        return result
    finally:
        shutil.rmtree(temp, ignore_errors=True)


def lay_out(temp: Path, event: Mapping[str, object], suffix: str) -> None:
    for folder in ("_github_home", "_github_workflow", "_runner_file_commands"):
        (temp / folder).mkdir(mode=0o755)
    (temp / "_github_workflow" / "event.json").write_text(json.dumps(event))
    for name in FILES:
        (temp / "_runner_file_commands" / f"{name}_{suffix}").touch(mode=0o644)


def _give(*roots: Path) -> None:
    """Hand everything to the runner's user, world-readable as its umask leaves it.

    Only root can; anybody else's workspace stays theirs.
    """
    if os.geteuid() != 0:
        return
    for root in roots:
        root.chmod(0o755)
        for path in (root, *root.rglob("*")):
            os.chown(path, RUNNER_UID, RUNNER_UID, follow_symlinks=False)


def _argv(image: str, workspace: Path, temp: Path, variables: Mapping[str, str], mounted: bool) -> list[str]:
    mounts = {
        "/var/run/docker.sock": "/var/run/docker.sock",
        **({str(temp): "/github/runner_temp"} if mounted else {}),
        str(temp / "_github_home"): "/github/home",
        str(temp / "_github_workflow"): "/github/workflow",
        str(temp / "_runner_file_commands"): "/github/file_commands",
        str(workspace): "/github/workspace",
    }
    options = ["--name", f"action_{secrets.token_hex(3)}", "--label", "benchmark-ci-test"]
    options += ["--workdir", "/github/workspace", "--rm"]
    for name in variables:
        options += ["-e", name]  # the values are in the client's environment
    options += ["-e", "GITHUB_ACTIONS=true"] + ([] if "CI" in variables else ["-e", "CI=true"])
    for source, target in mounts.items():
        options += ["-v", f"{source}:{target}"]
    return [shutil.which("docker") or "docker", "run", *options, image]


@dataclass
class _Cancel:
    """When a job is cancelled, and what that took."""

    after_seconds: float | None
    when: str
    signals: tuple[signal.Signals, ...]
    sent: list[str] = field(default_factory=list)

    def wait(self, client: subprocess.Popen[bytes], arrived: list[tuple[str, bytes]], timeout: float) -> bool:
        """Wait for the end, or until it is time to cancel; True when it is."""
        end = time.monotonic() + (timeout if self.after_seconds is None else self.after_seconds)
        while client.poll() is None:
            if self.when and re.search(self.when.encode(), b"".join(raw for _, raw in arrived), re.DOTALL):
                return True
            if time.monotonic() > end:
                if self.after_seconds is None:
                    self.send(client)
                    raise subprocess.TimeoutExpired(client.args, timeout)
                return True
            time.sleep(0.02)
        return False

    def send(self, client: subprocess.Popen[bytes]) -> None:
        """Usually SIGINT, 7.5 s, SIGTERM, 2.5 s, and the end."""
        for kind, seconds in zip(self.signals, (7.5, 2.5, 10.0), strict=False):
            client.send_signal(kind)
            self.sent.append(kind.name)
            with suppress(subprocess.TimeoutExpired):
                client.wait(timeout=seconds)
                return


def _run(
    argv: list[str], env: Mapping[str, str], cancel: _Cancel, timeout: float
) -> tuple[int, list[tuple[str, bytes]]]:
    arrived: list[tuple[str, bytes]] = []
    client = subprocess.Popen(
        argv, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    pipes = (("stdout", client.stdout), ("stderr", client.stderr))
    threads = [threading.Thread(target=_collect, args=(*pipe, arrived), daemon=True) for pipe in pipes]
    for thread in threads:
        thread.start()
    try:
        if cancel.wait(client, arrived, timeout):
            cancel.send(client)
    finally:
        name = argv[argv.index("--name") + 1]
        for thread in threads:
            thread.join(timeout=10)
        if client.returncode is None or client.returncode < 0:
            with suppress(subprocess.CalledProcessError):
                _docker("rm", "-f", name)  # the client was killed: its container lives on
    return client.returncode, arrived


def _collect(name: str, pipe: IO[bytes], arrived: list[tuple[str, bytes]]) -> None:
    with pipe:
        for line in pipe:
            arrived.append((name, line))


def read_result(
    code: int, streams: list[tuple[str, bytes]], temp: Path, workspace: Path, suffix: str
) -> RunnerResult:
    log = StepLog()
    for _, raw in streams:
        for line in split_lines(raw.decode("utf-8", "replace")):
            log.feed(line)
    folder = temp / "_runner_file_commands"
    files = {name: (folder / f"{name}_{suffix}").read_bytes() for name in FILES}
    errors: list[str] = []
    summary = files["step_summary"]
    if len(summary) > SUMMARY_LIMIT:
        errors.append(f"summary of {len(summary)} bytes")
    expected = {folder / f"{name}_{suffix}" for name in FILES}
    found = [path for root in (workspace, temp) for path in root.rglob("*")]
    return RunnerResult(
        exit_code=code,
        stdout=b"".join(raw for name, raw in streams if name == "stdout").decode("utf-8", "replace"),
        stderr=b"".join(raw for name, raw in streams if name == "stderr").decode("utf-8", "replace"),
        log=log,
        outputs={**log.outputs, **_key_values(files["set_output"], errors)},
        env=_key_values(files["set_env"], errors),
        summary="" if len(summary) > SUMMARY_LIMIT else summary.decode("utf-8"),
        file_errors=errors,
        command_files=files,
        left_by_root=[str(p) for p in found if p not in expected and p.lstat().st_uid == 0],
    )


def _key_values(content: bytes, errors: list[str]) -> dict[str, str]:
    try:
        return read_key_values(content.decode("utf-8"))
    except FileCommandError as error:
        errors.append(str(error))
        return {}


def _docker(*argv: str) -> str:
    done = subprocess.run(["docker", *argv], check=True, capture_output=True, text=True, timeout=60)
    return done.stdout
