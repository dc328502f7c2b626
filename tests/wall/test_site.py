"""Two sides, one path: whoever runs stands there, and the other one is out of sight."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmark_ci.model import Side
from benchmark_ci.wall.identity import Identity
from benchmark_ci.wall.site import FOLDERS, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "site").mkdir()
    return Site(tmp_path / "site", None)


def test_each_side_has_its_folders(site: Site) -> None:
    for side in Side:
        assert {one.name for one in site.folder(side).iterdir()} == set(FOLDERS)
        assert site.folder(side).stat().st_mode & 0o777 == 0o700
    assert not site.walled
    assert site.identity(Side.CURRENT) is None


def test_within_at_a_side_stands_at_the_common_path(site: Site) -> None:
    for side in Side:
        (site.folder(side) / "src" / "who").write_text(side)
    for side in (*Side, *Side):
        with site.at(side) as here:
            assert here == site.here
            assert (here / "src" / "who").read_text() == side
            assert not site.folder(side).exists(), "it is moved, not linked: the real path is the common one"
            assert os.path.realpath(here / "src") == str(here / "src")
        assert site.folder(side).exists()
        assert not site.here.exists()


def test_it_goes_back_when_something_fails(site: Site) -> None:
    with pytest.raises(RuntimeError), site.at(Side.BASELINE):
        raise RuntimeError
    assert site.folder(Side.BASELINE).is_dir()
    assert not site.here.exists()


def test_one_side_at_a_time(site: Site) -> None:
    with site.at(Side.BASELINE), pytest.raises(OSError, match="side"), site.at(Side.CURRENT):
        pass
    assert all(site.folder(side).is_dir() for side in Side)


def test_a_copy_replaces_and_keeps_times_and_links(site: Site) -> None:
    source, destination = (site.folder(side) / "target" for side in Side)
    (destination / "old").write_text("old")
    (source / "deep").mkdir()
    (source / "deep" / "file").write_text("x")
    (source / "link").symlink_to("deep/file")
    os.utime(source / "deep" / "file", ns=(1_000_000_007, 1_000_000_007))
    site.copy("target", Side.BASELINE, Side.CURRENT)
    assert {one.name for one in destination.iterdir()} == {"deep", "link"}
    assert (destination / "deep" / "file").stat().st_mtime_ns == 1_000_000_007
    assert (destination / "link").readlink() == Path("deep/file")
    (destination / "deep" / "file").write_text("changed")
    assert (source / "deep" / "file").read_text() == "x", "a copy, not a link"


def test_removing_takes_everything(site: Site) -> None:
    site.remove()
    assert not site.root.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_handing_over_gives_a_side_to_its_user_and_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "site").mkdir()
    numbers = {Side.BASELINE: 61_236, Side.CURRENT: 61_237}
    site = Site(tmp_path / "site", {side: Identity(uid=uid, gid=uid) for side, uid in numbers.items()})
    assert site.walled
    (site.folder(Side.CURRENT) / "src" / "link").symlink_to(tmp_path / "precious")
    for side in Side:
        site.hand_over(side)
        assert {one.stat().st_uid for one in site.folder(side).iterdir()} == {numbers[side]}
        assert site.folder(side).stat().st_uid == numbers[side]
    assert (tmp_path / "precious").stat().st_uid == 0
    assert site.root.stat().st_uid == 0
