from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from benchmark_ci.publish.archive import write_archive


def test_the_same_members_give_the_same_bytes(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_bytes(b"x" * 100_000)
    digests = set()
    cases: tuple[dict[str, bytes | Path], ...] = (
        {"b": b"1", "a/c": file},
        {"a/c": b"x" * 100_000, "b": b"1"},
    )
    for members in cases:
        with write_archive(members) as archive:
            data = archive.file.read()
            digests.add(archive.sha256)
            assert archive.sha256 == hashlib.sha256(data).hexdigest()
            assert archive.size == len(data) < 2000
    assert len(digests) == 1


def test_names_that_no_system_takes_are_replaced_and_stay_apart() -> None:
    members: dict[str, bytes | Path] = {'a"b': b"1", "a:b": b"2", "a_b": b"3", "x/y\nz": b"4"}
    with write_archive(members) as archive, zipfile.ZipFile(archive.file) as read:
        assert sorted(read.namelist()) == ["a_b", "a_b~2", "a_b~3", "x/y_z"]
        assert sorted(read.read(name) for name in read.namelist()) == [b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", "a/./b", "", "a/"])
def test_names_that_lead_outside_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="outside"):
        write_archive({name: b""})


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic"):
        write_archive({"x": tmp_path / "link"})
