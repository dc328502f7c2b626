"""A stranger's zip: what is read of it, and what is refused by name."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest

from benchmark_ci.errors import ArtifactRejected, ExitCode
from benchmark_ci.model import Job
from benchmark_ci.publish.archive import author, write_archive
from benchmark_ci.publish.unpack import member


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # a name twice is meant
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


def test_our_own_archive_is_read() -> None:
    job = Job.model_validate({"event_name": "pull_request", "workspace": "/nowhere"})
    with write_archive({"recording": b"measured", "report.json": b"{}"}, author(job)) as archive:
        assert member(archive.file.read(), "recording", 100) == b"measured"


@pytest.mark.parametrize(
    ("why", "given"),
    [
        ("no zip file", b""),
        ("no zip file", b"PK\x03\x04 and nothing"),
        ("no sound zip", zipped(("recording", b"measured"))[:-30] + zipped(("recording", b"x"))[-22:]),
        ("plain file", zipped(("recording", b"x"), ("../evil", b"x"))),
        ("plain file", zipped(("recording", b"x"), ("/etc/evil", b"x"))),
        ("plain file", zipped(("recording", b"x"), ("folder/", b""))),
        ("no regular file", zipped((link("recording"), b"/etc/passwd"))),
        ("one name", zipped(("recording", b"x"), ("recording", b"y"))),
        ("more than 100 bytes", zipped(("recording", bytes(50_000_000)))),
        ("more than 100 members", zipped(*((f"m{number}", b"") for number in range(101)))),
        ("too many members", zipped(*((f"m{number}", b"") for number in range(5000)))),
        ("no `recording`", zipped(("report.json", b"{}"))),
    ],
)
def test_everything_else_is_refused(why: str, given: bytes) -> None:
    with pytest.raises(ArtifactRejected, match=why) as raised:
        member(given, "recording", 100)
    assert raised.value.exit_code is ExitCode.BAD_INPUT
