"""How the runner reads a container's output and its command files.

Written from the runner's behaviour (protocol 2.1 and 2.2) and from nothing of ours, so that it can judge us.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_REGISTERED = (
    "internal-set-repo-path set-env set-output save-state add-path add-mask add-matcher remove-matcher "
    "warning error notice debug group endgroup echo stop-commands"
)
REGISTERED = frozenset(_REGISTERED.split())


class FileCommandError(Exception):
    """The runner fails the step for this."""


@dataclass(frozen=True)
class Command:
    name: str
    data: str
    properties: dict[str, str] = field(default_factory=dict)


@dataclass
class StepLog:
    """What became of a step's output."""

    lines: list[str] = field(default_factory=list)  # what is shown, masked
    commands: list[Command] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)  # by the old ::set-output
    failures: list[str] = field(default_factory=list)  # commands that fail the step
    _stop_token: str = ""

    def feed(self, line: str) -> None:
        """One line of either stream; both have the same state."""
        command = read_command(line, REGISTERED | {self._stop_token.lower()} - {""})
        if self._stop_token:
            if command and command.name.lower() == self._stop_token.lower():
                self._stop_token = ""
            else:
                self._show(line)
            return
        if command is None:
            self._show(line)
            return
        self.commands.append(command)
        self._carry_out(command)

    def named(self, name: str) -> list[Command]:
        return [command for command in self.commands if command.name == name]

    def _carry_out(self, command: Command) -> None:
        if command.name == "stop-commands":
            bad = not command.data or command.data.lower() in REGISTERED | {"pause-logging"}
            if bad:
                self.failures.append("bad stop-commands token")
            self._stop_token = command.data
        elif command.name == "add-mask":
            self.masks += [part for part in [command.data, *command.data.splitlines()] if part]
        elif command.name in ("set-env", "add-path"):
            self.failures.append(f"{command.name} is disabled")
        elif command.name == "set-output":
            self.outputs[command.properties["name"]] = command.data
        elif command.name in ("error", "warning", "notice", "group"):
            self._show(command.data)

    def _show(self, line: str) -> None:
        for mask in self.masks:
            line = line.replace(mask, "***")
        self.lines.append(line)


def split_lines(text: str) -> list[str]:
    """As .NET's ReadLine: at line feeds, carriage returns, and pairs of them."""
    lines = re.split(r"\r\n|\r|\n", text)
    return lines[:-1] if lines[-1] == "" else lines


def read_command(line: str, registered: frozenset[str] | set[str] = REGISTERED) -> Command | None:
    command = _second_form(line) or _first_form(line)
    return command if command and command.name.lower() in registered else None


def _second_form(line: str) -> Command | None:
    """`::name key=value,key=value::data` at the start, after white space."""
    match = re.match(r"\s*::(.*?)::(.*)$", line, re.DOTALL)
    if not match:
        return None
    name, _, rest = match[1].partition(" ")
    properties = dict(pair.strip().split("=", 1) for pair in rest.split(",") if "=" in pair)
    return Command(name.lower(), _data(match[2]), {k: _unescape(v, ":,") for k, v in properties.items()})


def _first_form(line: str) -> Command | None:
    """`##[name key=value;key=value]data` anywhere."""
    match = re.search(r"##\[([^\]]*)\](.*)$", line, re.DOTALL)
    if not match:
        return None
    name, _, rest = match[1].partition(" ")
    properties = dict(pair.strip().split("=", 1) for pair in rest.split(";") if "=" in pair)
    return Command(name.lower(), _data(match[2]), {k: _unescape(v, ";]") for k, v in properties.items()})


def _data(text: str) -> str:
    return _unescape(text, "")


def _unescape(text: str, more: str) -> str:
    for character in f"\r\n{more}":
        text = text.replace(f"%{ord(character):02X}", character)
    return text.replace("%25", "%")


def read_key_values(text: str) -> dict[str, str]:
    """OUTPUT, ENV and STATE files. Raises FileCommandError as the runner fails the step."""
    values: dict[str, str] = {}
    lines = text.split("\n")
    complete = len(lines) - 1  # what follows the last line feed is no complete line
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            if not name or not delimiter:
                raise FileCommandError(f"invalid format {line!r}")
            end = next((i for i in range(at, len(lines)) if lines[i] == delimiter), None)
            if end is None or end - 1 >= complete:
                raise FileCommandError(f"no matching delimiter {delimiter!r}")
            value, at = "\n".join(lines[at:end]), end + 1
        else:
            raise FileCommandError(f"invalid format {line!r}")
        if not name:
            raise FileCommandError(f"no name in {line!r}")
        values[name] = value
    return values
