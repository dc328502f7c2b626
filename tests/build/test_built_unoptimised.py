"""The same sources with nothing optimised: real cargo, and what was built before back in its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmark_ci.build.again import NO_TIME, OWN_WRAPPER
from benchmark_ci.build.build import Build
from benchmark_ci.build.executable import Executable
from benchmark_ci.build.unoptimised import NOT_MADE, unoptimised
from benchmark_ci.model import Settings, Target
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.wall.site import Site
from tests.build.test_linking import configured
from tests.engine import Heard, build_both, crate

pytestmark = pytest.mark.cargo

BENCH = Target(package="small", name="bench")


class Both:
    """Both sides of a crate after the whole build, and made again."""

    def __init__(self, folder: Path, sources: Mapping[str, str], limit_seconds: float = 300) -> None:
        self.build: Build
        self.site: Site
        self.voice: Heard
        self.build, self.site, self.voice = build_both(folder, sources, sources)
        before = {exe.side: self.content(exe) for exe in self.build.executables}
        maps = {exe.side: self.map(exe) for exe in self.build.executables}
        self.answer = unoptimised(self.build, self.site, self.voice, BENCH, limit_seconds)
        assert {exe.side: self.content(exe) for exe in self.build.executables} == before, "back in its place"
        assert {exe.side: self.map(exe) for exe in self.build.executables} == maps, "so is its map"

    def content(self, exe: Executable) -> bytes:
        with self.site.at(exe.side):
            return exe.path.read_bytes()

    def map(self, exe: Executable) -> bytes | None:
        with self.site.at(exe.side):
            path = exe.path.with_name(f"{exe.path.name}.map")
            return path.read_bytes() if path.exists() else None


def test_nothing_is_optimised_and_a_map_lies_beside(tmp_path: Path) -> None:
    some = Both(tmp_path, crate())
    assert not isinstance(some.answer, str), (some.answer, some.voice.child_lines)
    for optimised, exe in zip(some.build.executables, some.answer, strict=True):
        assert exe.side is optimised.side
        content = some.content(exe)
        assert content != some.content(optimised)
        main = [one for one in Image(content).functions.values() if one.name == "main"]
        linker_map = some.map(exe)
        assert linker_map is not None
        assert LinkerMap(linker_map).at(main[0].start) is not None
        assert len(Image(content).functions) > len(Image(some.content(optimised)).functions)


@pytest.mark.parametrize(
    ("sources", "limit_seconds", "why"),
    [
        (crate("1", "[profile.bench]\nopt-level = 0\n"), 300, NOT_MADE),
        (crate(), 0.05, NO_TIME),
        (configured('[build]\nrustc-workspace-wrapper = "/usr/bin/env"\n'), 300, OWN_WRAPPER),
    ],
    ids=["nothing to leave out", "no time", "a wrapper of the user's own"],
)
def test_where_it_cannot_be_had_it_is_said(
    tmp_path: Path, sources: Mapping[str, str], limit_seconds: float, why: str
) -> None:
    assert Both(tmp_path, sources, limit_seconds).answer == why


def test_without_a_proof_there_is_no_recipe(tmp_path: Path) -> None:
    built, site, voice = build_both(tmp_path, crate(), crate(), Settings(prove=False))
    assert unoptimised(built, site, voice, BENCH, 300) == NOT_MADE
