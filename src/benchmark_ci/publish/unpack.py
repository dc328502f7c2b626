"""One member of a stranger's zip, in memory. Nothing is extracted, and nothing is believed of its sizes."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib

from benchmark_ci.errors import ArtifactRejected

MOST_MEMBERS = 100
MOST_INDEX_BYTES = 64 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_BYTES = 22


def member(zipped: bytes, wanted: str, most_bytes: int) -> bytes:
    """The member called `wanted`, at most `most_bytes` long.

    Raises ArtifactRejected, also for what is wrong with any other member: our own archives are a few plain
    files, so that anything else in one was not made by us.
    """
    _check_index(zipped)
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            members = archive.infolist()
            _check_members(members, wanted)
            with archive.open(wanted) as opened:
                content = opened.read(most_bytes + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _rejected(f"it is no sound zip file ({type(error).__name__})") from None
    if len(content) > most_bytes:
        raise _rejected(f"`{wanted}` unpacks to more than {most_bytes} bytes")
    return content


def _check_index(zipped: bytes) -> None:
    """The list of members is read as a whole: keep it short before anybody reads it."""
    at = len(zipped) - _END_BYTES
    if not (zipped[at : at + 4] == _END and zipped.endswith(b"\0\0")):
        at = zipped.rfind(_END, -(_END_BYTES + 0xFFFF))
    if at < 0 or at + _END_BYTES > len(zipped):
        raise _rejected("it is no zip file")
    if zipped[max(0, at - 20) : max(0, at - 20) + 4] == _END_64:
        raise _rejected("it is a zip file of the 64-bit form")
    (index_bytes,) = struct.unpack_from("<L", zipped, at + 12)
    if index_bytes > MOST_INDEX_BYTES:
        raise _rejected("it has too many members")


def _check_members(members: list[zipfile.ZipInfo], wanted: str) -> None:
    names = [one.filename for one in members]
    if len(names) > MOST_MEMBERS:
        raise _rejected(f"it has more than {MOST_MEMBERS} members")
    if len(set(names)) < len(names):
        raise _rejected("two of its members have one name")
    for one in members:
        kind = stat.S_IFMT(one.external_attr >> 16)
        if not _NAME.fullmatch(one.filename) or one.filename != one.orig_filename or one.is_dir():
            raise _rejected("a member's name is not that of a plain file")
        if kind not in (0, stat.S_IFREG):
            raise _rejected("a member is no regular file")
        if one.flag_bits & 1 or one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _rejected("a member is encrypted or packed in an unusual way")
    if wanted not in names:
        raise _rejected(f"it has no `{wanted}`")


def _rejected(why: str) -> ArtifactRejected:
    return ArtifactRejected(f"The artifact was not made by this action: {why}.")
