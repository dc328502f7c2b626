"""A disk that strangers fill: a small file system of its own, really filled."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from benchmark_ci.model import Side
from benchmark_ci.wall.process import Finished, run
from benchmark_ci.wall.room import RESERVE_BYTES, Room, free_bytes, reclaim
from benchmark_ci.wall.site import Site
from tests.engine import SMALL_DISK_MIB as SIZE_MIB

MIB = 2**20
FILLS = "import time\nfile = open('filler', 'wb')\nwhile True: file.write(bytes(2**20)); time.sleep(0.01)"


def python(code: str, folder: Path, room: Room | None, timeout_seconds: float = 60) -> Finished:
    argv = (sys.executable, "-I", "-c", code)
    return run(argv, cwd=folder, env={}, room=room, timeout_seconds=timeout_seconds)


def test_half_of_what_is_free_is_kept_on_a_small_disk(small_disk: Path) -> None:
    assert Room(small_disk).reserve_bytes == free_bytes(small_disk) // 2 == SIZE_MIB * MIB // 2


def test_never_more_than_the_reserve_is_kept(tmp_path: Path) -> None:
    assert 0 < Room(tmp_path).reserve_bytes <= RESERVE_BYTES


def test_what_fills_the_disk_is_ended_while_there_is_room(small_disk: Path) -> None:
    finished = python(FILLS, small_disk, Room(small_disk))
    assert (finished.filled_disk, finished.timed_out, finished.ok) == (True, False, False)
    assert free_bytes(small_disk) > 0


def test_a_process_that_leaves_room_is_left_alone(small_disk: Path) -> None:
    code = f"import time; open('file', 'wb').write(bytes({SIZE_MIB // 4 * MIB})); time.sleep(0.6)"
    assert python(code, small_disk, Room(small_disk)).ok


def test_a_limit_of_time_is_kept_all_the_same(small_disk: Path) -> None:
    started = time.monotonic()
    finished = python("import time; time.sleep(60)", small_disk, Room(small_disk), timeout_seconds=0.6)
    assert (finished.timed_out, finished.filled_disk) == (True, False)
    assert time.monotonic() - started >= 0.6


def test_only_what_is_newer_is_reclaimed_and_no_link_is_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    (inside / "deep").mkdir(parents=True)
    (inside / "deep" / "source").write_text("kept")
    time.sleep(0.05)
    built = time.time()
    time.sleep(0.05)
    outside.mkdir()
    (outside / "precious").write_text("kept")
    (inside / "link").symlink_to(outside)
    (inside / "deep" / "new").write_text("taken")
    os.utime(inside / "deep" / "new", (1, 1))
    reclaim(inside, built)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["precious", "source"]


def test_a_side_gets_its_room_back_and_keeps_what_was_built(small_disk: Path) -> None:
    site = Site(small_disk, None)
    (site.folder(Side.CURRENT) / "target" / "executable").write_bytes(bytes(MIB))
    time.sleep(0.05)
    site.built()
    time.sleep(0.05)
    (site.folder(Side.CURRENT) / "target" / "linked later").write_bytes(bytes(MIB))
    with site.at(Side.CURRENT) as here:
        assert python(FILLS, here / "src", Room(here)).filled_disk
    assert free_bytes(small_disk) > (SIZE_MIB - 8) * MIB
    kept = {path.name for path in (site.folder(Side.CURRENT) / "target").iterdir()}
    assert kept == {"executable", "linked later"}


def test_while_there_is_room_what_a_benchmark_made_stays(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = Site(tmp_path / "site", None)
    site.built()
    with site.at(Side.CURRENT) as here:
        (here / "src" / "cache").write_text("dear to make")
    assert (site.folder(Side.CURRENT) / "src" / "cache").is_file()
