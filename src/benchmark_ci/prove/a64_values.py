"""What registers of an A64 function are known to hold: addresses on their way, and ways into jump tables.

An address is put together: a page (`adrp`), then twelve bits (`add`, or the distance of a load or store).
Both may stand far from each other, and one page may serve many. So it is told for each instruction which
registers hold which page, on every path that leads there. A page is of no use but for that, and whatever else
is done with one, or with a register that holds one on some paths only, is a Doubt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from benchmark_ci.prove.a64_meaning import meaning
from benchmark_ci.prove.a64_words import fields, low
from benchmark_ci.prove.doubt import Doubt


class Page(NamedTuple):
    """A part of an address, and where it was taken."""

    address: int
    taken: frozenset[int]


class Whole(NamedTuple):
    """An address."""

    address: int


class Label(NamedTuple):
    """An address within the function itself, to which entries of a table are added; where it was taken."""

    address: int
    taken: frozenset[int]


class Entry(NamedTuple):
    """An entry of a jump table."""

    table: int
    size: int
    signed: bool


class Goal(NamedTuple):
    """Where a jump by a table leads: a label plus an entry, shifted."""

    label: int
    taken: frozenset[int]
    entry: Entry
    shift: int


class Unclear(NamedTuple):
    """A part of an address on some paths, or after a call that need not keep it: nobody may read this."""


Value = Page | Whole | Label | Entry | Goal | Unclear
State = Mapping[int, Value]
"""By register. One that is missing holds something else, an argument for example."""

UNCLEAR = Unclear()
_PARTS = (Page, Label, Goal, Unclear)
_RESULTS = range(4)  # of a call
_CAUGHT = range(2)  # what a panic leaves
_KEPT_BY_CALLS = frozenset(range(19, 30))


def join(first: State, second: State) -> State:
    """What is known where two paths meet."""
    if first == second:
        return first
    found: dict[int, Value] = {}
    for register in first.keys() | second.keys():
        one, other = first.get(register), second.get(register)
        if one == other and one is not None:
            found[register] = one
        elif isinstance(one, Page) and isinstance(other, Page) and one.address == other.address:
            found[register] = Page(one.address, one.taken | other.taken)
        elif isinstance(one, Label) and isinstance(other, Label) and one.address == other.address:
            found[register] = Label(one.address, one.taken | other.taken)
        elif isinstance(one, _PARTS) or isinstance(other, _PARTS):
            found[register] = UNCLEAR
    return found


def after_call(state: State, *, panicked: bool = False) -> State:
    """What is known after a call; it need not keep all registers, and leaves something in the first."""
    found: dict[int, Value] = {}
    given = _CAUGHT if panicked else _RESULTS
    for register, value in state.items():
        if register in _KEPT_BY_CALLS:
            found[register] = value
        elif isinstance(value, _PARTS) and register not in given:
            found[register] = UNCLEAR
    return found


def plain(word: int, state: State) -> State:
    """What is known after an instruction that neither jumps nor tells its place; raises Doubt."""
    completes = low(word)
    if completes is not None and isinstance(state.get(completes.base), Page):
        return _completed(word, state)
    first, second, _, third = fields(word)
    if word & 0xFFE0FFE0 == 0xAA0003E0:  # mov
        return _with(state, first, _moved(state, third))
    if word & 0x3B200C00 == 0x38200800 and isinstance(base := state.get(second), Whole):
        entry = _entry(word, base.address)
        if entry and not isinstance(state.get(third), _PARTS):
            return _with(state, first, entry)
    if isinstance(state.get(second), Label) and (goal := _goal(word, state)):
        return _with(state, first, goal)
    return _otherwise(word, state)


def _completed(word: int, state: State) -> State:
    """A page and its twelve bits: an address, or an access."""
    found = low(word)
    assert found is not None  # noqa: S101 - the caller looked
    page = state[found.base]
    assert isinstance(page, Page)  # noqa: S101 - the caller looked
    if found.stores is not None and isinstance(state.get(found.stores), _PARTS):
        raise Doubt("stores a part of an address")
    if found.loads is None:
        return state
    return _with(state, found.loads, None if found.size else Whole(page.address + found.offset))


def _entry(word: int, table: int) -> Entry | None:
    """A load from a table by an index that is as large as the shift of it tells."""
    size, vector, operation, shifted = word >> 30, word >> 26 & 1, word >> 22 & 3, word >> 12 & 1
    if vector or size > 2 or (size and not shifted) or (operation, size) not in _ENTRIES:
        return None
    return Entry(table, 1 << size, operation == 2)


_ENTRIES = {(1, 0), (1, 1), (1, 2), (2, 2)}  # ldrb, ldrh, ldr, ldrsw
_EXTENDED = {4: 1, 5: 2, 6: 4}  # sxtb, sxth, sxtw: bytes


def _goal(word: int, state: State) -> Goal | None:
    """A label to which an entry is added."""
    _, second, _, third = fields(word)
    label, entry = state.get(second), state.get(third)
    if not isinstance(label, Label) or not isinstance(entry, Entry):
        return None
    if word & 0xFFE00000 == 0x8B000000:
        return Goal(label.address, label.taken, entry, word >> 10 & 63)
    if word & 0xFFE00000 == 0x8B200000 and _EXTENDED.get(word >> 13 & 7) == entry.size:
        return Goal(label.address, label.taken, entry._replace(signed=True), word >> 10 & 7)
    return None


def _otherwise(word: int, state: State) -> State:
    """Any other instruction: what it writes is not known any more, and it may use no part of an address."""
    understood = meaning(word)
    if understood is None:
        if any(isinstance(value, _PARTS) for value in state.values()):
            raise Doubt("has an instruction that is not understood")
        return {}
    if any(isinstance(state.get(register), _PARTS) for register in understood.all_uses()):
        raise Doubt("uses a part of an address")
    return _without(state, understood.writes)


def _moved(state: State, register: int) -> Value | None:
    value = state.get(register)
    if isinstance(value, Label | Goal | Unclear):
        raise Doubt("uses a part of an address")
    return value


def _with(state: State, register: int, value: Value | None) -> State:
    if register == 31:
        raise Doubt("has an instruction that is not understood")
    found = {**state}
    if value is None:
        found.pop(register, None)
    else:
        found[register] = value
    return found


def _without(state: State, registers: tuple[int, ...]) -> State:
    return {register: value for register, value in state.items() if register not in registers}
