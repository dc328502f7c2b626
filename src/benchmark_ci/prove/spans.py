"""What a callgrind dump tells of one benchmark: what ran while it prepared, and what while it measured."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.instructions import ANYWHERE
from benchmark_ci.prove.names import readable

Place = int | str
"""A function: the address of one of the executable's own, or object and name of a library's."""

STARTS_THREAD = re.compile(r"\|(?:__)?(?:pthread_create|thrd_create)\b")
STARTS_PROCESS = re.compile(r"\|(?:_*v?fork|_Fork|posix_spawnp?|f?exec[lv]\w*|system|popen)\b")
UNWINDS = re.compile(r"\|_Unwind_(?:RaiseException|Resume_or_Rethrow|ForcedUnwind|Resume)\b")

_CRITERION = re.compile(r"<?\w*criterion\w*::")
_CONFIGURES = re.compile(r"^criterion::Criterion(?:<\S*>)?::configure_from_args$")

_Arcs = dict[tuple[Place, Place], int]


_USUAL_ALLOCATOR = "__rdl_alloc"

Arcs = Mapping[Place, list[Place]]


class Span:
    """From the end of the measurement before to the end of this one."""

    __slots__ = (
        "ancestors",
        "called_back",
        "entry",
        "instructions",
        "measured",
        "prepared",
        "processes",
        "repeated",
        "threads",
        "unwinds",
    )

    def __init__(self) -> None:
        self.entry = 0  # the method that measures
        self.instructions = 0  # of the measured region
        self.measured: frozenset[int] = frozenset()  # own functions that ran in it
        self.prepared: frozenset[int] = frozenset()  # own functions that ran around it
        self.ancestors: frozenset[int] = frozenset()  # own functions that called the method that measures
        self.repeated: frozenset[int] = frozenset()  # of these, those that run anew for each sample
        self.threads = False  # the measured region or its preparation started a thread
        self.processes = False  # the measured region started a process
        self.called_back = False  # a library called back, and nobody tells what ran behind such a call
        self.unwinds = False  # the measured region unwound its stack


class SpanReader:
    """Reads dumps of one executable."""

    def __init__(
        self,
        image: Image,
        executable: str,
        measuring: Collection[int],
        private: str = "\0",
        leads_to: Callable[[int], int | None] | None = None,
        *,
        same_harness: bool = False,
    ) -> None:
        """`executable` is the path that it was started with; libraries below `private` were built with it.

        `measuring`: where the methods that measure begin. `leads_to`, if callgrind does not always tell who
        calls: where the executable's instruction at an address jumps or calls (`Decoder`). `same_harness`:
        both sides have one release of Criterion, so what it does to read its arguments counts as nobody's
        preparation (`confined`).
        """
        self._leads_to = leads_to
        self._calling_back: set[Place] = set()
        self._same_harness = same_harness
        self._private = private.rstrip("/").encode() + b"/"
        self._image = image
        self._own = executable.encode()
        self._places: dict[bytes, Place] = {}
        self._measuring = frozenset(measuring)
        self._entries: set[Place] = set()

    def read(self, text: bytes) -> Span:
        """What a dump tells; raises Doubt when it is not as callgrind writes it."""
        arcs, costs, ran = self._arcs(text)
        entries = self._entries & ({callee for _, callee in arcs} | ran)
        outside = [(arc, cost) for arc, cost in costs.items() if arc[1] in entries and arc[0] not in entries]
        first = {arc[1] for arc, _ in outside}
        if len(first) != 1 or sum(arcs[arc] for arc, _ in outside) != 1:
            raise Doubt("its measured region was not entered exactly once")
        span = Span()
        [entry] = first
        assert isinstance(entry, int)  # noqa: S101 - entries are own functions
        span.entry = entry
        span.instructions = sum(cost for _, cost in outside)
        self._divide(span, arcs, ran, entries)
        return span

    def _divide(self, span: Span, arcs: _Arcs, ran: set[Place], entries: set[Place]) -> None:
        callees: dict[Place, list[Place]] = defaultdict(list)
        callers: dict[Place, list[Place]] = defaultdict(list)
        for caller, callee in arcs:
            callees[caller].append(callee)
            callers[callee].append(caller)
        inside = reach(callees, [span.entry], set())
        around = reach(callees, [place for place in ran if place not in inside], entries)
        span.measured = frozenset(place for place in inside if isinstance(place, int))
        preparing = around - self._of_the_harness(callees, ran)
        span.prepared = frozenset(place for place in preparing if isinstance(place, int) and place in ran)
        note_ancestors(span, callers, entries, self._image)
        span.threads = any(called(place, STARTS_THREAD) for place in inside | around)
        span.processes = any(called(place, STARTS_PROCESS) for place in inside)
        span.called_back = not self._calling_back.isdisjoint(inside)
        span.unwinds = any(called(place, UNWINDS) for place in inside)

    def _of_the_harness(self, callees: Arcs, ran: set[Place]) -> set[Place]:
        """What ran only to read Criterion's arguments.

        An allocator of the repository's own may keep what happened there: then everything prepares.
        """
        names = {place: self._image.functions[place].name for place in ran if isinstance(place, int)}
        if not self._same_harness or not any(_USUAL_ALLOCATOR in name for name in names.values()):
            return set()
        return confined(callees, ran, {place for place, name in names.items() if configures(name)})

    def _arcs(self, text: bytes) -> tuple[_Arcs, _Arcs, set[Place]]:  # noqa: C901 - one loop, millions of lines
        """Calls and their inclusive cost by (caller, callee), and all that ran."""
        self._calling_back = set()
        calls: dict[tuple[Place, Place], int] = defaultdict(int)
        costs: dict[tuple[Place, Place], int] = defaultdict(int)
        ran: set[Place] = set()
        here = there = b""  # objects
        name = called = b""
        call: tuple[int, bytes] | None = None
        try:
            for line in text.split(b"\n"):
                start = line[:2]
                if start == b"0x":
                    fields = line.split(b" ")
                    place = self._place(here, name, fields[0])
                    if call is None:
                        ran.add(place)
                        continue
                    callee = self._place(there, called, call[1])
                    if self._begins(callee, call[1]):
                        arc = (self._caller(place, fields[0], callee), callee)
                        calls[arc] += call[0]
                        costs[arc] += int(fields[2])
                    call = None
                elif start == b"fn":
                    name = line[3:]
                elif start == b"ob":
                    here = there = line[3:]
                elif line.startswith(b"cob="):
                    there = line[4:]
                elif line.startswith(b"cfn="):
                    called = line[4:]
                elif line.startswith(b"calls="):
                    count, target, _ = line[6:].split(b" ", 2)
                    call = (int(count), target)
                    if not target.startswith(b"0x"):
                        raise Doubt("a callgrind dump has no addresses")
                    continue
                if call is None and start == b"0x":
                    there = here
        except (ValueError, IndexError) as error:
            raise Doubt("a callgrind dump is not as callgrind writes it") from error
        if not text.rstrip().rpartition(b"\n")[2].startswith(b"totals:"):
            raise Doubt("a callgrind dump is cut short")
        return calls, costs, ran

    def _begins(self, callee: Place, target: bytes) -> bool:
        """Whether a call goes to where a function begins.

        On AArch64 callgrind takes some returns for calls, since they leave the stack as it was: to the place
        behind the call that they return from.
        """
        return self._leads_to is None or isinstance(callee, str) or int(target, 16) == callee

    def _caller(self, place: Place, site: bytes, callee: Place) -> Place:
        """Who calls: after such a return not who callgrind says, but who has that very call at this place."""
        if self._leads_to is None or isinstance(place, int) or isinstance(callee, str):
            return place
        target = self._leads_to(int(site, 16))
        if target == callee and (symbol := self._image.function(int(site, 16))):
            return symbol.start
        if target != ANYWHERE:
            self._calling_back.add(place)
        return place

    def _place(self, thing: bytes, name: bytes, address: bytes) -> Place:
        if thing != self._own:
            if thing.startswith(self._private):
                raise Doubt("it runs code of a library that was built with it")
            return f"{thing.decode('utf-8', 'replace')}|{name.decode('utf-8', 'replace')}"
        known = self._places.get(address)
        if known is None:
            symbol = self._image.function(int(address, 16))
            known = symbol.start if symbol else f"|{name.decode('utf-8', 'replace')}"
            self._places[address] = known
            if known in self._measuring:
                self._entries.add(known)
        return known


def note_ancestors(span: Span, callers: Arcs, entries: Collection[Place], image: Image) -> None:
    """Who called the method that measures, and up to where that is done again for each sample.

    That is up to Criterion's own function, which may hold the benchmark's closure inlined.
    """
    ancestors = reach(callers, callers[span.entry], entries)
    own = frozenset(place for place in ancestors if isinstance(place, int))
    criterion = {place for place in own if _CRITERION.match(readable(image.functions[place].name))}
    below = reach(callers, callers[span.entry], {*entries, *criterion})
    first = {place for one in {span.entry, *below} for place in callers.get(one, ()) if place in criterion}
    span.ancestors = own
    span.repeated = frozenset(place for place in below | first if isinstance(place, int))


def reach(arcs: Arcs, roots: Iterable[Place], walls: Collection[Place]) -> set[Place]:
    """All that `roots` reach along arcs without going through a wall."""
    seen = {root for root in roots if root not in walls}
    queue = list(seen)
    while queue:
        for place in arcs.get(queue.pop(), ()):
            if place not in seen and place not in walls:
                seen.add(place)
                queue.append(place)
    return seen


def configures(symbol: str) -> bool:
    """Whether a mangled name is that of Criterion's own method that reads the process's arguments."""
    return _CONFIGURES.match(readable(symbol)) is not None


def confined(arcs: Arcs, ran: Collection[Place], walls: Collection[Place]) -> set[Place]:
    """What ran only because a wall called for it, with the walls.

    Criterion reads the process's arguments before it knows any benchmark, and what comes of it is its own
    settings, of which a benchmark's code sees nothing. Whatever of that code runs elsewhere too is not
    confined.
    """
    within = reach(arcs, walls, ())
    outside = reach(arcs, [place for place in ran if place not in within], walls)
    return within - outside


def called(place: Place, wanted: re.Pattern[str]) -> bool:
    """Whether a library's function is one of these, whatever its version (`posix_spawnp@@GLIBC_2.15`)."""
    return isinstance(place, str) and wanted.search(place) is not None
