"""What the engine's tests share: recordings made by hand, a voice that remembers, and stand-in benchmarks."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmark_ci.build.build import Build, build
from benchmark_ci.build.executable import Executable
from benchmark_ci.build.toolchain import Toolchain, find
from benchmark_ci.judge.endpoints import Round, Values
from benchmark_ci.model import (
    ArrangedProcess,
    BenchmarkId,
    Commit,
    Discovered,
    End,
    Environment,
    FailOn,
    Failure,
    Header,
    Preparation,
    Process,
    Recording,
    SamplingMode,
    Settings,
    Side,
    Target,
    TargetFailure,
)
from benchmark_ci.wall.environment import on_a_terminal
from benchmark_ci.wall.site import Site

ROOT = Path(__file__).resolve().parent.parent
CRATES = ROOT / "tests" / "crates"
BOTH = (Side.BASELINE, Side.CURRENT)
ITERS = 1000.0
SAMPLES = 12


def shared_folder() -> Path | None:
    """Where measured data for the tests lies, if it is on this machine."""
    given = os.environ.get("BENCHMARK_CI_SHARED")
    folder = Path(given) if given else ROOT.parent / "shared"
    return folder if folder.is_dir() else None


class Heard:
    """A `Voice` that remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.groups: list[str] = []
        self.child_lines: list[str] = []
        self.warned: list[str] = []
        self.progressed: list[tuple[int, int, str]] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        self.groups.append(title)
        yield

    def child_line(self, line: str) -> None:
        self.child_lines.append(line)

    def warn(self, text: str) -> None:
        self.warned.append(text)

    def progress(self, done: int, total: int, text: str) -> None:
        self.progressed.append((done, total, text))


# --- recordings


def bench(full_id: str = "parse/small", package: str = "crate", target: str = "bench") -> BenchmarkId:
    return BenchmarkId(package=package, target=target, full_id=full_id)


def discovered(
    benchmark: BenchmarkId, sides: tuple[Side, ...] = BOTH, *, ambiguous: bool = False
) -> Discovered:
    return Discovered(id=benchmark, sides=sides, ambiguous=ambiguous)


def header(
    threshold: float = 10.0, seed: int = 7, fail_on: FailOn = FailOn.REGRESSION, *, same: bool = False
) -> Header:
    return Header(
        tool_version="0.1.0",
        started="2026-11-23T12:00:00+00:00",
        seed=seed,
        threshold_percent=threshold,
        fail_on=fail_on,
        time_budget_minutes=20,
        baseline=Commit(sha="a" * 40, what="main"),
        current=Commit(sha=("a" if same else "b") * 40, what="topic"),
        baseline_reason="first parent",
    )


def preparation(
    benchmarks: Iterable[Discovered],
    target_failures: tuple[TargetFailure, ...] = (),
    targets: tuple[Target, ...] = (Target(package="crate", name="bench"),),
    listed: int | None = None,
) -> Preparation:
    found = tuple(benchmarks)
    return Preparation(
        environment=Environment(rustc="rustc 1.95.0", cpu="cpu", cores=2, os="Linux", walled=False),
        benchmarks=found,
        targets=targets,
        listed=len(found) if listed is None else listed,
        target_failures=target_failures,
    )


def process(
    benchmark: BenchmarkId,
    side: Side,
    number: int,
    floor_ns: float,
    typical_ns: float | None = None,
    iters: float = ITERS,
) -> Process:
    """A process whose fastest sample takes `floor_ns` per iteration, and all others `typical_ns`."""
    typical = floor_ns if typical_ns is None else typical_ns
    return Process(
        id=benchmark,
        side=side,
        round=number,
        first=side is Side.BASELINE,
        wall_seconds=0.75,
        sampling_mode=SamplingMode.FLAT,
        iters=(iters,) * SAMPLES,
        times=(floor_ns * iters, *(typical * iters for _ in range(SAMPLES - 1))),
    )


def processes(benchmark: BenchmarkId, pairs: Iterable[tuple[float, float]]) -> list[Process]:
    """Rounds 1… of (baseline ns, current ns)."""
    return [
        process(benchmark, side, number, value)
        for number, pair in enumerate(pairs, start=1)
        for side, value in zip(BOTH, pair, strict=True)
    ]


def in_other_places(benchmark: BenchmarkId, percents: list[float]) -> list[ArrangedProcess]:
    return [
        ArrangedProcess(
            arrangement=number,
            id=benchmark,
            side=side,
            round=turn,
            first=one.first,
            wall_seconds=one.wall_seconds,
            iters=one.iters,
            times=one.times,
        )
        for number, percent in enumerate(percents, start=1)
        for turn in (0, 1, 2)
        for side, value in zip(BOTH, (100.0, 100.0 + percent), strict=True)
        for one in [process(benchmark, side, turn, value * (9 if turn == 0 else 1))]
    ]


def recording(
    measured: Sequence[Process] = (),
    failures: Sequence[Failure] = (),
    found: Iterable[Discovered] | None = None,
    target_failures: tuple[TargetFailure, ...] = (),
    head: Header | None = None,
) -> Recording:
    """A complete recording; without `found` every measured benchmark is on both sides."""
    ids = dict.fromkeys([*(one.id for one in measured), *(one.id for one in failures)])
    return Recording(
        header=head or header(),
        preparation=preparation(map(discovered, ids) if found is None else found, target_failures),
        processes=tuple(measured),
        failures=tuple(failures),
        end=End(reason="decided", measuring_seconds=60, total_seconds=90),
    )


def noisy_pairs(
    source: random.Random, rounds: int, change_percent: float = 0.0, base_ns: float = 100.0
) -> list[tuple[float, float]]:
    """Floors under contention: noise only ever adds, mostly little, now and then very much."""

    def disturbed(value: float) -> float:
        return value * (1 + 0.004 * source.paretovariate(1.2))

    return [(disturbed(base_ns), disturbed(base_ns * (1 + change_percent / 100))) for _ in range(rounds)]


def rounds(pairs: Iterable[tuple[float, float]], *, averaged: bool = True) -> tuple[Round, ...]:
    """Rounds as the judge sees them; floor and typical time alike."""
    return tuple(
        Round(baseline=values(baseline, averaged=averaged), current=values(current, averaged=averaged))
        for baseline, current in pairs
    )


def values(floor_ns: float, typical_ns: float | None = None, *, averaged: bool = True) -> Values:
    return Values(
        floor_ns=floor_ns, typical_ns=floor_ns if typical_ns is None else typical_ns, averaged=averaged
    )


# --- programs


def machine_toolchain() -> Toolchain:
    return find("", "the default", os.environ, Heard())


def copy_crate(name: str, destination: Path) -> Path:
    return Path(shutil.copytree(CRATES / name, destination, ignore=shutil.ignore_patterns("target")))


SMALL_DISK_MIB = 64
"""What the file system of the fixture `small_disk` holds."""

STAND_IN = '''#!{python} -IS
"""A small program that behaves as a Criterion executable does: flags, filter, and the files it leaves.

It is started thousands of times, so it does without what takes long to import.
"""
import os, re, sys, time
BENCHMARKS = {benchmarks!r}
arguments = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(" ".join(arguments) + "\\n")
if "--list" in arguments:
    print("".join(f"{{name}}: benchmark\\n" for name in BENCHMARKS))
    sys.exit()
pattern = re.compile([one for one in arguments if not one.startswith("--")][-1])
home = os.environ["CRITERION_HOME"]
os.makedirs(home, exist_ok=True)
for name, how in BENCHMARKS.items():
    if not pattern.search(name):
        continue
    if how == "panic":
        sys.exit("thread main panicked: the index is out of bounds")
    judged = open({log!r}).read().count("--warm-up-time=0.08")
    if (how == "once" and judged == 3) or (how == "later" and judged > 4):
        sys.exit(102)
    if how == "vanish":
        os.unlink(sys.argv[0])
    how = 100 if how in ("once", "later", "vanish") else how
    if how == "hang":
        time.sleep(600)
    if how == "fill":
        with open(os.path.join(home, "filler"), "wb") as file:
            while True:
                file.write(bytes(2**20))
                time.sleep(0.01)
    if how == "silent":
        continue
    if how == "kill":
        os.kill(os.getpid(), 11)
    folder = os.path.join(home, name.replace("/", "_"), "new")
    os.makedirs(folder)
    print("::error::printed by a benchmark")
    with open(os.path.join(folder, "benchmark.json"), "w") as file:
        file.write('{{"group_id": "%s", "full_id": "%s", "throughput": {{"Bytes": 64}}}}' % (name, name))
    chance = 1 - int.from_bytes(os.urandom(6), "big") / 2**48
    value = float(how) * (1 + 0.002 * min(10, chance ** (-1 / 1.5)))  # Pareto's distribution, cut off at 2 %
    sample = '{{"sampling_mode": "Flat", "iters": %s, "times": %s}}' % ([1000.0] * 12, [value * 1000] * 12)
    with open(os.path.join(folder, "sample.json"), "w") as file:
        file.write(sample)
'''


def stand_in(folder: Path, side: Side, benchmarks: Mapping[str, float | str]) -> Executable:
    """A program in `folder` that measures each benchmark as so many ns, or fails as the word says."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"bench-{side}"
    log = folder / f"{side}.log"
    path.write_text(
        STAND_IN.format(python=sys.executable, benchmarks=dict(benchmarks), log=str(log)), encoding="utf-8"
    )
    path.chmod(0o755)
    log.touch()
    return Executable(
        side=side,
        target=Target(package="crate", name="bench"),
        path=path,
        directory=folder,
        env={"PATH": "/usr/bin:/bin"},
        fractional_seconds=True,
    )


# --- crates


BENCH_MAIN = """
fn main() {
    let asked = |flag: &str| std::env::args().any(|one| one == flag);
    if asked("--help") {
        println!("--save-baseline --measurement-time --quick");
    } else if asked("--list") {
        println!("value/{}: benchmark", VALUE);
    }
}
"""
"""A bench target that answers as Criterion does, so that no test has to compile Criterion for it."""


def bench_main(value: str) -> str:
    """A main whose one benchmark is called after what `value` is when it runs."""
    return BENCH_MAIN.replace("VALUE", value)


def manifest(name: str, more: str = "", benches: Sequence[str] = ("bench",), version: str = "0.1.0") -> str:
    tables = "".join(f'\n[[bench]]\nname = "{bench}"\nharness = false\n' for bench in benches)
    head = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n'
    return f"{head}\n[lib]\nbench = false\n{tables}\n{more}\n"


def write_files(folder: Path, sources: Mapping[str, str], modified: float = 1_700_000_000) -> Path:
    """Files with one and the same time of change, as `git archive` leaves them."""
    for name, text in sources.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        os.utime(file, (modified, modified))
    return folder


def crate(value: str = "1", more: str = "", **sources: str) -> dict[str, str]:
    """A small crate whose library's `value()` names its benchmark."""
    return {
        "Cargo.toml": manifest("small", more),
        "src/lib.rs": f'pub fn value() -> String {{ format!("{{}}", {value}) }}\n',
        "benches/bench.rs": bench_main("small::value()"),
        ".gitignore": "target\n",
    } | sources


def vendored(name: str, version: str, source: str, dependencies: str = "") -> dict[str, str]:
    """A package in a folder that stands in for crates.io."""
    folder = f"vendor/{name}-{version}"
    return {
        f"{folder}/Cargo.toml": (
            f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n'
            f"[dependencies]\n{dependencies}\n"
        ),
        f"{folder}/src/lib.rs": source,
        f"{folder}/.cargo-checksum.json": '{"files": {}, "package": null}',
        ".cargo/config.toml": (
            '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "vendor"\n'
        ),
    }


def build_both(
    folder: Path,
    baseline: Mapping[str, str] | Path,
    current: Mapping[str, str] | Path,
    settings: Settings | None = None,
    target: Path | None = None,
) -> tuple[Build, Site, Heard]:
    """The whole build of two sides, each a table of files or a folder; `target` is a cache to start from."""
    (folder / "site").mkdir(parents=True)
    site, voice = Site(folder / "site", None), Heard()
    if target:
        shutil.rmtree(site.folder(Side.BASELINE) / "target")
        shutil.copytree(target, site.folder(Side.BASELINE) / "target", symlinks=True)

    def checkout(side: Side, place: Path) -> tuple[str, ...]:
        source = baseline if side is Side.BASELINE else current
        if isinstance(source, Path):
            ignored = shutil.ignore_patterns("target")
            shutil.copytree(source, place, dirs_exist_ok=True, symlinks=True, ignore=ignored)
        else:
            write_files(place, source)
        return ()

    built = build(
        settings or Settings(),
        site,
        os.environ,
        checkout,
        lambda _here, chain: on_a_terminal(os.environ, chain),
        voice,
    )
    return built, site, voice


def ids_of(built: Build, side: Side) -> list[str]:
    """Full ids of one side, in listed order."""
    return [one.id.full_id for one in built.preparation.benchmarks if side in one.sides]


@dataclass(frozen=True)
class Built:
    """A fixture crate after the whole build."""

    build: Build
    site: Site
    voice: Heard

    @property
    def target(self) -> Path:
        return self.site.folder(Side.CURRENT) / "target"

    def executables(self, *names: str) -> tuple[Executable, ...]:
        """Of both sides: those of these bench targets, or all."""
        return tuple(exe for exe in self.build.executables if not names or exe.target.name in names)

    def found(self, *names: str) -> tuple[Discovered, ...]:
        benchmarks = self.build.preparation.benchmarks
        return tuple(one for one in benchmarks if not names or one.id.target in names)


def build_fixture_crate(folder: Path, name: str, cache: Path | None) -> Built:
    """Both sides are the crate as it is, or with its `current.patch`."""
    source = copy_crate(name, folder / "baseline")
    current = copy_crate(name, folder / "current")
    if (source / "current.patch").exists():
        subprocess.run(["git", "apply", "current.patch"], cwd=current, check=True)
    return Built(*build_both(folder / "run", source, current, target=cache))
