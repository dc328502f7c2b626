"""The paths through an A64 function, and what its registers hold along them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark_ci.prove.a64_values import (
    Goal,
    Label,
    Page,
    State,
    Value,
    Whole,
    after_call,
    join,
    plain,
)
from benchmark_ci.prove.a64_words import (
    NOP,
    PAGE,
    WORD,
    Flow,
    Form,
    Word,
    fields,
    literal_register,
    look,
    mentions,
)
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.instructions import Around

MOST_TURNS = 40
"""Per instruction of a function."""

_CALLS = (Flow.CALL, Flow.CALL_REGISTER)
_GOES_ON = (Flow.NEXT, Flow.CONDITIONAL, *_CALLS, Flow.SYSTEM)


class Paths:
    """One function: its instructions by offset, what each finds in registers, and where jump tables lead.

    Only instructions that a path leads to have a state.
    """

    def __init__(
        self, code: bytes, start: int, words: Sequence[int], around: Around, *, whole: bool = False
    ) -> None:
        """Raises Doubt when what one needs to know is not told. `whole`: what `doubtful_pages` are."""
        self._whole = frozenset(doubtful_pages(words, start)) if whole else frozenset()
        self.start = start
        self.end = start + len(code)
        self.words = words
        self.known = [_look(word) for word in words]
        self.jumps: dict[int, tuple[int, ...]] = {}  # by the offset of a jump: offsets
        self.tables: dict[int, tuple[Goal, tuple[int, ...]]] = {}  # by address
        self._masks = [mentions(word) for word in words]
        self._around = around
        self._wholes: set[int] = set()
        self._turns = MOST_TURNS * len(words)
        self._pads: dict[int, list[int]] = {}
        if any(one.flow in _CALLS for one in self.known):
            for landing in around.landings():
                if landing.offset % WORD:
                    raise Doubt("has a table for unwinding that cannot be read")
                for at in range(landing.first - landing.first % WORD, landing.end, WORD):
                    if self.known[at // WORD].flow in _CALLS:
                        self._pads.setdefault(at, []).append(landing.offset)
        self._leaders = {0, *(pad for pads in self._pads.values() for pad in pads)}
        for index, one in enumerate(self.known):
            inside = self.inside(index * WORD)
            if inside is not None:
                self._leaders.add(inside)
            if one.flow not in (Flow.NEXT, Flow.SYSTEM):
                self._leaders.add((index + 1) * WORD)
        self._entered: dict[int, State] = {}
        self._settle()

    def inside(self, at: int) -> int | None:
        """The offset that a branch leads to; None when it is none or leaves the function."""
        one = self.known[at // WORD]
        if one.form is not Form.BRANCH or not 0 <= at + one.distance < self.end - self.start:
            return None
        return at + one.distance

    def states(self) -> Iterator[tuple[int, State, State]]:
        """Of each instruction that a path leads to: its offset, what it finds, and what it leaves."""
        for leader in sorted(self._entered):
            yield from self._walk(leader)

    def next_of(self, at: int) -> list[tuple[int, bool]]:
        """The offsets behind an instruction; whether a panic leads there. They may lie at the end."""
        one = self.known[at // WORD]
        found = [(at + WORD, False)] if one.flow in _GOES_ON else []
        inside = self.inside(at)
        if inside is not None and one.flow in (Flow.BRANCH, Flow.CONDITIONAL):
            found.append((inside, False))
        found += [(target, False) for target in self.jumps.get(at, ())]
        return found + [(pad, True) for pad in self._pads.get(at, ())]

    def _settle(self) -> None:
        """Go along all paths until nothing new is found out; tables lead to new ones.

        Where a table ends is only known when all are, and until then it may seem to lead anywhere.
        """
        known = (-1, -1)
        while known != (known := (len(self._leaders), len(self._wholes))):
            self.jumps, self.tables, self._entered = {}, {}, {0: {}}
            queue = [0]
            while queue:
                self._go(queue.pop(), queue)
        self._finish_tables()

    def _go(self, leader: int, queue: list[int]) -> None:
        at, before, after = leader, self._entered[leader], self._entered[leader]
        try:
            for at, before, after in self._walk(leader):  # noqa: B007 - the last ones are meant
                self._turns -= 1
        except Doubt:
            return  # whoever asks for the states hears of it, if it is true
        if self._turns < 0:
            raise Doubt("has too many paths")
        one = self.known[at // WORD]
        if one.flow is Flow.JUMP_REGISTER:
            self._jump(at, after)
        for target, panicked in self.next_of(at):
            if panicked:
                self._enter(target, after_call(before, panicked=True), queue)
            elif target < self.end - self.start:
                self._enter(target, after, queue)

    def _enter(self, target: int, state: State, queue: list[int]) -> None:
        known = self._entered.get(target)
        together = state if known is None else join(known, state)
        if known is None or together != known:
            self._entered[target] = together
            queue.append(target)

    def _walk(self, leader: int) -> Iterator[tuple[int, State, State]]:
        """From a leader up to the next one."""
        state = self._entered[leader]
        for at in range(leader, self.end - self.start, WORD):
            if at != leader and at in self._leaders:
                return
            after = self._after(at, state)
            yield at, state, after
            state = after
            if self.known[at // WORD].flow not in (Flow.NEXT, Flow.SYSTEM):
                return

    def _after(self, at: int, state: State) -> State:
        one, word = self.known[at // WORD], self.words[at // WORD]
        if one.flow is not Flow.NEXT:
            return self._jumped(one, word, state)
        if one.form in (Form.PAGE_ADDRESS, Form.NEAR_ADDRESS):
            value = self._address(at, one)
            if isinstance(value, Whole):
                self._wholes.add(value.address)
            return {**state, word & 31: value}
        if not state:
            return state
        if one.form is Form.LITERAL:
            loaded = literal_register(word)
            return {register: value for register, value in state.items() if register != loaded}
        mask = self._masks[at // WORD]
        if not any(mask >> register & 1 for register in state):
            return state
        after = plain(word, state)
        if isinstance(found := after.get(word & 31), Whole):
            self._wholes.add(found.address)
        return after

    def _jumped(self, one: Word, word: int, state: State) -> State:
        """What is known after a jump or call; it may look at a register that holds no part of an address."""
        looks = one.flow in (Flow.CONDITIONAL, Flow.RETURN) and word >> 24 != 0x54
        if looks or one.flow in (Flow.CALL_REGISTER, Flow.JUMP_REGISTER):
            register = word & 31 if one.flow is Flow.CONDITIONAL else fields(word)[1]
            value = state.get(register)
            allowed = (Whole, Goal) if one.flow is Flow.JUMP_REGISTER else (Whole,)
            if value is not None and not isinstance(value, allowed):
                raise Doubt("uses a part of an address")
        if one.flow in _CALLS:
            return after_call(state)
        if one.flow is Flow.SYSTEM:
            return {register: value for register, value in state.items() if register != 0}
        return state

    def _address(self, at: int, one: Word) -> Value:
        here = self.start + at
        if one.form is Form.PAGE_ADDRESS:
            return Page(here - here % PAGE + one.distance, frozenset((at,)))
        address = here + one.distance
        if self.start <= address < self.end:
            return Label(address - self.start, frozenset((at,)))
        if address % PAGE or at in self._whole:
            return Whole(address)
        return Page(address, frozenset((at,)))  # as linkers write it for an erratum (`doubtful_pages`)

    def _jump(self, at: int, state: State) -> None:
        goal = state.get(fields(self.words[at // WORD])[1])
        if not isinstance(goal, Goal):
            return  # a call that ends the function
        known = self.tables.setdefault(goal.entry.table, (goal, ()))[0]
        if known != goal._replace(taken=known.taken):
            raise Doubt("has a table that is used in two ways")
        self.jumps[at] = tuple(sorted({one for one in self._entries(goal) if one is not None}))
        self._leaders.update(self.jumps[at])

    def _entries(self, goal: Goal) -> list[int | None]:
        """Where each entry leads, up to the next table; None: out of the function."""
        size, table = goal.entry.size, goal.entry.table
        content = self._around.table(table)
        following = [address - table for address in self._wholes if 0 < address - table < len(content)]
        content = content[: min(following, default=len(content))]
        targets = (
            goal.label
            + (
                int.from_bytes(content[place : place + size], "little", signed=goal.entry.signed)
                << goal.shift
            )
            for place in range(0, len(content) - size + 1, size)
        )
        inside = self.end - self.start
        return [one if 0 <= one < inside and one % WORD == 0 else None for one in targets]

    def _finish_tables(self) -> None:
        """Once all tables are known, it is known where each ends."""
        for table, (goal, _) in self.tables.items():
            targets = self._entries(goal)
            if not targets or None in targets:
                raise Doubt("has a table whose end cannot be told")
            self.tables[table] = (goal, tuple(one for one in targets if one is not None))


def doubtful_pages(words: Sequence[int], start: int) -> list[int]:
    """Where a page's address is taken in one piece behind a `nop`.

    Linkers write so what else would be two instructions, where a processor's erratum (843419) forbids the
    first of these; then it is a part of an address. And they do so to save one of the two, which becomes the
    `nop`; then it is whole, and a page's by chance.
    """
    return [
        index * WORD
        for index, word in enumerate(words)
        if index and words[index - 1] == NOP and _look(word).form is Form.NEAR_ADDRESS
        and not (start + index * WORD + _look(word).distance) % PAGE
    ]  # fmt: skip


_known: dict[int, Word] = {}


def _look(word: int) -> Word:
    known = _known.get(word)
    if known is None:
        known = _known[word] = look(word)
    return known
