"""Reading what strangers may have written: only regular files below a root."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmark_ci.errors import BadFile
from benchmark_ci.wall import files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "root"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "file").write_text("größe")
    return folder


@pytest.mark.parametrize("absolute", [True, False])
def test_a_regular_file_is_read(root: Path, absolute: bool) -> None:
    file = root / "below" / "file" if absolute else Path("below/file")
    assert files.read(root, file) == "größe".encode()
    assert files.read_text(root, file) == "größe"


def test_a_root_that_is_a_link_itself_is_ours(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert files.read(tmp_path / "alias", Path("below/file")) == "größe".encode()


def test_a_missing_file_is_not_a_bad_one(root: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.read(root, Path("missing"))


@pytest.mark.parametrize("target", ["../secret", "/etc/hostname", "below/file", "/nonexistent", "loop"])
def test_links_are_refused_wherever_they_point(root: Path, target: str) -> None:
    (root / "loop").symlink_to(target)
    with pytest.raises(BadFile, match="loop"):
        files.read(root, Path("loop"))


def test_a_link_on_the_way_is_refused(root: Path, tmp_path: Path) -> None:
    (root / "aside").symlink_to(tmp_path)
    with pytest.raises(BadFile):
        files.read(root, Path("aside/secret"))
    (root / "inside").symlink_to(root / "below")
    with pytest.raises(BadFile):
        files.read(root, Path("inside/file"))


@pytest.mark.parametrize("path", ["../secret", "below/../../secret", "below/../below/file"])
def test_dots_on_the_way_are_refused(root: Path, path: str) -> None:
    with pytest.raises(BadFile):
        files.read(root, Path(path))


def test_special_files_are_refused_without_waiting(root: Path) -> None:
    os.mkfifo(root / "pipe")
    for name in ("pipe", "below"):
        with pytest.raises(BadFile, match=name):
            files.read(root, Path(name))


def test_a_device_is_refused() -> None:
    with pytest.raises(BadFile):
        files.read(Path("/dev"), Path("zero"))


def test_sizes_are_bounded(root: Path) -> None:
    (root / "big").write_bytes(b"x" * 11)
    assert files.read(root, Path("big"), 11) == b"x" * 11
    with pytest.raises(BadFile, match="11 bytes"):
        files.read(root, Path("big"), 10)


def test_text_that_is_not_utf8_is_refused(root: Path) -> None:
    (root / "latin").write_bytes(b"gr\xf6\xdfe")
    with pytest.raises(BadFile, match="latin"):
        files.read_text(root, Path("latin"))


def test_replacing_follows_no_link(root: Path, tmp_path: Path) -> None:
    (root / "lock").symlink_to(tmp_path / "secret")
    files.replace(root / "lock", b"new")
    assert (tmp_path / "secret").read_text() == "secret"
    assert not (root / "lock").is_symlink()
    assert (root / "lock").read_bytes() == b"new"
    files.replace(root / "lock", b"newer")
    assert (root / "lock").read_bytes() == b"newer"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_giving_away_does_not_follow_links(root: Path, tmp_path: Path) -> None:
    os.chown(tmp_path, 61_235, 61_235)
    (root / "aside").symlink_to(tmp_path / "secret")
    files.give_to_owner_of(tmp_path, root)
    assert (root / "below" / "file").stat().st_uid == 61_235
    assert (root / "aside").lstat().st_uid == 61_235
    assert (tmp_path / "secret").stat().st_uid == 0


def test_a_file_found_on_a_walk_is_read_with_its_time(root: Path) -> None:
    file = root / "below" / "file"
    os.utime(file, (5, 7))
    assert files.read_found(str(file)) == ("größe".encode(), 7.0)
    with pytest.raises(FileNotFoundError):
        files.read_found(str(root / "missing"))
    with pytest.raises(BadFile, match="more than 3"):
        files.read_found(str(file), 3)


@pytest.mark.parametrize("kind", ["link", "loop", "pipe", "folder"])
def test_what_is_no_file_is_not_read_on_a_walk(root: Path, kind: str) -> None:
    place = root / kind
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(place if kind == "loop" else root / "below" / "file")
    with pytest.raises(BadFile, match=kind):
        files.read_found(str(place))


def test_a_file_is_written_whole_or_not_at_all(root: Path) -> None:
    file = root / "report"
    files.write_whole(file, b"old")
    file.chmod(0o640)
    (root / "link").symlink_to(file)
    files.write_whole(root / "link", b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert (root / "link").is_symlink()
    with pytest.raises(OSError):
        files.write_whole(root / "below" / "file" / "report", b"x")
    assert sorted(path.name for path in root.iterdir()) == ["below", "link", "report"]


def test_what_is_no_regular_file_is_written_to(root: Path) -> None:
    files.write_whole(Path(os.devnull), b"gone")
    assert not Path(os.devnull).is_file()
