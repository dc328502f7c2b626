"""How `crate/` can change: text edits, and which benchmark each of them changes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Edit(NamedTuple):
    """In a file, one text becomes another; it must stand there exactly once."""

    file: str
    old: str
    new: str

    def apply(self, crate: Path) -> None:
        path = crate / self.file
        text = path.read_text()
        assert text.count(self.old) == 1, (self, text.count(self.old))
        path.write_text(text.replace(self.old, self.new))


PLANTED = "src/planted.rs"
INNOCENT = "src/innocent.rs"
PREPARING = "benches/preparing.rs"

ADVERSARIAL: dict[str, Edit] = {
    "planted/table": Edit(PLANTED, "table[63] = 1;", "table[63] = 2;"),
    "planted/vtable": Edit(PLANTED, "self.0 * self.0 * 3", "self.0 * self.0 * 5"),
    "planted/vtable_made": Edit(PLANTED, "        4\n", "        6\n"),  # `edges`, which no iteration calls
    "planted/second": Edit(PLANTED, "x * 5\n", "x * 6\n"),
    "planted/pointer": Edit(PLANTED, "x * 100\n", "x * 102\n"),
    "planted/file": Edit(PLANTED, "x * 13\n", "x * 14\n"),
    "planted/static": Edit(PLANTED, "AtomicU64::new(1234)", "AtomicU64::new(1235)"),
    "planted/local": Edit(PLANTED, "Cell::new(77)", "Cell::new(78)"),
    "planted/alias": Edit(
        PLANTED, "FIRST.fetch_add(2, Ordering::Relaxed); //", "OTHER.fetch_add(2, Ordering::Relaxed); //"
    ),
    "planted/dependency": Edit("dependency/src/lib.rs", "^ 0x55", "^ 0x56"),
    "planted/inlined": Edit(PLANTED, "x ^ 0x1111", "x ^ 0x1112"),
    "planted/jump": Edit(
        PLANTED, "3 => left(x),\n        4 => right(x),", "3 => right(x),\n        4 => left(x),"
    ),
    "planted/generic": Edit(PLANTED, "const FACTOR: u64 = 30;", "const FACTOR: u64 = 31;"),
    "planted/instances": Edit(
        PLANTED,
        "heavy::<Small>(x).wrapping_sub(heavy::<Large>(x + 1))",
        "heavy::<Large>(x).wrapping_sub(heavy::<Small>(x + 1))",
    ),
    "planted/literal": Edit(PLANTED, "of many", "of mary"),
    "planted/float": Edit(PLANTED, "1.234567", "1.234568"),
    "planted/planet": Edit(PLANTED, "    Jupiter,\n", "    Jupitez,\n"),
    "planted/nested": Edit(PLANTED, "&[9, 8, 7]", "&[9, 8, 6]"),
    "planted/thread": Edit(PLANTED, "x * 11\n", "x * 12\n"),
}
"""Changes of one function or constant each, none of which a first iteration need execute."""

DOUBTED = {"planted/panics": "panics", "planted/process": "processes", "planted/thread": "threads"}
"""Benchmarks that are never proven, by a word of the reason."""

PREPARED = Edit(PLANTED, "i * 2)", "i * 4)")
"""Another input for two benchmarks, whose own code stays."""

_MOVED = """#[inline(never)]
pub fn area(radius: f64) -> f64 {
    radius * radius * 3.14159
}
"""

INNOCENT_EDITS = (
    Edit(
        INNOCENT,
        "//! What no variant changes in meaning.\n",
        "//! What no variant changes.\n//!\n//! Lines move.\n\n",
    ),
    Edit(INNOCENT, "let mut total = 0u64;", "let mut everything = 0u64; // renamed"),
    Edit(INNOCENT, "total = total.wrapping_mul(31)", "everything = everything.wrapping_mul(31)"),
    Edit(INNOCENT, "    total\n", "    everything\n"),
    Edit(INNOCENT, _MOVED, ""),
    Edit(
        INNOCENT,
        "values[index] + values[index / 2]\n}\n",
        "values[index] + values[index / 2]\n}\n\n" + _MOVED,
    ),
    Edit(
        "src/other.rs",
        "    x + 1\n}\n",
        "    x * 1234\n}\n\n#[inline(never)]\n"
        'pub fn added(x: u64) -> String {\n    format!("a new text {x}")\n}\n',
    ),
)
"""Comments, a renamed local, a moved and an added function, another file's change, shifted lines."""

PLACED_CODE = "src/placed.rs"
PLACED = (
    Edit(PLACED_CODE, "    x * 5\n", "    x * 6\n"),
    Edit(PLACED_CODE, "[3, 1, 4, 1, 5, 9, 2, 6]", "[3, 1, 4, 2, 5, 9, 2, 6]"),
    Edit(PLACED_CODE, "0x7777", "0x7778"),
    Edit(PLACED_CODE, "3 => up(x),\n        4 => down(x),", "3 => down(x),\n        4 => up(x),"),
    Edit(PLACED_CODE, "[add, multiply]", "[multiply, add]"),
    Edit(PLACED_CODE, "x * 701", "x * 703"),
    Edit(PLACED_CODE, "from_nanos(1100)", "from_nanos(1101)"),
    Edit(PLACED_CODE, "AtomicU64::new(1200)", "AtomicU64::new(1201)"),
    Edit(PLACED_CODE, "    x * 7\n", "    x * 9\n"),
    Edit(PLACED_CODE, "i * 3)", "i * 5)"),
    Edit(PLACED_CODE, "* 61", "* 67"),
    Edit("data/placed.txt", "one two", "two one"),
    # from here on nothing that ever runs
    Edit(PLACED_CODE, "fold(41, |", "fold(4141, |"),
    Edit(PLACED_CODE, "fold(43, |", "fold(4343, |"),
    Edit(PLACED_CODE, "x * 47\n", "(x * 47) ^ 5\n"),
    Edit(PLACED_CODE, '"too large: {x}"', '"much too large: {x}"'),
    Edit(PLACED_CODE, "    x + 53\n", "    x * 53\n"),
    Edit(PLACED_CODE, "repeat(59)", "repeat(60)"),
)
"""One change for each benchmark of `placed`; none changes how many instructions one iteration has."""
