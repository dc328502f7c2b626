"""Proving one bench target: both sides are run and read, and each benchmark gets its finding."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from benchmark_ci.build.executable import Executable, is_cut
from benchmark_ci.errors import Interrupted
from benchmark_ci.model import BenchmarkId, BenchmarkProof, Discovered, Proof, Side
from benchmark_ci.prove import callgrind
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.inputs import Inputs
from benchmark_ci.prove.opened import Opened, content
from benchmark_ci.prove.placement import Placement
from benchmark_ci.prove.proof import Answer, Finding, Ran, entries, prove
from benchmark_ci.prove.spans import SpanReader
from benchmark_ci.prove.touched import LARGEST_RECORD, Touched, read_record
from benchmark_ci.prove.unoptimised import Make, prepared_alike
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
    regressed: Collection[BenchmarkId] = (),
    unoptimised: Make | None = None,
) -> Proof:
    """Which of a target's benchmarks are proven to run the same code on both sides.

    `changed_data_files`: files that differ between the sides' sources, of whatever kind. Where there are any,
    even equal executables are run, to see what they read; what differing code reads is seen in any case.
    `harness_versions`: Criterion's on baseline and current, where known. `limit_seconds`: for each side under
    callgrind. Of `regressed` it is asked, too, whether they execute the same instructions although their code
    differs; all of these together may take as long. `unoptimised` makes both executables without
    optimisation, where that may show that only the compiler prepares benchmarks in another way. Benchmarks
    that only one side has, or ambiguous ones, are left out. Never raises for what the executables contain or
    do: a doubt becomes the reason of every benchmark that it concerns.
    """
    began = time.monotonic()
    ids = tuple(
        one.id
        for one in benchmarks
        if len(one.sides) == len(Side)
        and not one.ambiguous
        and (one.id.package, one.id.target) == (current.target.package, current.target.name)
    )
    whole, reason, left, found = False, "", "", {}
    try:
        _refuse(harness_versions)
        _refuse_variables(baseline, current, site)
        whole = _equal(baseline, current, site)
        if not whole or changed_data_files:
            # of equal executables one is enough: if what it touches is equal, the other does the same
            sides = [
                Opened(exe, site, read_code=not whole) for exe in (baseline, current)[: 1 if whole else 2]
            ]
            runs = [_run(side, limit_seconds, _same_release(harness_versions)) for side in sides]
            if whole:
                findings = _same_code(runs[0])
            else:
                answer = prove(*(run.ran for run in runs))
                findings, left = _rescued(answer, sides, runs, unoptimised, site, limit_seconds)
            inputs = Inputs(site)
            found = _by_id(ids, _with_data(findings, runs, inputs), runs)
            if not whole:
                placement = Placement(sides[0], sides[1], inputs, entries(runs[0].ran, runs[1].ran))
                found = _placed(found, placement, regressed, limit_seconds)
    except Doubt as doubt:
        reason = _words(doubt, whole, changed_data_files)
        whole = False
    return Proof(
        target=current.target,
        benchmarks=tuple(_proof(id, whole, reason, found) for id in ids),
        whole=whole,
        reason=reason,
        unoptimised=left,
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


def _refuse_variables(baseline: Executable, current: Executable, site: Site) -> None:
    """An environment variable is input, too, where an executable names it."""
    names = [
        name
        for name in sorted({*baseline.env, *current.env})
        if baseline.env.get(name) != current.env.get(name)
    ]
    if not names:
        return
    contents = [content(exe, exe.path, site) for exe in (baseline, current)]
    for name in names:
        if any(name.encode("utf-8", "surrogateescape") in one for one in contents):
            raise Doubt(f"it may read the environment variable `{name}`, which differs")


def _same_release(harness_versions: tuple[str, str] | None) -> bool:
    """Whether Criterion is known to be one release from a registry; others are named with their source."""
    return harness_versions is not None and all(" " not in version for version in harness_versions)


def _words(doubt: Doubt, whole: bool, changed: tuple[str, ...]) -> str:
    if not whole:
        return str(doubt)
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"a file that it may read differs: {changed[0]}{more} ({doubt})"


def _equal(baseline: Executable, current: Executable, site: Site) -> bool:
    """Whether both executables are equal in memory, and so is what they may start or load."""
    images = [Image(content(exe, exe.path, site)) for exe in (baseline, current)]
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
    return {name: hashlib.sha256(content(exe, path, site)).digest() for name, path in found.items()}


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


def _run(side: Opened, limit_seconds: float, same_harness: bool) -> _Run:
    """Run one side's executable and read all that it left."""
    with side.at() as (here, folder):
        traced = callgrind.trace(side.subject, folder, limit_seconds)
        record = callgrind.read(folder, traced.record, LARGEST_RECORD).decode("utf-8", "surrogateescape")
        touched = read_record(record, side.exe.directory, len(traced.dumps))
        if side.code is None:
            return _Run(traced.titles, touched, None)
        leads_to = None if side.code.tells_calls else side.code.leads_to
        reader = SpanReader(
            side.image, str(side.exe.path), side.methods, str(here), leads_to, same_harness=same_harness
        )
        spans = []
        for dump in traced.dumps:
            spans.append(reader.read(callgrind.read(folder, dump)))
            dump.unlink()
    if traced.threads and not any(span.threads for span in spans):
        raise Doubt("it starts threads, and nothing tells where")
    return _Run(traced.titles, touched, Ran(side.code, traced.titles, spans))


def _same_code(run: _Run) -> dict[str, Finding]:
    """Findings about executables that are equal: only their data can differ."""
    return {title: Finding(identical=True) for title in run.titles if run.titles.count(title) == 1}


def _rescued(
    answer: Answer,
    sides: Sequence[Opened],
    runs: Sequence[_Run],
    unoptimised: Make | None,
    site: Site,
    limit_seconds: float,
) -> tuple[dict[str, Finding], str]:
    """With those that only the compiler prepares in another way; and why there are no more of them."""
    if unoptimised is None:
        return answer.findings, ""
    try:
        return prepared_alike(answer, sides, [run.ran for run in runs], unoptimised, site, limit_seconds)
    except Interrupted:
        raise
    except Exception as bug:  # strangers' files were read: what else was found out stands
        return answer.findings, f"unoptimised code could not be read ({type(bug).__name__}: {bug})"


def _placed(
    found: Mapping[BenchmarkId, Finding],
    placement: Placement,
    regressed: Collection[BenchmarkId],
    limit_seconds: float,
) -> dict[BenchmarkId, Finding]:
    """Of those whose code differs, the ones that execute the same instructions all the same."""
    ids = [id for id, finding in found.items() if finding.may_be_placement and id in regressed]
    try:
        doubts = placement.doubts(ids, limit_seconds)
    except Interrupted:
        raise
    except Exception:  # strangers' files were read: what else was found out stands
        return dict(found)
    return {
        id: finding.model_copy(update={"same_instructions": doubts.get(id) == ""})
        for id, finding in found.items()
    }


def _with_data(findings: Mapping[str, Finding], runs: Sequence[_Run], inputs: Inputs) -> dict[str, Finding]:
    """Of the identical ones, those that read other data are not."""
    reasons: dict[str, str] = {}
    for run in runs:
        for title, reason in zip(run.titles, inputs.first_differing(run.touched), strict=True):
            if reason:
                reasons.setdefault(title, f"it or an earlier benchmark {reason}")
    return {
        title: finding.model_copy(update={"identical": False, "unoptimised": False, "reason": reasons[title]})
        if finding.identical and title in reasons
        else finding
        for title, finding in findings.items()
    }


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
