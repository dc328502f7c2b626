"""Proving one bench target: both sides are run and read, and each benchmark gets its finding."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmark_ci.build.executable import LARGEST_EXECUTABLE_BYTES, Executable, is_cut
from benchmark_ci.errors import BadFile
from benchmark_ci.model import BenchmarkId, BenchmarkProof, Discovered, Proof, Side
from benchmark_ci.prove import callgrind, linkermap
from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.prove.placement import Executed, executed, worth_a_look
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
            with ExitStack() as folders:
                traces = [
                    _traced(exe, folders.enter_context(_folder(exe.side, site)), site, limit_seconds)
                    for exe in (baseline, current)
                ]
                findings = prove(traces[0].ran, traces[1].ran)
                placed = {title: _placed(title, one, traces, site) for title, one in findings.items()}
                found = _by_id(ids, placed, [one.ran for one in traces])
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


class _Trace:
    """What one side's run left: what was read of it, and the dumps for a second look."""

    def __init__(self, exe: Executable, image: Image, ran: Ran, folder: Path, dumps: Sequence[Path]) -> None:
        self.exe = exe
        self.ran = ran
        self._image = image
        self._folder = folder
        self._dumps = dumps

    def executed(self, title: str, site: Site) -> Executed:
        """How often each instruction of a benchmark ran; raises Doubt."""
        at = self.ran.titles.index(title)
        with site.at(self.exe.side):
            dump = callgrind.read_dump(self._folder, self._dumps[at])
        return executed(dump, self._image, str(self.exe.path), self.ran.spans[at])


def _placed(title: str, finding: Finding, traces: Sequence[_Trace], site: Site) -> Finding:
    """The finding, and whether only the place of the code can make the benchmark slower."""
    spans = [trace.ran.spans[trace.ran.titles.index(title)] for trace in traces]
    if finding.identical or not finding.code_alone or not worth_a_look(spans[0], spans[1]):
        return finding
    try:
        baseline, current = (trace.executed(title, site) for trace in traces)
    except Doubt:
        return finding
    return finding.model_copy(update={"same_instructions": baseline == current})


def _traced(exe: Executable, folder: Path, site: Site, limit_seconds: float) -> _Trace:
    """Run one side's executable and read all that it left."""
    image = Image(_content(exe, exe.path, site))
    code = Canonical(image, _map(exe, site))
    with site.at(exe.side) as here:
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
    if traced.threads and not any(span.threads for span in spans):
        raise Doubt("it starts threads, and nothing tells where")
    return _Trace(exe, image, Ran(code, traced.titles, spans), folder, traced.dumps)


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
def _folder(side: Side, site: Site) -> Iterator[Path]:
    """A folder for the dumps that the side's user may write."""
    with site.at(side) as here:
        folder = here / "criterion" / "proof"
        folder.mkdir(mode=0o700, parents=True)
        if identity := site.identity(side):
            os.chown(folder, identity.uid, identity.gid)
    try:
        yield folder
    finally:
        with site.at(side):
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
