"""Which crates the study measures. They come from crates.io as published, by cargo; none of it lies here.

A published package never changes and cargo checks its sum: a name and a version say exactly what is measured.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from benchmark_ci.errors import BuildFailed
from benchmark_ci.model import Noun
from benchmark_ci.wall import process
from benchmarks.truth.record import Load

PLANTED = "planted"
HERE = Path(__file__).parent
FETCH_LIMIT_SECONDS = 600.0


class Crate(Noun):
    """A package on crates.io that brings its own Criterion benchmarks; version empty: our own."""

    name: str
    version: str
    bench: str  # target
    filter: str  # about ten benchmarks of less than 1 ms
    repetitions: int = 30
    loads: tuple[Load, ...] = tuple(Load)


CRATES = (
    Crate(  # Criterion 0.8
        name="ryu",
        version="1.0.23",
        bench="bench",
        filter=r"^(f64\[(short|e|max)\]|f32\[(short|max)\])/",
    ),
    Crate(  # Criterion 0.5
        name="half",
        version="2.7.1",
        bench="convert",
        filter=r"^Convert b?f16 (From f32|to f64)/b?f16::(from_f32|to_f64)/(1|3\.1415927|3\.140625)$"
        r"|^HalfFloatSliceExt::convert_(from|to)_f32_slice/large$",
    ),
    Crate(  # Criterion 0.7
        name="smol_str",
        version="0.3.7",
        bench="bench",
        filter=r"^(format_smolstr!|SmolStr::(from|clone)|(to_lowercase|replace)_smolstr) len=(12|1000)$",
    ),
    Crate(  # Criterion 0.4
        name="itertools",
        version="0.15.0",
        bench="bench1",
        filter=r"^(zip slices ziptuple|zipdot f32 default zip|chunk by lazy 1|slice chunks|equal"
        r"|merge default|merge by cmp|kmerge tenway|step vec 10|vec iter mut partition)$",
    ),
    Crate(  # Criterion 0.7
        name="hashbrown",
        version="0.17.2",
        bench="bench",
        filter=r"^(set_ops_(bit_(or|and|xor)|sub_(large_small|small_large))|clone_(small|large)"
        r"|clone_from_small|insert(_unique_unchecked)?)$",
    ),
    Crate(  # Criterion 0.7; its groups ask for seconds per process, so a run takes ten times as long
        name="base64",
        repetitions=4,
        loads=(Load.SHARED,),
        version="0.23.1",
        bench="benchmarks",
        filter=r"^encode_small_input/(encode|encode_display|encode_slice|encode_reuse_buf_stream"
        r"|encode_slice_simd)/(50|3072)$",
    ),
)
OURS = Crate(name=PLANTED, version="", bench="work", filter="^work/")


def named(name: str) -> Crate:
    """The crate of this name."""
    return next(crate for crate in (*CRATES, OURS) if crate.name == name)


def sources(crate: Crate, work: Path) -> Path:
    """The crate's sources, unchanged; fetched into `work` when they are not there."""
    if crate.name == PLANTED:
        return HERE / "planted"
    folder = work / "sources" / f"{crate.name}-{crate.version}"
    if not folder.is_dir():
        _fetch(crate, folder)
    return folder


def copy(crate: Crate, work: Path, destination: Path) -> None:
    """Put the crate's sources into an existing, empty folder."""
    ignored = shutil.ignore_patterns("target", ".cargo-checksum.json")
    shutil.copytree(sources(crate, work), destination, ignore=ignored, dirs_exist_ok=True)


def _fetch(crate: Crate, folder: Path) -> None:
    """`cargo vendor` for a package that depends on this one version and nothing else."""
    asking = folder.with_name(f"{folder.name}.asking")
    shutil.rmtree(asking, ignore_errors=True)
    (asking / "src").mkdir(parents=True)
    (asking / "src" / "lib.rs").touch()
    (asking / "Cargo.toml").write_text(
        '[package]\nname = "asking"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n'
        f'[dependencies]\n{crate.name} = "={crate.version}"\n',
        encoding="utf-8",
    )
    answer = process.run(
        ("cargo", "vendor", "--versioned-dirs", "vendor"),
        cwd=asking,
        env=dict(os.environ),
        timeout_seconds=FETCH_LIMIT_SECONDS,
    )
    if not answer.ok:
        raise BuildFailed(f"{crate.name} {crate.version} could not be fetched: {answer.last_lines(3)}")
    (asking / "vendor" / folder.name).rename(folder)
    shutil.rmtree(asking)
