"""Pairs of built sides, made by the product's own build, kept on disk.

Only those of moved code keep their target directories, since a second look links them anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from benchmark_ci.build.build import Build, build
from benchmark_ci.errors import BuildFailed
from benchmark_ci.model import Noun, Settings, Side
from benchmark_ci.prove.elf import Image
from benchmark_ci.voice import Voice
from benchmark_ci.wall.environment import on_a_terminal
from benchmark_ci.wall.site import Site
from benchmarks import pairs
from benchmarks.truth import crates, variant
from benchmarks.truth.crates import Crate
from benchmarks.truth.record import Experiment
from benchmarks.truth.variant import Variant

BUILT = "built.json"
OF_A_COUNT = {".data", ".note.gnu.build-id"}
"""Sections that may differ where nothing but the count of units was changed."""


class ReopenedSite(Site):
    """A site whose sides were built earlier; one that a kill left at the common path goes home first."""

    def __init__(self, root: Path) -> None:
        """Open what is there."""
        self.root = root
        self.identities = None
        self.here = root / "side"
        away = [side for side in Side if not (root / side).exists()]
        if away and self.here.exists():
            self.here.rename(root / away[0])


class Pair(Noun, arbitrary_types_allowed=True):
    """Both sides of a crate, ready to be measured."""

    site: Site
    build: Build
    same_bytes: bool


class Workshop:
    """Builds pairs below one folder."""

    def __init__(self, work: Path, voice: Voice) -> None:
        """`work` is made when it is not there."""
        self._work = work.resolve()
        self._voice = voice

    def pair(self, crate: Crate, change: Variant) -> Pair:
        """The pair of a crate and a change: from disk, or built."""
        version = crate.version or _digest_of(crates.sources(crate, self._work))
        root = self._work / f"{crate.name}-{version}-{change.name}"
        if (root / BUILT).exists():
            try:
                return _pair(
                    ReopenedSite(root), Build.model_validate_json((root / BUILT).read_text(encoding="utf-8"))
                )
            except (ValidationError, OSError):
                self._voice.say(f"{root.name} was built by another version: building anew")
        return self._build(crate, change, root)

    def _build(self, crate: Crate, change: Variant, root: Path) -> Pair:
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        site = Site(root, None)
        dependencies = self._work / "dependencies" / f"{crate.name}-{crate.version}"

        def checkout(side: Side, folder: Path) -> tuple[str, ...]:
            crates.copy(crate, self._work, folder)
            if side is Side.BASELINE:
                pairs.lend(dependencies, site.folder(side) / "target", folder)
            if crate.name == crates.PLANTED:
                variant.plant(folder, 0)
            if side is Side.CURRENT:
                variant.apply(change, folder)
            return ()

        built = build(
            Settings(benches=(crate.bench,), filter=(crate.filter,)),
            site,
            os.environ,
            checkout,
            lambda _, toolchain_bin: on_a_terminal(os.environ, toolchain_bin),
            self._voice,
        )
        if built.preparation.target_failures:
            site.remove()
            raise BuildFailed(f"{root.name}: {built.preparation.target_failures[0].reason}")
        if change.experiment is Experiment.MOVED:
            pairs.pass_on(site, dependencies)
        else:
            pairs.strip(site, built, dependencies)
        pair = _pair(site, built)
        if change.experiment is Experiment.PLANTED and (other := differing(site, built) - OF_A_COUNT):
            raise BuildFailed(
                f"{root.name}: more than a count was planted, {', '.join(sorted(other))} differ"
            )
        if pair.same_bytes is not (change.experiment is Experiment.SAME or change.name == "planted-0"):
            self._voice.say(
                f"{root.name}: both sides' bytes are {'equal' if pair.same_bytes else 'different'}"
            )
        (root / BUILT).write_text(built.model_dump_json(), encoding="utf-8")
        return pair


def _pair(site: Site, built: Build) -> Pair:
    return Pair(site=site, build=built, same_bytes=len(set(_digests(site, built))) == 1)


def _digest_of(folder: Path) -> str:
    """Of our own sources, which have no version."""
    files = [*folder.glob("Cargo.*"), *folder.glob("src/*.rs"), *folder.glob("benches/*.rs")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()[:8]


def _digests(site: Site, built: Build) -> Iterable[str]:
    """Of each executable."""
    return (hashlib.sha256(content).hexdigest() for content in _contents(site, built))


def differing(site: Site, built: Build) -> set[str]:
    """Names of sections that not all executables have at the same place with the same content."""
    first, *others = [
        {(one.name, one.start, one.end, one.data) for one in Image(content).sections}
        for content in _contents(site, built)
    ]
    return {name for name, *_ in first.union(*others) - first.intersection(*others)}


def _contents(site: Site, built: Build) -> Iterable[bytes]:
    """Each executable's file, found in its side's folder."""
    for exe in built.executables:
        yield (site.folder(exe.side) / exe.path.relative_to(site.here)).read_bytes()
