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
from benchmark_ci.model import BenchmarkId, BenchmarkProof, Discovered, Proof, Side
from benchmark_ci.prove import callgrind, linkermap
from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.inputs import Inputs
from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.prove.proof import Finding, Ran, prove
from benchmark_ci.prove.spans import SpanReader
from benchmark_ci.prove.touched import LARGEST_RECORD, Touched, read_record
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

    `changed_data_files`: files that differ between the sides' sources, of whatever kind. Where there are any,
    even equal executables are run, to see what they read; what differing code reads is seen in any case.
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
        _refuse(harness_versions)
        whole = _equal(baseline, current, site)
        if not whole or changed_data_files:
            runs = [_run(exe, site, limit_seconds, read_code=not whole) for exe in (baseline, current)]
            findings = _same_code(runs) if whole else prove(*(run.ran for run in runs))
            found = _by_id(ids, _with_data(findings, runs, site), runs)
    except Doubt as doubt:
        reason = _words(doubt, whole, changed_data_files)
        whole = False
    return Proof(
        target=current.target,
        benchmarks=tuple(_proof(id, whole, reason, found) for id in ids),
        whole=whole,
        reason=reason,
        seconds=round(time.monotonic() - began, 2),
    )


def _proof(id: BenchmarkId, whole: bool, reason: str, found: Mapping[BenchmarkId, Finding]) -> BenchmarkProof:
    if finding := found.get(id):
        return finding.of(id)
    if whole and not found:
        return BenchmarkProof(id=id, identical=True)
    return BenchmarkProof(id=id, identical=False, reason=reason or "it was not tested once on each side")


def _refuse(harness_versions: tuple[str, str] | None) -> None:
    if harness_versions and harness_versions[0] != harness_versions[1]:
        raise Doubt(f"Criterion differs: {harness_versions[0]} and {harness_versions[1]}")


def _words(doubt: Doubt, whole: bool, changed: tuple[str, ...]) -> str:
    if not whole:
        return str(doubt)
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"a file that it may read differs: {changed[0]}{more} ({doubt})"


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


class _Run:
    """One side under callgrind: what it tested, what each benchmark touched, and its code where asked for."""

    def __init__(self, titles: tuple[str, ...], touched: Sequence[Touched], ran: Ran | None) -> None:
        self.titles = titles
        self.touched = touched
        self._ran = ran

    @property
    def ran(self) -> Ran:
        """What ran; only where it was read."""
        assert self._ran is not None  # noqa: S101 - the caller asked for it
        return self._ran


def _run(exe: Executable, site: Site, limit_seconds: float, *, read_code: bool) -> _Run:
    """Run one side's executable and read all that it left."""
    image = Image(_content(exe, exe.path, site))
    code = Canonical(image, _map(exe, site)) if read_code else None
    with site.at(exe.side) as here, _folder(here, exe.side, site) as folder:
        traced = callgrind.trace(
            exe.path,
            directory=exe.directory,
            env=exe.env,
            identity=site.identity(exe.side),
            folder=folder,
            limit_seconds=limit_seconds,
        )
        record = callgrind.read(folder, traced.record, LARGEST_RECORD).decode("utf-8", "surrogateescape")
        touched = read_record(record, exe.directory, len(traced.dumps))
        if code is None:
            return _Run(traced.titles, touched, None)
        reader = SpanReader(image, str(exe.path), str(here))
        spans = []
        for dump in traced.dumps:
            spans.append(reader.read(callgrind.read(folder, dump)))
            dump.unlink()
    if traced.threads and not any(span.threads for span in spans):
        raise Doubt("it starts threads, and nothing tells where")
    return _Run(traced.titles, touched, Ran(code, traced.titles, spans))


def _same_code(runs: Sequence[_Run]) -> dict[str, Finding]:
    """Findings about executables that are equal: only their data can differ."""
    if runs[0].titles != runs[1].titles:
        raise Doubt("it does not test the same benchmarks")
    return {title: Finding(identical=True) for title in runs[0].titles if runs[0].titles.count(title) == 1}


def _with_data(findings: Mapping[str, Finding], runs: Sequence[_Run], site: Site) -> dict[str, Finding]:
    """Of the identical ones, those that read other data are not."""
    inputs = Inputs(site)
    reasons: dict[str, str] = {}
    for run in runs:
        for title, reason in zip(run.titles, inputs.first_differing(run.touched), strict=True):
            if reason:
                reasons.setdefault(title, f"it or an earlier benchmark {reason}")
    return {
        title: finding.model_copy(update={"identical": False, "reason": reasons[title]})
        if finding.identical and title in reasons
        else finding
        for title, finding in findings.items()
    }


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
    ids: Sequence[BenchmarkId], found: Mapping[str, Finding], runs: Sequence[_Run]
) -> dict[BenchmarkId, Finding]:
    """Findings by id. A title that Criterion cut stands for an id only where no other can be meant."""
    result = {}
    for title, finding in found.items():
        if not is_cut(title):
            meant = [id for id in ids if id.full_id == title]
        else:
            meant = [id for id in ids if id.full_id.startswith(title.removesuffix("..."))]
            if any(run.titles.count(title) != 1 for run in runs):
                continue
        if len(meant) == 1:
            result[meant[0]] = finding
    return result
