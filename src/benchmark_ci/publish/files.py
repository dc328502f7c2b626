"""The runner's command files: step outputs and the job summary."""

from __future__ import annotations

import os
import re
import stat
import uuid
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.publish.refusal import Refusal

SUMMARY_BYTES = 1024 * 1024
"""The runner drops a larger summary entirely."""

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_CUT = "\n\n*The rest did not fit into GitHub's limit for a job summary; the report has it.*\n"
_OUTPUTS = "The step outputs were not written"
_SUMMARY = "The job summary was not written"


def write_outputs(path: Path | None, outputs: Mapping[str, str]) -> Refusal | None:
    """Append outputs to the file that `GITHUB_OUTPUT` names; values arrive exactly as given.

    One malformed line would fail the whole step, so that names that the runner could misread are left out.
    """
    good = {name: value for name, value in outputs.items() if _NAME.fullmatch(name)}
    refusal = _append(path, "".join(_heredoc(name, value) for name, value in good.items()), _OUTPUTS)
    if refusal is None and len(good) < len(outputs):
        bad = ", ".join(sorted(ascii(name) for name in outputs.keys() - good.keys()))
        return Refusal(what="Some step outputs were not written", why=f"unusable names: {bad}")
    return refusal


def write_summary(path: Path | None, text: str) -> Refusal | None:
    """Append Markdown to the file that `GITHUB_STEP_SUMMARY` names, cut to what still fits (UTF-8 bytes)."""
    if path is None:
        return _append(path, text, _SUMMARY)
    try:
        room = SUMMARY_BYTES - path.stat().st_size
    except OSError as error:
        return _unwritable(_SUMMARY, error)
    return _append(path, _fitting(text, room - 1), _SUMMARY)


def _heredoc(name: str, value: str) -> str:
    delimiter = f"ghadelimiter_{uuid.uuid4()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _fitting(text: str, room: int) -> str:
    """A beginning of `text` of at most `room` bytes, ended at a line, with what is open closed, saying so."""
    if len(text.encode("utf-8", "replace")) <= room:
        return text
    closing_room = 200
    head = text.encode("utf-8", "replace")[: max(0, room - len(_CUT.encode()) - closing_room)]
    kept = head[: head.rfind(b"\n") + 1].decode("utf-8", "replace")
    fences = len(re.findall(r"^\s{0,3}```", kept, re.MULTILINE))
    details = min(10, kept.count("<details") - kept.count("</details>"))
    return kept + ("```\n" if fences % 2 else "") + "\n</details>" * max(0, details) + _CUT


def _append(path: Path | None, text: str, what: str) -> Refusal | None:
    if path is None:
        return Refusal(what=what, why="the runner named no file for it")
    try:
        # No O_CREAT: the runner has made the file. Non-blocking, so that a pipe in its place cannot hang us.
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "r+b", buffering=0):
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                return Refusal(what=what, why="its file is not a regular file")
            unfinished = found.st_size and os.pread(descriptor, 1, found.st_size - 1) != b"\n"
            _write_all(descriptor, ("\n" if unfinished else "").encode() + text.encode("utf-8", "replace"))
    except OSError as error:
        return _unwritable(what, error)
    return None


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _unwritable(what: str, error: OSError) -> Refusal:
    return Refusal(what=what, why=f"its file cannot be written ({error.strerror})")
