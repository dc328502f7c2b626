"""Reading files that strangers' code may have written: regular files below a root, bounded, links refused.

Nothing of the stranger may run meanwhile (`wall.process` sees to that), so there is no race to lose.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

from benchmark_ci.errors import BadFile

LARGEST_BYTES = 16 * 1024 * 1024


def read(root: Path, file: Path, largest_bytes: int = LARGEST_BYTES) -> bytes:
    """The content of `file`, which must lie below `root` without a symbolic link on the way.

    Raises BadFile for links, special files, files above the size and unreadable ones, each with the place
    below `root`; and FileNotFoundError.
    """
    inside = file if file.is_absolute() else root / file
    called = str(inside.relative_to(root)) if inside.is_relative_to(root) else inside.name
    try:
        return _read(root, inside, largest_bytes, called)
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself
        raise BadFile(f"`{called}` cannot be read: {error}.") from error


def _read(root: Path, inside: Path, largest_bytes: int, called: str) -> bytes:
    if not inside.exists() and not inside.is_symlink():
        raise FileNotFoundError(inside)
    if inside.resolve() != root.resolve() / inside.relative_to(root) or ".." in inside.parts:
        raise BadFile(f"`{called}` is a link or lies outside its folder.", "Put a regular file there.")
    if not stat.S_ISREG(inside.lstat().st_mode):
        raise BadFile(f"`{called}` is not a regular file.")
    descriptor = os.open(inside, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        size = os.fstat(descriptor).st_size
        if size > largest_bytes:
            raise BadFile(f"`{called}` has {size:,} bytes, more than {largest_bytes:,}.")
        return opened.read(largest_bytes + 1)


def read_found(path: str, largest_bytes: int = LARGEST_BYTES, called: str = "") -> tuple[bytes, float]:
    """Content and time of change of a file whose folder was reached without following a link.

    For walks over many files: `read` looks at every folder on the way again. Raises as `read` does; `called`
    is how errors name it.
    """
    name = called or path.rpartition("/")[2]
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise BadFile(f"`{name}` is a link.", "Put a regular file there.") from None
        raise BadFile(f"`{name}` cannot be read: {error.strerror or error}.") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise BadFile(f"`{name}` is not a regular file.")
        if status.st_size > largest_bytes:
            raise BadFile(f"`{name}` has {status.st_size:,} bytes, more than {largest_bytes:,}.")
        return os.read(descriptor, status.st_size + 1), status.st_mtime
    except OSError as error:
        raise BadFile(f"`{name}` cannot be read: {error.strerror or error}.") from error
    finally:
        os.close(descriptor)


def read_text(root: Path, file: Path) -> str:
    """As `read`, decoded as UTF-8; raises BadFile when it is not."""
    try:
        return read(root, file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadFile(f"`{file.name}` is not UTF-8: {error}.") from error


def make_anew(folder: Path) -> None:
    """An empty folder of ours, whatever stood in its place; a link there is taken away, not followed."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def give_to_owner_of(place: Path, folder: Path) -> None:
    """Give `folder` and all in it to whoever owns `place`, so that its owner can clean up after us."""
    owner = place.stat()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def replace(file: Path, content: bytes) -> None:
    """Write a new file in place of whatever stands there; a link there is not followed."""
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)


def write_whole(file: Path, content: bytes) -> None:
    """Write a file of ours so that whoever reads it finds the old content or the new one, never a part.

    A link is written through; what is no regular file (`/dev/stdout`) is written to as it is.
    """
    place = file.resolve()
    if place.exists() and not place.is_file():
        place.write_bytes(content)
        return
    beside = place.with_name(f".{place.name[:100]}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(content)
        if place.exists():
            beside.chmod(stat.S_IMODE(place.stat().st_mode))
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
