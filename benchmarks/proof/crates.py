"""The crates whose commits are studied; all of them are fetched when the study runs, none lies here."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from benchmark_ci.model import Noun

EXAMPLE = "quantizer"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Crate(Noun):
    """A repository with Criterion benchmarks; without an address it is the example of this repository."""

    name: str
    url: str = ""
    directory: PurePosixPath = PurePosixPath(".")  # of the package that has the benchmarks
    benches: tuple[str, ...] = ()  # bench targets; empty: all


CRATES = (
    Crate(name="itoa", url="https://github.com/dtolnay/itoa"),  # Criterion 0.8
    Crate(name="ryu", url="https://github.com/dtolnay/ryu"),  # Criterion 0.8
    Crate(  # Criterion 0.4; others of its ten bench targets are asked for where it matters
        name="itertools",
        url="https://github.com/rust-itertools/itertools",
        benches=("bench1",),
    ),
    Crate(name="half", url="https://github.com/VoidStarKat/half-rs"),  # Criterion 0.5
    Crate(  # Criterion 0.5
        name="chrono", url="https://github.com/chronotope/chrono", directory=PurePosixPath("bench")
    ),
    Crate(name="base64", url="https://github.com/marshallpierce/rust-base64"),  # Criterion 0.4, 30 MiB inputs
    Crate(name=EXAMPLE),  # Criterion 0.8
)


def named(name: str) -> Crate:
    """The crate of this name."""
    return next(crate for crate in CRATES if crate.name == name)
