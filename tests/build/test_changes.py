"""Files that differ between the sides' sources: by content, whatever they are called."""

from __future__ import annotations

import os
from pathlib import Path

from benchmark_ci.build.changes import changed_files
from benchmark_ci.model import Side
from benchmark_ci.wall.site import Site


def sources(folder: Path) -> tuple[Site, Path, Path]:
    folder.mkdir(exist_ok=True)
    site = Site(folder, None)
    baseline, current = (site.folder(side) / "src" for side in Side)
    return site, baseline, current


def test_equal_trees_have_no_changes(tmp_path: Path) -> None:
    site, baseline, current = sources(tmp_path / "site")
    for root in (baseline, current):
        (root / "data" / "deep").mkdir(parents=True)
        (root / "data" / "deep" / "one.bin").write_bytes(bytes(3_000_000))
        (root / "link").symlink_to("data")
    os.utime(current / "data" / "deep" / "one.bin", (1, 1))
    for name in ("target", ".git"):  # of the top only
        (current / name).mkdir()
        (current / name / "x").write_text("built")
    assert changed_files(site) == ()


def test_each_kind_of_difference_is_one(tmp_path: Path) -> None:
    site, baseline, current = sources(tmp_path / "site")
    for root, text in ((baseline, "a"), (current, "b")):
        (root / "target-of").mkdir()
        for name in ("README.md", "src.rs", "target-of/generated.json"):
            (root / name).write_text(text)
        (root / "same").write_text("same")
        (root / "link").symlink_to(text)
        (root / "mode").write_text("same")
    (current / "mode").chmod(0o755)
    (baseline / "gone").write_text("")
    (current / "new folder").mkdir()
    (current / "new folder" / "file").write_text("")
    (baseline / "kind").mkdir()
    (current / "kind").write_text("")
    os.mkfifo(baseline / "fifo")
    os.mkfifo(current / "fifo")  # neither read nor waited for
    found = "README.md,fifo,gone,kind,link,mode,new folder,src.rs,target-of/generated.json"
    assert changed_files(site) == tuple(found.split(","))
