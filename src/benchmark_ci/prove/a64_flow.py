"""What becomes of an address after an A64 function took it, along every path of the function (`flow`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from benchmark_ci.prove.a64_meaning import STACK, Meaning, meaning
from benchmark_ci.prove.a64_paths import Paths
from benchmark_ci.prove.a64_words import WORD, Flow, Form, literal_register, mentions
from benchmark_ci.prove.flow import Fate, Handing, Slot, Taken

_KEPT_BY_CALLS = range(19, 30)
_FRAME = (STACK, 29)
_CHOICES = ("csel", "fcsel")
_ENDS = (Flow.RETURN, Flow.STOP)
_CALLS = (Flow.CALL, Flow.CALL_REGISTER)
_ADDRESS = 8  # bytes
_NOWHERE = -1  # where an address cannot be followed


def fates(paths: Paths, taken: Iterable[Taken]) -> dict[int, Fate]:
    """The addresses of which everything is known, by reference; `taken` by offset."""
    return _Handing(paths).follow(list(taken))


class _Handing(Handing):
    def __init__(self, paths: Paths) -> None:
        super().__init__()
        self._paths = paths
        self._loads: dict[Slot, list[tuple[int, int | None]]] | None = None

    def _can_follow(self, register: int) -> bool:
        return 0 <= register < 30

    def _step(self, one: Taken) -> None:
        index = one.at // WORD
        if index >= len(self._paths.words):
            return
        word, known = self._paths.words[index], self._paths.known[index]
        if known.flow in _ENDS:
            return
        if known.flow in _CALLS:
            if known.flow is Flow.CALL_REGISTER and word >> 5 & 31 == one.register:
                self._open.add(one.reference)
            elif one.register in _KEPT_BY_CALLS:
                self._go_on(one)
        elif known.flow is Flow.JUMP_REGISTER and word >> 5 & 31 == one.register:
            self._open.add(one.reference)
        elif known.flow is Flow.NEXT:
            self._plain(one, word)
        else:
            self._branch(one, word)

    def _branch(self, one: Taken, word: int) -> None:
        """A branch; that a register is zero may be asked, but not whether one of its bits is."""
        known = self._paths.known[one.at // WORD]
        looks_at_bit = known.flow is Flow.CONDITIONAL and word & 0x7E000000 == 0x36000000
        if known.flow is Flow.SYSTEM or (looks_at_bit and word & 31 == one.register):
            self._open.add(one.reference)
            return
        if known.form is Form.BRANCH and self._paths.inside(one.at) is None:
            self._leaves[one.reference].add(self._paths.start + one.at + known.distance)
        self._go_on(one)

    def _go_on(self, one: Taken) -> None:
        for target, _ in self._paths.next_of(one.at):
            self._put(target, one.register, one.reference)

    def _plain(self, one: Taken, word: int) -> None:
        if self._paths.known[one.at // WORD].form is not Form.NONE:
            # takes another address, or loads from a distance
            literal = self._paths.known[one.at // WORD].form is Form.LITERAL
            if one.register != (literal_register(word) if literal else word & 31):
                self._go_on(one)
            return
        if not mentions(word) >> one.register & 1:
            self._go_on(one)
            return
        done = meaning(word)
        if done is None or not _harmless(word, done, one.register):
            self._open.add(one.reference)
            return
        self._copy(one, done)
        kept = one.register not in done.writes or (
            done.mnemonic in _CHOICES and one.register in done.uses  # it may be the same one
        )
        if kept:
            self._go_on(one)

    def _copy(self, one: Taken, done: Meaning) -> None:
        """Where a copy of the address is from here on: in another register, or in the frame."""
        if one.register not in done.uses:
            return
        if done.memory is None:
            for written in done.writes:
                if written != one.register:
                    self._put(one.at + WORD, written, one.reference)
            return
        for slot, register in _slots(done):
            if register == one.register:
                for at, into in self._loaded(slot):
                    if into is not None:
                        self._put(at + WORD, into, one.reference)

    def _loaded(self, slot: Slot) -> list[tuple[int, int | None]]:
        """All instructions of the function that load from a place of the frame, and into what."""
        if self._loads is None:
            self._loads = defaultdict(list)
            for index, word in enumerate(self._paths.words):
                # only loads and stores, that have a register of the frame as base
                if word & 0x0A000000 != 0x08000000 or word >> 5 & 31 not in _FRAME:
                    continue
                done = meaning(word)
                if done is not None and done.memory is not None and not (done.uses and done.data):
                    for place, register in _slots(done):
                        self._loads[place].append((index * WORD, register))
        return self._loads.get(slot, [])


def _harmless(word: int, done: Meaning, register: int) -> bool:
    """Whether a register that holds an address is only handed on, or read from at a fixed distance."""
    if done.memory is not None:
        place = done.memory
        if place.added is not None and register in (place.base, place.added):
            return False  # an index counts from it, or is it
        if register == place.base and (place.moves_base or place.distance < 0):
            return False
        # stored, not exchanged for something, and not into a frame that grows with it
        return register not in done.uses or (bool(done.data) and not place.moves_base)
    if register not in done.uses:
        return True
    if done.mnemonic == "cmp":
        return word & 0xFFFFFC00 == 0xF100_0000  # with nothing
    if word >> 25 & 7 == 7:
        # nobody counts up to an end in a vector register: what is moved to one will be stored
        return done.mnemonic in ("fmov", "dup", "mov", "ins") and not done.writes
    return done.mnemonic in ("mov", "csel") and word >> 31 == 1


def _slots(done: Meaning) -> list[tuple[Slot, int | None]]:
    """The places of the frame that an instruction transfers, each with its register; None: a vector's."""
    memory = done.memory
    if memory is None or memory.base not in _FRAME or memory.added is not None:
        return []
    if not done.data:
        return [((memory.base, memory.distance), _NOWHERE)]
    found: list[tuple[Slot, int | None]] = []
    distance = memory.distance
    for register, size in done.data:
        found += [((memory.base, place), register) for place in range(distance, distance + size, _ADDRESS)]
        distance += size
    return found
