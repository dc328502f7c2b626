"""Code for AArch64 compared without being run: with another linker, and against what the linker knows.

What callgrind tells elsewhere (which functions a benchmark ran) is given by name here.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.elffile import ELFFile

from benchmark_ci.model import Side
from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.compare import Comparison, Pair
from benchmark_ci.prove.counts import Counts
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image, Symbol
from benchmark_ci.prove.executed import Executed
from benchmark_ci.prove.instructions import Use
from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.prove.names import readable
from tests.prove.arm import VARIANTS, ArmWorkshop, lld, missing

pytestmark = [pytest.mark.cargo, pytest.mark.slow]

CHANGED = {
    "planted/switch": "proof_crate::other::switch",
    "planted/table": "proof_crate::planted::lookup",
    "planted/vtable": "proof_crate::planted::shape",
    "planted/vtable_made": "proof_crate::planted::shape",
    "planted/second": "proof_crate::planted::second",
    "planted/pointer": "proof_crate::planted::operate",
    "planted/file": "proof_crate::planted::file",
    "planted/static": "proof_crate::planted::start",
    "planted/alias": "proof_crate::planted::one_or_two",
    "planted/dependency": "proof_crate::planted::depends",
    "planted/inlined": "proof_crate::planted::inlines",
    "planted/jump": "proof_crate::planted::jump",
    "planted/local": "proof_crate::planted::local",
    "planted/generic": "proof_crate::planted::generic",
    "planted/instances": "proof_crate::planted::instances",
    "planted/literal": "proof_crate::planted::literal",
    "planted/float": "proof_crate::planted::float",
    "planted/planet": "proof_crate::planted::planet",
    "planted/nested": "proof_crate::planted::nested",
    "planted/thread": "proof_crate::planted::threaded",
}
"""What each adversarial variant changes is reached from here."""

INNOCENT = tuple(
    f"proof_crate::innocent::{name}"
    for name in ("sum", "sort", "count", "show", "choose", "animals", "area", "at")
)


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    reason = missing()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(f"the proof's tests for AArch64 must run in CI: {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="module")
def kept(_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """Baseline and variants, built once, linked by LLD."""
    root = tmp_path_factory.mktemp("lld")
    workshop = ArmWorkshop(root, lld())

    @lru_cache
    def build(variant: str) -> Path:
        side = Side.BASELINE if variant == "baseline" else Side.CURRENT
        if side is Side.CURRENT:
            workshop.variant(VARIANTS[variant])
        for suffix in ("", ".map"):
            shutil.copy(f"{workshop.file(side)}{suffix}", root / f"{variant}{suffix}")
        return root / variant

    yield build
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def loaded(kept: Callable[[str], Path]) -> Callable[[str], Canonical]:
    return lru_cache(lambda variant: load(kept(variant)))


@pytest.fixture(scope="module")
def told(_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Linked by GNU ld, and all that was asked of it is left in the executable."""
    root = tmp_path_factory.mktemp("told")
    yield ArmWorkshop(root, "-Clink-arg=-Wl,--emit-relocs").file(Side.BASELINE)
    shutil.rmtree(root, ignore_errors=True)


def load(path: Path, content: bytes | None = None) -> Canonical:
    linker_map = LinkerMap(path.with_name(f"{path.name}.map").read_bytes())
    return Canonical(Image(content if content is not None else path.read_bytes()), linker_map)


def find(side: Canonical, name: str) -> Symbol:
    [found] = [one for one in side.image.functions.values() if readable(one.name) == name]
    return found


def differing(baseline: Canonical, current: Canonical, names: Iterable[str]) -> dict[str, list[str]]:
    """Of functions that are not proven the same: why, by what is wrong in itself."""
    comparison = Comparison(baseline, current)
    pairs = {
        name: Pair(*(side.function_node(find(side, name)) for side in (baseline, current))) for name in names
    }
    comparison.explore(pairs.values())
    comparison.settle(())
    wrong = {name: comparison.all_wrong([pair]) for name, pair in pairs.items()}
    return {name: [comparison.wrong(one) or "" for one in found] for name, found in wrong.items() if found}


@pytest.fixture(scope="module")
def compared(loaded: Callable[[str], Canonical]) -> Callable[[str], dict[str, list[str]]]:
    """All functions of interest of baseline and a variant."""
    return lru_cache(
        lambda variant: differing(loaded("baseline"), loaded(variant), [*CHANGED.values(), *INNOCENT])
    )


@pytest.mark.parametrize("id", sorted(CHANGED))
def test_what_changed_is_not_the_same_by_static_comparison(
    compared: Callable[[str], dict[str, list[str]]], id: str
) -> None:
    found = compared("thread-local" if id == "planted/local" else "adversarial")[CHANGED[id]]
    # by what was changed, not because something could not be read
    assert "differs" in found or "is another variable than before" in found


def test_innocent_changes_leave_all_the_same_by_static_comparison(
    compared: Callable[[str], dict[str, list[str]]], loaded: Callable[[str], Canonical]
) -> None:
    assert loaded("baseline").image.content != loaded("innocent").image.content
    assert compared("innocent") == {}


def test_what_no_change_reaches_is_the_same_by_static_comparison(
    compared: Callable[[str], dict[str, list[str]]],
) -> None:
    assert not compared("adversarial").keys() & set(INNOCENT)


def test_a_match_is_a_jump_table(loaded: Callable[[str], Canonical]) -> None:
    for side in (loaded("baseline"), loaded("adversarial")):
        form = side.form(side.function_node(find(side, CHANGED["planted/switch"])))
        assert b"jumps " in form.shape


def test_most_of_what_the_standard_library_has_is_understood(told: Path) -> None:
    """A cross-built executable as a whole; what is not understood is a doubt with a reason."""
    side = load(told)
    doubted: dict[str, str] = {}
    for symbol in side.image.functions.values():
        try:
            side.form(side.function_node(symbol))
        except Doubt as doubt:
            doubted[symbol.name] = str(doubt)
    assert len(side.image.functions) > 800
    assert len(doubted) < len(side.image.functions) // 50, doubted


_ADDRESS, _PAGES = 277, (275, 311)  # relocations, by their numbers in the ABI: R_AARCH64_ADD_ABS_LO12_NC, …
_ACCESSES = {278: 1, 284: 2, 285: 4, 286: 8, 299: 16}  # R_AARCH64_LDST8_ABS_LO12_NC, …: bytes
_SLOT = 312  # R_AARCH64_LD64_GOT_LO12_NC
_JUMPS = (282, 283)  # R_AARCH64_JUMP26, R_AARCH64_CALL26


def relocations(path: Path) -> dict[int, tuple[int, int]]:
    """By place in the code: which part of an address the linker wrote there, and the whole address."""
    with path.open("rb") as file:
        elf = ELFFile(file)
        section: Any = elf.get_section_by_name(".rela.text")
        symbols: Any = elf.get_section(section["sh_link"])
        return {
            one["r_offset"]: (
                one["r_info_type"],
                symbols.get_symbol(one["r_info_sym"])["st_value"] + one["r_addend"],
            )
            for one in section.iter_relocations()
        }


def test_every_address_that_the_linker_wrote_into_code_is_found(told: Path) -> None:
    """The linker knows better than anyone: no address is missed, none is another one, none is made up."""
    side = load(told)
    wrote = relocations(told)
    seen: Counter[int] = Counter()
    for symbol in side.image.functions.values():
        try:
            _, body = side._body(side.function_node(symbol))
        except Doubt:
            continue
        found = {symbol.start + one.at: one for one in body.references}
        inside = range(symbol.start, symbol.end)
        here = {place: wrote[place] for place in inside if place in wrote}
        seen.update(kind for kind, _ in here.values())
        expected = {
            place: (Use.ADDRESS if kind == _ADDRESS else Use.READ, _ACCESSES.get(kind, 0), address)
            for place, (kind, address) in here.items()
            if kind == _ADDRESS or kind in _ACCESSES
        }
        slots = [place for place, (kind, _) in here.items() if kind == _SLOT]
        others = {
            place: one for place, one in found.items() if one.use is not Use.BRANCH and place not in slots
        }
        assert {place: (one.use, one.size, one.target) for place, one in others.items()} == expected, (
            symbol.name
        )
        assert all(found[place].use is Use.READ and found[place].size == 8 for place in slots)
        jumps = {place for place, (kind, to) in here.items() if kind in _JUMPS and to not in inside}
        assert jumps <= {place for place, one in found.items() if one.use is Use.BRANCH}
    assert seen[_ADDRESS] > 1000
    assert all(seen[kind] for kind in (*_PAGES, *_JUMPS, _SLOT, 278, 286, 299))


def ran(side: Canonical, symbol: Symbol, without: Iterable[int] = ()) -> Executed:
    """As if all instructions of a function had run once, but for some."""
    counts = Counts()
    for address in range(symbol.start, symbol.end, 4):
        if address - symbol.start not in without:
            counts.own[address] = 1
    return Executed(side, [counts])


def test_executed_instructions_are_compared_by_their_place(loaded: Callable[[str], Canonical]) -> None:
    """Counts are made up: nothing ran."""
    forms = {}
    for variant in ("baseline", "innocent", "adversarial"):
        side = loaded(variant)
        symbol = find(side, "proof_crate::other::switch")
        executed = ran(side, symbol)
        forms[variant] = executed.form(executed.function_node(symbol)).shape
        fewer = ran(side, symbol, without=[symbol.end - symbol.start - 4])
        assert fewer.form(fewer.function_node(symbol)).shape != forms[variant]
    assert forms["baseline"] == forms["innocent"] != forms["adversarial"]


SMALL = tuple(
    f"proof_crate::planted::{name}"
    for name in ("lookup", "second", "operate", "start", "depends", "inlines", "float", "nested")
)


def test_flipped_bytes_never_make_changed_functions_the_same(kept: Callable[[str], Path]) -> None:
    baseline, path = load(kept("baseline")), kept("adversarial")
    content = path.read_bytes()
    limit = max(section.end for section in baseline.image.sections)  # what is in memory comes first
    chance = random.Random(5)
    for _ in range(8):
        broken = bytearray(content)
        for _ in range(chance.choice((1, 10, 200))):
            broken[chance.randrange(min(limit, len(broken)))] = chance.randrange(256)
        try:
            current = load(path, bytes(broken))
        except Doubt:
            continue
        names = {readable(one.name) for one in current.image.functions.values()}
        still = [name for name in SMALL if name in names]
        assert differing(baseline, current, still).keys() == set(still)


def test_a_flipped_bit_in_a_function_is_seen(kept: Callable[[str], Path]) -> None:
    path = kept("baseline")
    baseline = load(path)
    content = path.read_bytes()
    chance = random.Random(6)
    for name in SMALL:
        symbol = find(baseline, name)
        at = content.find(baseline.image.read(symbol.start, symbol.end))
        broken = bytearray(content)
        broken[at + chance.randrange(symbol.end - symbol.start)] ^= 1 << chance.randrange(8)
        assert differing(baseline, load(path, bytes(broken)), [name]), name
