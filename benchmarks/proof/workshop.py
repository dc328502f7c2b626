"""Pairs of built sides. A crate's pairs are all built at one path and share compiled dependencies.

What is left of a pair are its executables and sources: enough to prove and time it again.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark_ci.build.build import Build, build
from benchmark_ci.model import Noun, Settings, Side
from benchmark_ci.voice import Voice
from benchmark_ci.wall.environment import on_a_terminal
from benchmark_ci.wall.site import Site
from benchmarks import pairs
from benchmarks.proof import crates
from benchmarks.proof.changes import Change
from benchmarks.proof.crates import Crate
from benchmarks.proof.sources import Sources
from benchmarks.truth.workshop import ReopenedSite

PAIR = "pair.json"


class Pair(Noun, arbitrary_types_allowed=True):
    """Both sides of a change, built."""

    site: Site
    build: Build
    build_seconds: float
    dependencies_kept: bool


class _Parked(Noun):
    """What is known of a pair besides its folders."""

    build: Build
    build_seconds: float
    dependencies_kept: bool


class Workshop:
    """Builds pairs below one folder, one at a time, and keeps them."""

    def __init__(self, work: Path, voice: Voice) -> None:
        """`work` is made when it is not there."""
        self._work = work.resolve()
        self._voice = voice
        self.sources = Sources(work)

    @contextmanager
    def pair(self, change: Change, *, anew: bool = False) -> Iterator[Pair]:
        """Within: the pair of a change, from disk or built, `anew` always. Raises what the build raises."""
        crate = crates.named(change.crate)
        home = self._work / crate.name
        root, parked = home / "site", home / "pairs" / change.key.rpartition(" ")[2]
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        pair = (None if anew else _reopened(root, parked)) or self._build(crate, change, home)
        yield pair
        _park(pair, home, parked)

    def forget(self) -> None:
        """Remove what was built, sources excepted."""
        for crate in crates.CRATES:
            for name in ("site", "pairs", "dependencies"):
                shutil.rmtree(self._work / crate.name / name, ignore_errors=True)

    def _build(self, crate: Crate, change: Change, home: Path) -> Pair:
        site = Site(home / "site", None)
        kept = home / "dependencies"
        dependencies_kept = kept.is_dir()

        def checkout(side: Side, folder: Path) -> tuple[str, ...]:
            cautions = self.sources.put(crate, change, side, folder)
            if side is Side.BASELINE:
                pairs.lend(kept, site.folder(side) / "target", folder)
            return cautions

        began = time.monotonic()
        built = build(
            Settings(
                benches=change.benches or crate.benches,
                working_directory=crate.directory,
                memory=False,
            ),
            site,
            os.environ,
            checkout,
            lambda _, toolchain_bin: on_a_terminal(os.environ, toolchain_bin),
            self._voice,
        )
        return Pair(
            site=site,
            build=built,
            build_seconds=round(time.monotonic() - began, 1),
            dependencies_kept=dependencies_kept,
        )


def _reopened(root: Path, parked: Path) -> Pair | None:
    if not (parked / PAIR).exists() or not all((parked / side).is_dir() for side in Side):
        return None
    known = _Parked.model_validate_json((parked / PAIR).read_text(encoding="utf-8"))
    for side in Side:
        (parked / side).rename(root / side)
    return Pair(site=ReopenedSite(root), **dict(known))


def _park(pair: Pair, home: Path, parked: Path) -> None:
    """Take a pair off the common path, without its target directories; baseline's holds the dependencies."""
    shutil.rmtree(parked, ignore_errors=True)
    parked.mkdir(parents=True)
    pairs.strip(pair.site, pair.build, home / "dependencies")
    for side in Side:
        pair.site.folder(side).rename(parked / side)
    known = _Parked(
        build=pair.build, build_seconds=pair.build_seconds, dependencies_kept=pair.dependencies_kept
    )
    (parked / PAIR).write_text(known.model_dump_json(), encoding="utf-8")
