"""What current's sources have that baseline's have not."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

from benchmark_ci.errors import BuildFailed
from benchmark_ci.model import Noun
from benchmarks.truth.record import Experiment, Key


class Variant(Noun):
    """A change to a crate's sources; `name` tells it from others."""

    name: str
    experiment: Experiment
    number: int = 0  # moved: which arrangement; planted: percent


def variant_of(key: Key) -> Variant:
    """The change that a run of the study measures."""
    if key.experiment is Experiment.PLANTED:
        number = key.size_percent
    else:
        number = key.repetition if key.experiment is Experiment.MOVED else 0
    return Variant(name=f"{key.experiment}-{number}", experiment=key.experiment, number=number)


def apply(variant: Variant, source: Path) -> None:
    """Change the sources in a folder."""
    if variant.experiment is Experiment.PLANTED:
        plant(source, variant.number)
    elif variant.experiment is Experiment.MOVED:
        _move(source, variant.number)


def plant(source: Path, percent: int) -> None:
    """Make the planted crate do that many percent more."""
    told = "/// Percent of work that this build does beyond the usual."
    text = f"{told}\npub const EXTRA_PERCENT: u64 = {percent};\n"
    (source / "src" / "extra.rs").write_text(text, encoding="utf-8")


def _move(source: Path, arrangement: int) -> None:
    """Innocent motion of code: unrelated functions are added (even), or all functions are linked in another
    order (odd). The benchmarks' own code stays as it is.
    """
    if arrangement % 2:
        _shuffle(source, arrangement)
        return
    for file in (source / "src" / "lib.rs", *sorted((source / "benches").glob("*.rs"))):
        with file.open("a", encoding="utf-8") as opened:
            opened.write("\n".join(_unrelated(arrangement, file.parent.name)))


def _shuffle(source: Path, arrangement: int) -> None:
    """By a build script, so that no dependency is compiled anew. A published package says if it has one."""
    manifest = source / "Cargo.toml"
    before, without, after = manifest.read_text(encoding="utf-8").partition("\nbuild = false\n")
    if not without:
        raise BuildFailed(f"{source.name} has a build script of its own: its functions cannot be shuffled")
    manifest.write_text(f'{before}\nbuild = "shuffle.rs"\n{after}', encoding="utf-8")
    flag = f"cargo:rustc-link-arg-benches=-Wl,--shuffle-sections=*={arrangement}"
    (source / "shuffle.rs").write_text(f'fn main() {{\n    println!("{flag}");\n}}\n', encoding="utf-8")


def _unrelated(arrangement: int, where: str) -> Iterable[str]:
    """Functions that nobody calls and the linker must keep, as many and as long as the arrangement says."""
    source = random.Random(f"{arrangement} {where}")
    for number in range(source.randrange(1, 9)):
        name = f"unrelated_{where}_{number}"
        steps = "".join(
            f" state = state.rotate_left({source.randrange(1, 63)}) ^ {source.randrange(1 << 40)};"
            for _ in range(source.randrange(1, 40))
        )
        yield (
            f"\n#[doc(hidden)] #[inline(never)] #[allow(missing_docs)]"
            f"\npub fn {name}(start: u64) -> u64 {{ let mut state = start;{steps} state }}"
            f"\n#[used] #[allow(missing_docs)] static KEEP_{name.upper()}: fn(u64) -> u64 = {name};\n"
        )
