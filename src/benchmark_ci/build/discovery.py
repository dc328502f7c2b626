"""Which benchmarks there are: the executables are asked, and both sides' answers are joined."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping

from benchmark_ci.build import executable as executables
from benchmark_ci.build.executable import Executable, Listing
from benchmark_ci.errors import BadFile
from benchmark_ci.model import BenchmarkId, Config, Discovered, Noun, Settings, Side, TargetFailure
from benchmark_ci.wall import files
from benchmark_ci.wall.site import Site

MOST_BENCHMARKS = 20_000
RESOLVE_LIMIT_SECONDS = 300.0


class Listed(Noun):
    """The benchmarks of one executable, or why it lists none."""

    ids: tuple[BenchmarkId, ...] = ()
    ambiguous: frozenset[str] = frozenset()
    failure: TargetFailure | None = None
    peak_memory_bytes: int | None = None  # while it lists: what it takes without any benchmark
    seconds: float = 0.0  # how long listing took: what every process spends on set-up


def list_benchmarks(exe: Executable, site: Site) -> Listed:
    """Ask an executable for its benchmarks; titles that Criterion cut are completed."""
    identity = site.identity(exe.side)
    with site.at(exe.side):
        answer = exe.run(
            "--list",
            identity=identity,
            limit_seconds=executables.LIST_LIMIT_SECONDS,
            home=site.here / "criterion" / "list",  # else Criterion starts cargo: 37 MB, not the harness's
        )
        if not answer.ok:
            limit = executables.LIST_LIMIT_SECONDS
            why = (
                f"gave no answer in {limit:.0f} s" if answer.timed_out else f"ended with {answer.returncode}"
            )
            return Listed(failure=_failure(exe, f"`--list` {why}: {answer.last_lines(3)}"))
        listing = executables.listing(answer.stdout)
        if len(listing.titles) > MOST_BENCHMARKS:
            return Listed(failure=_failure(exe, f"It lists more than {MOST_BENCHMARKS} benchmarks."))
        counts = _completed(exe, site, listing)
    return Listed(
        ids=tuple(
            BenchmarkId(package=exe.target.package, target=exe.target.name, full_id=full_id)
            for full_id in counts
        ),
        ambiguous=frozenset(full_id for full_id, count in counts.items() if count > 1),
        peak_memory_bytes=answer.peak_memory_bytes,
        seconds=answer.wall_seconds,
    )


def _failure(exe: Executable, reason: str) -> TargetFailure:
    return TargetFailure(
        target=exe.target,
        side=exe.side,
        kind="list",
        reason=reason,
        remedy=f"Try `cargo bench -p {exe.target.package} --bench {exe.target.name} -- --list`.",
    )


def _completed(exe: Executable, site: Site, listing: Listing) -> dict[str, int]:
    """How many benchmarks stand under each full id, in listed order.

    Titles that were cut are completed from a very short run of them; what shares a cut title need not share
    an id.
    """
    complete: Counter[str] = Counter()
    for title, count in listing.titles.items():
        longer = _longer_ids(exe, site, title.removesuffix("...")) if executables.is_cut(title) else []
        longer = [full_id for full_id in longer if full_id not in listing.titles]  # as long as a cut title
        if len(longer) == count:
            complete.update(longer)
        else:
            complete[title] += count
    return dict(complete)


def _longer_ids(exe: Executable, site: Site, beginning: str) -> list[str]:
    home = site.here / "criterion" / "titles" / "home"
    seconds = "0.01" if exe.fractional_seconds else "1"
    times = ("--warm-up-time", seconds, "--measurement-time", seconds, "--sample-size", "10")
    exe.run(
        *times,
        "--noplot",
        f"^{executables.escaped(beginning)}",
        identity=site.identity(exe.side),
        limit_seconds=RESOLVE_LIMIT_SECONDS,
        home=home,
    )
    found = []
    for file in sorted(home.glob("**/new/benchmark.json")):
        try:
            full_id = json.loads(files.read_text(home, file)).get("full_id")
        except (BadFile, ValueError, AttributeError):
            continue
        if isinstance(full_id, str) and full_id.startswith(beginning):
            found.append(full_id)
    shutil.rmtree(home.parent, ignore_errors=True)
    return found


def selected(benchmark: BenchmarkId, settings: Settings, config: Config | None = None) -> bool:
    """Whether the inputs `filter` and `skip`, and the `skip` of `benchmark-ci.toml`, leave it in."""
    if not asked_for(benchmark.full_id, settings):
        return False
    return config is None or config.skipped_by(benchmark) is None


def asked_for(full_id: str, settings: Settings) -> bool:
    """Whether the inputs `filter` and `skip` leave this benchmark in."""
    if settings.filter and not any(re.search(pattern, full_id) for pattern in settings.filter):
        return False
    return not any(re.search(pattern, full_id) for pattern in settings.skip)


def join(listed: Mapping[Side, Iterable[Listed]]) -> tuple[Discovered, ...]:
    """Benchmarks of both sides, in the order in which they are listed."""
    where: dict[BenchmarkId, list[Side]] = {}
    ambiguous: set[BenchmarkId] = set()
    for side, lists in listed.items():
        for one in lists:
            for benchmark in one.ids:
                where.setdefault(benchmark, []).append(side)
                if benchmark.full_id in one.ambiguous:
                    ambiguous.add(benchmark)
    return tuple(
        Discovered(id=benchmark, sides=tuple(sides), ambiguous=benchmark in ambiguous)
        for benchmark, sides in where.items()
    )
