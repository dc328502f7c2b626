"""Builds `crate/` for AArch64 on this machine and runs it in an emulator (`.ci/aarch64` makes the tools)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmark_ci.build.executable import Executable, listing
from benchmark_ci.model import BenchmarkId, Discovered, Side
from tests.prove.test_odd import SHIM
from tests.prove.variants import ADVERSARIAL, INNOCENT_EDITS, Edit
from tests.prove.workshop import Workshop

VARIABLE = "AARCH64_TOOLS"
TARGET = "aarch64-unknown-linux-gnu"

SWITCH = "src/other.rs"
_CODE = """//! Nobody that is measured comes here.
#[inline(never)]
pub fn switch(x: u64, text: &mut String) -> u64 {
    match x {
        0 => text.push('a'),
        1 => text.clear(),
        2 => text.truncate(3),
        3 => text.push_str("bc"),
        4 => text.reserve(9),
        5 => text.insert(0, 'd'),
        6 => text.shrink_to_fit(),
        7 => drop(text.pop()),
        8 => text.insert_str(0, "ef"),
        9 => text.retain(|sign| sign != 'a'),
        10 => drop(text.remove(0)),
        11 => text.make_ascii_uppercase(),
        12 => text.make_ascii_lowercase(),
        13 => text.push_str("ghi"),
        14 => drop(text.split_off(0)),
        15 => text.replace_range(..0, "j"),
        _ => return 7,
    }
    text.len() as u64
}
"""
_BENCH = """    c.bench_function("planted/switch", |b| {
        b.iter(|| proof_crate::other::switch(black_box(3), &mut String::new()))
    });
"""
ONLY_CASES = [
    Edit("Cargo.toml", f'[[bench]]\nname = "{name}"\nharness = false\n', "")
    for name in ("preparing", "odd", "placed")
]
WITH_SWITCH = (
    SHIM,
    *ONLY_CASES,
    Edit(SWITCH, _CODE.splitlines(keepends=True)[0], _CODE),
    Edit(
        "benches/cases.rs",
        '    c.bench_function("planted/table"',
        f'{_BENCH}    c.bench_function("planted/table"',
    ),
)
"""A `match` with as many arms as make a jump table on AArch64 (13); no other bench target."""

SWAPPED = Edit(
    SWITCH, "1 => text.clear(),\n        2 => text.trunc", "2 => text.clear(),\n        1 => text.trunc"
)
CHANGED = {**ADVERSARIAL, "planted/switch": SWAPPED}
VARIANTS: Mapping[str, tuple[Edit, ...]] = {
    "innocent": INNOCENT_EDITS,
    "adversarial": tuple(edit for id, edit in CHANGED.items() if id != "planted/local"),
    # thread-locals are one piece: a changed one differs for all that use any
    "thread-local": (ADVERSARIAL["planted/local"],),
}


def tools() -> Path:
    """Where they are."""
    return Path(os.environ[VARIABLE])


def missing() -> str:
    """What is not there; '' when all is."""
    if not os.environ.get(VARIABLE):
        return f"{VARIABLE} names no tools for AArch64 (`.ci/aarch64 FOLDER` makes them)"
    return "" if shutil.which("aarch64-linux-gnu-gcc") else "there is no aarch64-linux-gnu-gcc"


class ArmWorkshop(Workshop):
    """A workshop whose executables are for AArch64, linked as gcc does there or with more flags."""

    def __init__(self, root: Path, flags: str = "") -> None:
        env = {
            "RUSTC": str(tools() / "rustc"),
            "CARGO_BUILD_TARGET": TARGET,
            "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER": "aarch64-linux-gnu-gcc",
            "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS": flags,
        }
        super().__init__(root, env, WITH_SWITCH)

    def variant(self, edits: Iterable[Edit]) -> dict[str, Executable]:
        """As `Workshop.variant`, of a crate that has a jump table."""
        return super().variant((*WITH_SWITCH, *edits))

    def benchmarks(self, exe: Executable) -> tuple[Discovered, ...]:
        """What discovery would find on both sides."""
        with self.site.at(exe.side):
            done = subprocess.run(
                (tools() / "run", exe.path, "--bench", "--list"), capture_output=True, text=True, check=True
            )
        return tuple(
            Discovered(
                id=BenchmarkId(package="proof-crate", target=exe.target.name, full_id=title),
                sides=tuple(Side),
            )
            for title in listing(done.stdout).titles
        )

    def file(self, side: Side, target: str = "cases") -> Path:
        """An executable where it lies while no side stands at the common path."""
        return self.site.folder(side) / self.baseline[target].path.relative_to(self.site.here)


def lld() -> str:
    """Flags for the linker that comes with rustc."""
    sysroot = subprocess.run(("rustc", "--print", "sysroot"), capture_output=True, text=True, check=True)
    folder = Path(sysroot.stdout.strip()) / "lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld"
    return f"-Clink-arg=-fuse-ld=lld -Clink-arg=-B{folder}"
