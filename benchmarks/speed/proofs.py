"""How long a proof takes, by how many benchmarks a bench target has.

On suites that do nothing but measure (`synthetic`: 10, 100 and 300 benchmarks), on itoa's and on itertools'.
The executables differ, since one that is equal as a whole needs no proof.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmark_ci.build.build import build
from benchmark_ci.build.unoptimised import unoptimised
from benchmark_ci.model import Noun, Proof, Settings, Side
from benchmark_ci.prove.suite import prove_suite
from benchmark_ci.wall.environment import on_a_terminal
from benchmark_ci.wall.site import Site
from benchmarks.proof import study
from benchmarks.proof.changes import keyed
from benchmarks.proof.workshop import Workshop
from benchmarks.truth.study import Quietly

FIXED_SECONDS = 2.0
SECONDS_PER_BENCHMARK_AND_SIDE = 0.07
SIZES = (10, 100, 300)
REAL = ("itoa 7b4c86b0", "itertools 50d01b4b")

MANIFEST = """[package]
name = "synthetic"
version = "0.0.0"
edition = "2021"
[workspace]
[dev-dependencies]
criterion = { version = "0.8", default-features = false, features = ["cargo_bench_support"] }
"""
TARGET = '[[bench]]\nname = "of{size}"\nharness = false\n'
BENCH = """use criterion::{{criterion_group, criterion_main, BenchmarkId, Criterion}};
use std::hint::black_box;

fn bench(c: &mut Criterion) {{
    let mut group = c.benchmark_group("sum");
    for number in 0..{size}u64 {{
        let data: Vec<u64> = (0..number + 10).collect();
        group.bench_with_input(BenchmarkId::from_parameter(number), &data, |b, data| {{
            b.iter(|| synthetic::sum(black_box(data)));
        }});
    }}
    group.finish();
}}

criterion_group!(benches, bench);
criterion_main!(benches);
{more}
"""
LIBRARY = "pub fn sum(data: &[u64]) -> u64 { data.iter().fold(1, |sum, one| sum.wrapping_mul(31) ^ one) }\n"
MORE = """
#[inline(never)]
pub fn unrelated(start: u64) -> u64 {
    start.rotate_left(7) ^ 12345
}
#[used]
static KEPT: fn(u64) -> u64 = unrelated;
"""
"""What only current has, so that the executables differ: a function that nobody calls."""


class Proved(Noun):
    """The proof of one bench target."""

    suite: str
    benchmarks: int
    identical: int
    seconds: float

    @property
    def limit_seconds(self) -> float:
        """What it may take."""
        per_benchmark = SECONDS_PER_BENCHMARK_AND_SIDE * len(Side)
        return round(FIXED_SECONDS + per_benchmark * self.benchmarks, 1)

    @property
    def milliseconds(self) -> float:
        """For each benchmark and side."""
        return round(1000 * self.seconds / self.benchmarks / len(Side), 1)


def proofs(work: Path = study.WORK) -> list[Proved]:
    """Build all suites and prove them once."""
    found = list(_of(_synthetic()))
    workshop = Workshop(work, Quietly())
    for key in REAL:
        with workshop.pair(keyed(key)) as pair:
            found += _of(study.prove(keyed(key), pair).proofs)
    return found


def table(found: Sequence[Proved]) -> str:
    """For people, in Markdown."""
    head = "| suite | benchmarks | identical | seconds | at most | ms per benchmark and side |"
    lines = [head, "| --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {one.suite} | {one.benchmarks} | {one.identical} | {one.seconds:.1f} "
        f"| {one.limit_seconds:.1f} | {one.milliseconds} |"
        for one in sorted(found, key=lambda one: one.benchmarks)
    ]
    return "\n".join(lines)


def _of(found: Iterable[Proof]) -> Iterator[Proved]:
    for proof in found:
        if not proof.whole:
            yield Proved(
                suite=str(proof.target),
                benchmarks=len(proof.benchmarks),
                identical=sum(one.identical for one in proof.benchmarks),
                seconds=proof.seconds,
            )


def _synthetic() -> list[Proof]:
    with tempfile.TemporaryDirectory(prefix="proofs-") as folder:
        site = Site(Path(folder), None)
        built = build(
            Settings(memory=False),
            site,
            os.environ,
            _checkout,
            lambda _, toolchain_bin: on_a_terminal(os.environ, toolchain_bin),
            Quietly(),
        )
        return list(
            prove_suite(
                built.executables,
                built.preparation.benchmarks,
                site,
                built.changed_data_files,
                built.harness_versions,
                unoptimised=partial(unoptimised, built, site, Quietly()),
            )
        )


def _checkout(side: Side, folder: Path) -> tuple[str, ...]:
    targets = "".join(TARGET.format(size=size) for size in SIZES)
    files = {"Cargo.toml": MANIFEST + targets, "src/lib.rs": LIBRARY} | {
        f"benches/of{size}.rs": BENCH.format(size=size, more=MORE if side is Side.CURRENT else "")
        for size in SIZES
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return ()
