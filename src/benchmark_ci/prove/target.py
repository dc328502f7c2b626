"""Proving one bench target: both sides are run and read, and each benchmark gets its finding."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmark_ci.build.executable import LARGEST_EXECUTABLE_BYTES, Executable, is_cut
from benchmark_ci.errors import BadFile
from benchmark_ci.model import BenchmarkId, Discovered, Side
from benchmark_ci.prove import callgrind, linkermap
from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.prove.nouns import BenchmarkProof, Proof
from benchmark_ci.prove.proof import Finding, Ran, prove
from benchmark_ci.prove.spans import SpanReader
from benchmark_ci.wall import files
from benchmark_ci.wall.site import Site

LIMIT_SECONDS = 120.0
_BINARIES = "CARGO_BIN_EXE_"


def prove_target(
    baseline: Executable,
    current: Executable,
    benchmarks: Sequence[Discovered],
    site: Site,
    *,
    changed_data_files: tuple[str, ...] = (),
    harness_versions: tuple[str, str] | None = None,
    limit_seconds: float = LIMIT_SECONDS,
) -> Proof:
    """Which of a target's benchmarks are proven to run the same code on both sides.

    `changed_data_files`: files other than sources that differ between the commits; a benchmark may read them.
    `harness_versions`: Criterion's on baseline and current, where known. `limit_seconds`: for each side under
    callgrind. Benchmarks that only one side has, or ambiguous ones, are left out. Never raises for what the
    executables contain or do: a doubt becomes the reason of every benchmark that it concerns.
    """
    began = time.monotonic()
    ids = tuple(
        one.id
        for one in benchmarks
        if len(one.sides) == len(Side)
        and not one.ambiguous
        and (one.id.package, one.id.target) == (current.target.package, current.target.name)
    )
    whole, reason, found = False, "", {}
    try:
        _refuse(changed_data_files, harness_versions)
        whole = _equal(baseline, current, site)
        if not whole:
            sides = [_ran(exe, site, limit_seconds) for exe in (baseline, current)]
            found = _by_id(ids, prove(*sides), sides)
    except Doubt as doubt:
        whole, reason = False, str(doubt)
    return Proof(
        target=current.target,
        benchmarks=tuple(_proof(id, whole, reason, found) for id in ids),
        whole=whole,
        reason=reason,
        seconds=round(time.monotonic() - began, 2),
    )


def _proof(id: BenchmarkId, whole: bool, reason: str, found: Mapping[BenchmarkId, Finding]) -> BenchmarkProof:
    if whole:
        return BenchmarkProof(id=id, identical=True)
    if finding := found.get(id):
        return finding.of(id)
    return BenchmarkProof(id=id, identical=False, reason=reason or "it was not tested once on each side")


def _refuse(changed_data_files: tuple[str, ...], harness_versions: tuple[str, str] | None) -> None:
    if changed_data_files:
        more = f" and {len(changed_data_files) - 1} more" if len(changed_data_files) > 1 else ""
        raise Doubt(f"a file that it may read differs: {changed_data_files[0]}{more}")
    if harness_versions and harness_versions[0] != harness_versions[1]:
        raise Doubt(f"Criterion differs: {harness_versions[0]} and {harness_versions[1]}")


def _equal(baseline: Executable, current: Executable, site: Site) -> bool:
    """Whether both executables are equal in memory, and so is what they may start or load."""
    images = [Image(_content(exe, exe.path, site)) for exe in (baseline, current)]
    if images[0].content != images[1].content and not images[0].same_memory(images[1]):
        return False
    return _companions(baseline, images[0], site) == _companions(current, images[1], site)


def _companions(exe: Executable, image: Image, site: Site) -> dict[str, bytes]:
    """Digests of what was built with an executable: binaries that it may start, libraries that it loads."""
    found = {name: Path(value) for name, value in exe.env.items() if name.startswith(_BINARIES)}
    folders = [Path(one) for one in exe.env.get("LD_LIBRARY_PATH", "").split(":") if one]
    with site.at(exe.side) as here:
        for name in image.needed:
            places = (folder / name for folder in folders if folder.is_relative_to(here))
            found.update({f"{name} {place}": place for place in places if place.exists()})
    return {name: hashlib.sha256(_content(exe, path, site)).digest() for name, path in found.items()}


def _content(exe: Executable, path: Path, site: Site) -> bytes:
    with site.at(exe.side):
        try:
            return files.read(site.here, path, LARGEST_EXECUTABLE_BYTES)
        except (BadFile, FileNotFoundError, ValueError) as error:
            raise Doubt(f"`{path.name}` cannot be read: {error}") from error


def _ran(exe: Executable, site: Site, limit_seconds: float) -> Ran:
    """Run one side's executable and read all that it left."""
    image = Image(_content(exe, exe.path, site))
    code = Canonical(image, _map(exe, site))
    with site.at(exe.side) as here, _folder(here, exe.side, site) as folder:
        traced = callgrind.trace(
            exe.path,
            directory=exe.directory,
            env=exe.env,
            identity=site.identity(exe.side),
            folder=folder,
            limit_seconds=limit_seconds,
        )
        reader = SpanReader(image, str(exe.path), str(here))
        spans = []
        for dump in traced.dumps:
            spans.append(reader.read(callgrind.read_dump(folder, dump)))
            dump.unlink()
    if traced.threads and not any(span.threads for span in spans):
        raise Doubt("it starts threads, and nothing tells where")
    return Ran(code, traced.titles, spans)


def _map(exe: Executable, site: Site) -> LinkerMap | None:
    path = exe.path.with_name(exe.path.name + ".map")
    with site.at(exe.side):
        try:
            return LinkerMap(files.read(site.here, path, linkermap.LARGEST_BYTES))
        except FileNotFoundError:
            return None
        except (BadFile, ValueError) as error:
            raise Doubt(f"the linker map beside the executable cannot be read: {error}") from error


@contextmanager
def _folder(here: Path, side: Side, site: Site) -> Iterator[Path]:
    """A folder for the dumps that the side's user may write."""
    folder = here / "criterion" / "proof"
    folder.mkdir(mode=0o700, parents=True)
    if identity := site.identity(side):
        os.chown(folder, identity.uid, identity.gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _by_id(
    ids: Sequence[BenchmarkId], found: Mapping[str, Finding], sides: Sequence[Ran]
) -> dict[BenchmarkId, Finding]:
    """Findings by id. A title that Criterion cut stands for an id only where no other can be meant."""
    result = {}
    for title, finding in found.items():
        if not is_cut(title):
            meant = [id for id in ids if id.full_id == title]
        else:
            meant = [id for id in ids if id.full_id.startswith(title.removesuffix("..."))]
            if any(side.titles.count(title) != 1 for side in sides):
                continue
        if len(meant) == 1:
            result[meant[0]] = finding
    return result
