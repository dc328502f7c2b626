"""The zip that an artifact is: the same bytes for the same members, built on disk."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from benchmark_ci.model import Job

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
_FORBIDDEN = re.compile(r'[":<>|*?\\\x00-\x1f\x7f]')


class Archive:
    """A finished zip in a temporary file that disappears when it is closed."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.size = file.seek(0, os.SEEK_END)
        file.seek(0)
        self.sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        file.seek(0)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def write_archive(members: Mapping[str, bytes | Path], comment: bytes = b"") -> Archive:
    """Zip members (a `Path` is read from disk, never through a symbolic link) in the order of their names.

    Raises OSError when a member cannot be read, ValueError when a name leads outside.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on to the Archive
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = comment
            taken: set[str] = set()
            for name in sorted(members):
                _add(archive, _free(_safe(name), taken), members[name])
        return Archive(file)
    except BaseException:
        file.close()
        raise


def author(job: Job) -> bytes:
    """Who made the archive, for its comment: by this a re-run knows its own (`ownership.py`)."""
    who = {"benchmark-ci": 1, "workflow": job.workflow, "job": job.job, "attempt": job.run_attempt}
    return json.dumps(who, sort_keys=True).encode()[:1000]


def _safe(name: str) -> str:
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"a member's name leads outside the archive: {name!r}")
    return _FORBIDDEN.sub("_", name)


def _free(name: str, taken: set[str]) -> str:
    """The name, or one like it if another member became the same by the replacement."""
    candidate, count = name, 1
    while candidate in taken:
        count += 1
        candidate = f"{name}~{count}"
    taken.add(candidate)
    return candidate


def _add(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # Unix, wherever we run
    info.external_attr = 0o100644 << 16
    if isinstance(content, bytes):
        archive.writestr(info, content)
        return
    descriptor = os.open(content, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as source:
        info.file_size = os.fstat(descriptor).st_size  # tells zipfile whether it needs the 64-bit form
        with archive.open(info, "w") as target:
            shutil.copyfileobj(source, target)
