"""The git door: every git process starts here, with an environment and a configuration of our own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.errors import GitFailed
from benchmark_ci.wall import process

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LOCAL_SECONDS = 300.0
NETWORK_SECONDS = 900.0
"""The most that a transfer may take; one that stands still for 30 s is given up by git itself."""

_FROM_OUTSIDE = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")

# A repository's own configuration is read by git, and may be hostile: nothing of it may start a program.
_HARMLESS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.sshCommand=/bin/false",
    "core.askPass=/bin/true",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "core.alternateRefsCommand=true",
    "credential.helper=",
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.recurseSubmodules=false",
    "fetch.unpackLimit=1",  # loose objects would touch their namesakes in the checkout
    "diff.ignoreSubmodules=dirty",
    "advice.detachedHead=false",
    "init.defaultBranch=main",
    "http.lowSpeedLimit=100",
    "http.lowSpeedTime=30",
)

_SETTING = re.compile(r"(.*)\.(.*)=(.*)")


class Git:
    """Runs git with a private configuration; nothing that the user's environment says about git counts."""

    def __init__(self, private: Path, environ: Mapping[str, str], trusted: tuple[Path, ...] = ()) -> None:
        """`private` is an existing directory for our configuration.

        `trusted` are repositories that may belong to another user (the runner's, while we are root).
        """
        config = private / "gitconfig"
        places = [_quoted(path) for root in trusted for path in (root, root / ".git")]
        lines = [f'[safe]\n\tdirectory = "{place}"' for place in places]
        # once more here: git's own children do not get what the command line says
        lines += [_SETTING.sub(r"[\1]\n\t\2 = \3", setting) for setting in _HARMLESS]
        config.write_text("\n".join((*lines, "")), encoding="utf-8")
        outside = {name: value for name, value in environ.items() if name.upper() in _FROM_OUTSIDE}
        path = ":".join(filter(None, (SYSTEM_PATH, environ.get("PATH"))))
        self._env = outside | {
            "PATH": path,
            "HOME": str(private),
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
            "GIT_CONFIG_GLOBAL": str(config),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "/bin/true",
            "GIT_ALLOW_PROTOCOL": "http:https:file",
            "GIT_OPTIONAL_LOCKS": "0",
        }

    def run(
        self,
        *args: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        timeout_seconds: float = LOCAL_SECONDS,
    ) -> process.Finished:
        """Run git and let the caller judge how it ended. Raises GitFailed only when git does not exist."""
        argv = ("git", *(part for setting in _HARMLESS for part in ("-c", setting)), *args)
        try:
            return process.run(
                argv, cwd=cwd, env={**self._env, **(env or {})}, timeout_seconds=timeout_seconds
            )
        except FileNotFoundError:
            raise GitFailed("The program `git` was not found.", "Install git.") from None

    def answer(
        self,
        *args: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        timeout_seconds: float = LOCAL_SECONDS,
    ) -> str:
        """What git printed, without the blanks at its end. Raises GitFailed with git's own last lines."""
        finished = self.run(*args, cwd=cwd, env=env, timeout_seconds=timeout_seconds)
        if not finished.ok:
            raise failed(finished, f"`git {args[0]}` failed")
        return finished.stdout.rstrip()

    def perhaps(self, *args: str, cwd: Path) -> str | None:
        """What git printed, or None when it ended with another exit code than 0."""
        finished = self.run(*args, cwd=cwd)
        return finished.stdout.rstrip() if finished.ok else None


def failed(finished: process.Finished, what: str, remedy: str = "") -> GitFailed:
    """The error of a git process that ended badly, in git's own words."""
    how = "it took too long" if finished.timed_out else finished.last_lines(6)
    return GitFailed(f"{what}: {how or f'exit code {finished.returncode}'}", remedy)


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
