"""Real repositories for tests: made by git itself, served over HTTP with a password check."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

TOKEN = "ghs_0123456789secret"
BASIC = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
HEADER = f"AUTHORIZATION: basic {BASIC}"
LOOKS = 50
ENVIRON = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def git(directory: Path, *args: str, **env: str) -> str:
    """What git answers, run as the user would run it."""
    safe = ("-c", "safe.directory=*", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always")
    command = ("git", *safe, *args)
    return subprocess.run(
        command, cwd=directory, env={**ENVIRON, **env}, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(directory: Path, message: str, **files: str) -> str:
    """Write files (`__` in a name is a dot) and commit everything; the SHA."""
    for name, text in files.items():
        (directory / name.replace("__", ".")).write_text(text)
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(directory, "rev-parse", "HEAD")


class Project:
    """A repository with a main branch of three commits, a feature, its merge, and releases."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        self.path = directory
        git(directory, "init", "--quiet")
        self.first = commit(directory, "first", Cargo__toml="[package]\n", a="1")
        git(directory, "tag", "v1.0.0")
        self.second = commit(directory, "second", a="2")
        git(directory, "tag", "-a", "v1.1.0", "-m", "annotated")
        git(directory, "checkout", "--quiet", "-b", "feature")
        self.feature = commit(directory, "feature", b="1")
        git(directory, "checkout", "--quiet", "main")
        self.main = commit(directory, "third", a="3")
        git(directory, "tag", "v2.0.0-rc.1")
        git(directory, "checkout", "--quiet", "--detach")
        git(directory, "merge", "--quiet", "--no-ff", "-m", "merge", "feature")
        self.merge = git(directory, "rev-parse", "HEAD")
        git(directory, "update-ref", "refs/pull/12/merge", self.merge)
        git(directory, "update-ref", "refs/pull/12/head", self.feature)
        git(directory, "checkout", "--quiet", "main")


def checkout(workspace: Path, url: str, sha: str, ref: str, *, depth: int = 1, header: str = HEADER) -> None:
    """What actions/checkout leaves behind without credentials: `ref` is below refs/remotes or refs/tags."""
    workspace.mkdir(parents=True)
    git(workspace, "init", "--quiet")
    git(workspace, "remote", "add", "origin", url)
    how = () if depth == 0 else (f"--depth={depth}",)
    # not on the command line: another test may be looking there for secrets that got out
    given = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraheader", "GIT_CONFIG_VALUE_0": header}
    git(workspace, "fetch", "--quiet", "--no-tags", "--prune", *how, "origin", f"+{sha}:{ref}", **given)
    git(workspace, "checkout", "--quiet", "--force", ref)


class Served:
    """A running server: where it is, and what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url  # without a slash at its end
        self.authorizations: list[list[str]] = []  # of each request
        self.command_lines: set[str] = set()  # of every process that lived while a request was answered

    def look_around(self) -> None:
        """Note every command line, that of the git which asks among them: it lives until we answer.

        One look can miss a process that the kernel is busy with, so it is repeated until that git is seen.
        """
        for _ in range(LOOKS):
            found = command_lines()
            self.command_lines |= found
            if any("git-remote-http" in line and self.url in line for line in found):
                return
            time.sleep(0.02)


@contextmanager
def serve(
    root: Path, *, private: bool = True, old: bool = False, host: str = "127.0.0.1"
) -> Iterator[Served]:
    """Serve the repositories below `root` by `git http-backend`; an old server gives out refs only."""
    server = ThreadingHTTPServer((host, 0), BaseHTTPRequestHandler)
    served = Served(f"http://{host}:{server.server_address[1]}")

    class Handler(_Handler):
        state = served
        directory = root
        protected = private
        protocol_0 = old

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: ClassVar[Served]
    directory: ClassVar[Path]
    protected: ClassVar[bool]
    protocol_0: ClassVar[bool]

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(body)

    def _answer(self, body: bytes) -> None:
        given = self.headers.get_all("Authorization") or []
        self.state.authorizations.append(given)
        self.state.look_around()
        if len(given) > 1:
            self._refuse(400)
        elif self.protected and given != [f"basic {BASIC}"]:
            self._refuse(401)
        else:
            self._serve(body)

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("WWW-Authenticate", 'Basic realm="test"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _serve(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": ENVIRON["PATH"],
            "GIT_PROJECT_ROOT": str(self.directory),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": "" if self.protocol_0 else self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "tester",
        }
        backend = ("git", "http-backend")  # ends with 1 when it sends a git error
        answer = subprocess.run(backend, input=body, env=environment, capture_output=True).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def command_lines() -> set[str]:
    """The command lines of all living processes."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.add(entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def tree_of(directory: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a directory with its time of change and contents."""
    return {
        str(path.relative_to(directory)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(directory.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def is_root() -> bool:
    return os.geteuid() == 0
