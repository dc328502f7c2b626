"""Functions and data without their addresses: a shape, and in order what it refers to.

Two pieces with equal shapes do the same if what they refer to does, reference by reference (`compare`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from benchmark_ci.prove import layout
from benchmark_ci.prove.cuts import Cuts
from benchmark_ci.prove.decode import decoder_for
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image, Symbol
from benchmark_ci.prove.form import Border, Edge, Form, Kind, Neighbour, Node, Writer
from benchmark_ci.prove.instructions import Body, Landing, Reference, Use
from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.prove.relocations import Pointer
from benchmark_ci.prove.unwinding import Unwinding

LARGEST_FUNCTION = 16 * 1024 * 1024
LARGEST_OBJECT = 256 * 1024 * 1024


class _Around:
    """What a decoder may ask about one function."""

    def __init__(self, where: layout.Layout, unwinding: Unwinding | None, symbol: Symbol) -> None:
        self._layout = where
        self._unwinding = unwinding
        self._symbol = symbol

    def table(self, address: int) -> bytes:
        """As `Around` says."""
        return self._layout.own_tables(address, self._symbol)

    def landings(self) -> Sequence[Landing]:
        """As `Around` says."""
        return self._unwinding.landings(self._symbol.start, self._symbol.end) if self._unwinding else ()


class Canonical:
    """The canonical forms of one executable's pieces."""

    def __init__(self, image: Image, linker_map: LinkerMap | None, *, optimised: bool = True) -> None:
        """`optimised` as in `Layout`. Raises Doubt when nothing here understands the executable's code."""
        self.image = image
        self._layout = layout.Layout(image, linker_map, optimised=optimised)
        self._cuts = Cuts(image, self._layout)
        self._decoder = decoder_for(image.machine)
        if self._decoder.parted and linker_map is None:
            raise Doubt("there is no linker map beside the executable")
        self._unwinding = Unwinding(image) if self._decoder.parted else None
        self._forms: dict[Node, Form] = {}

    def form(self, node: Node) -> Form:
        """The form of a node; raises Doubt."""
        known = self._forms.get(node)
        if known is None:
            known = self._forms[node] = self._form(node)
        return known

    def _form(self, node: Node) -> Form:
        if node.kind is Kind.FUNCTION:
            return self._function(node)
        if node.kind is Kind.THREAD:
            return self._thread_image()
        return self._object(node)

    def refers(self, node: Node) -> Iterator[Edge]:
        """What a piece refers to, and what else an address that it takes may mean; raises Doubt."""
        form = self.form(node)
        yield from form.edges
        for border in form.borders:
            yield from (Edge(near.node, False) for near in border if near is not None)

    @property
    def tells_calls(self) -> bool:
        """Whether callgrind always tells who calls."""
        return not self._decoder.parted

    def leads_to(self, address: int) -> int | None:
        """Where the instruction at an address jumps or calls, as `Decoder` says."""
        section = self.image.section(address)
        if section is None or not section.code:
            return None
        return self._decoder.leads_to(self.image.read(address, min(address + 16, section.end)), address)

    def function_node(self, symbol: Symbol) -> Node:
        """The node of a function."""
        return Node(Kind.FUNCTION, symbol.start, symbol.end)

    def _function(self, node: Node) -> Form:
        symbol, body = self._body(node)
        writer = Writer(body.shape)
        used = self._used_otherwise(body)
        for reference in body.references:
            writer.note(f"{reference.at}:{reference.use}:{reference.size}")
            self._refer(
                writer, reference, symbol, used if self._cuts.only_handed(symbol, reference) else None
            )
        if body.thread_local:
            writer.edge(Node(Kind.THREAD, *self.image.thread_image[::2]), False)
        return writer.form()

    def _body(self, node: Node) -> tuple[Symbol, Body]:
        symbol = self.image.functions[node.start]
        if symbol.indirect:
            raise Doubt("is chosen when the program starts")
        if node.end - node.start > LARGEST_FUNCTION:
            raise Doubt("is too large")
        if self._decoder.parted and self.image.marks_data(node.start, node.end):
            raise Doubt("has data among its code")
        around = _Around(self._layout, self._unwinding, symbol)
        body = self._decoder.decode(self.image.read(node.start, node.end), node.start, around)
        return symbol, self._cuts.checked(symbol, body)

    def _used_otherwise(self, body: Body) -> frozenset[layout.Extent]:
        """Objects that a function uses by an address that cannot mean another one."""
        found = set()
        for reference in body.references:
            section = self.image.section(reference.target)
            if section is not None and not section.code:
                with suppress(Doubt):
                    found.add(self._layout.object_at(reference.target))
        return frozenset(found)

    def _refer(
        self,
        writer: Writer,
        reference: Reference,
        symbol: Symbol,
        used: frozenset[layout.Extent] | None,
    ) -> None:
        section = self.image.section(reference.target)
        if section is None:
            raise Doubt("refers to memory outside of every section")
        if section.code:
            self._refer_to_code(writer, reference.target, reference.use)
        elif reference.use is Use.ADDRESS:
            self._take_address(writer, reference, symbol, used)
        elif section.constant:
            self._slice(writer, reference.target, reference.size, reference.use is Use.BRANCH)
        else:
            if reference.target + reference.size > self._layout.object_at(reference.target)[1]:
                raise Doubt("reads over the end of a variable")
            self._variable(writer, reference.target, symbol, frozenset())

    def _refer_to_code(self, writer: Writer, target: int, use: Use) -> None:
        if use is Use.READ:
            raise Doubt("reads code")
        function = self.image.function(target)
        if function is not None:
            if self._decoder.parted and use is Use.ADDRESS and target != function.start:
                raise Doubt("takes an address within a function")
            writer.note(f"code+{target - function.start}")
            writer.edge(self.function_node(function), use is Use.BRANCH)
            return
        section = self.image.section(target)
        assert section is not None  # noqa: S101 - the caller found it
        slot = self._decoder.stub_slot(self.image.read(target, min(target + 32, section.end)), target)
        if slot is None:
            raise Doubt("refers to code without a symbol")
        self._slice(writer, slot, 8, use is Use.BRANCH)

    def _take_address(
        self, writer: Writer, reference: Reference, symbol: Symbol, used: frozenset[layout.Extent] | None
    ) -> None:
        """Whoever has the address may read the whole object, and a loop its neighbour's end (`layout`).

        `used`, where the address is only handed on: a neighbour is meant only if it is one of these. An end
        is of no use to anyone without a beginning.
        """
        target = reference.target
        section = self.image.section(target)
        assert section is not None  # noqa: S101 - the caller found it
        if not section.constant:
            self._variable(writer, target, symbol, used)
            return
        if table := reference.jumps or self._jump_table(target, symbol):
            writer.note("jumps " + ",".join(self._jumps(table, symbol)))
            return
        ended = self._layout.ended_at(target, symbol)
        start, end = ended or self._layout.object_at(target)
        writer.note(f"data{target - start}")
        writer.edge(Node(Kind.CONSTANT, start, end), False)
        if ended:
            writer.border(Border(None, None))
        else:
            self._border(writer, target, symbol, used)

    def _jump_table(self, target: int, symbol: Symbol) -> list[int] | None:
        """A table whose entries are told without the instructions that use it."""
        return None if self._decoder.parted else self._layout.jump_table(target, symbol)

    def _jumps(self, table: Sequence[int], function: Symbol) -> Iterable[str]:
        """What the entries of a function's jump table are written as."""
        return map(str, table)

    def _variable(
        self, writer: Writer, target: int, symbol: Symbol, used: frozenset[layout.Extent] | None
    ) -> None:
        start, end = self._layout.object_at(target)
        writer.note(f"variable+{target - start}")
        writer.edge(Node(Kind.VARIABLE, start, end), False)
        self._border(writer, target, symbol, used)

    def _border(
        self, writer: Writer, target: int, symbol: Symbol, used: frozenset[layout.Extent] | None
    ) -> None:
        found: list[Neighbour | None] = []
        for extent in self._layout.neighbours(target, symbol):
            if extent is None or (used is not None and extent not in used):
                found.append(None)
                continue
            section = self.image.section(extent[0])
            constant = section is not None and section.constant
            node = Node(Kind.CONSTANT if constant else Kind.VARIABLE, *extent)
            found.append(Neighbour(node, target - extent[0]))
        writer.border(Border(*found))

    def _slice(self, writer: Writer, start: int, size: int, called: bool) -> None:
        """Constant bytes that an instruction reads: exactly these, and what pointers in them point at."""
        content = bytearray(self.image.read(start, start + size))
        for place in self.image.places(start - 7, start + size):
            if place < start or place + 8 > start + size:
                raise Doubt("reads a part of a pointer")
            content[place - start : place - start + 8] = bytes(8)
            writer.note(f"at{place - start}")
            self._point(writer, self.image.pointers[place], called)
        writer.note("bytes")
        writer.raw(bytes(content))

    def _point(self, writer: Writer, pointer: Pointer, called: bool) -> None:
        """What a pointer in memory points at."""
        if pointer.address is None:
            if pointer.name.startswith("\0"):
                raise Doubt("depends on what is chosen when the program starts")
            if pointer.name.startswith("thread-local"):
                writer.edge(Node(Kind.THREAD, *self.image.thread_image[::2]), False)
            writer.note(f"import {pointer.name}")
            return
        section = self.image.section(pointer.address)
        if section is None:
            # the end of a section, or a made-up pointer that nothing may follow
            raise Doubt("holds a pointer to nowhere")
        if section.code:
            self._refer_to_code(writer, pointer.address, Use.BRANCH if called else Use.ADDRESS)
            return
        start, end = self._layout.object_at(pointer.address)
        writer.note(f"object+{pointer.address - start}")
        writer.edge(Node(Kind.CONSTANT if section.constant else Kind.VARIABLE, start, end), False)

    def _object(self, node: Node) -> Form:
        section = self.image.section(node.start)
        if section is None or node.end - node.start > LARGEST_OBJECT:
            raise Doubt("lies outside of every section")
        if node.kind is Kind.CONSTANT and (path := self._layout.location_path(node.start, node.end)):
            return Form(b"location " + path, ())
        writer = Writer(f"{node.kind} {node.end - node.start} ".encode())
        if section.data is None:
            writer.note("zeros")
            return writer.form()
        if node.kind is Kind.CONSTANT and (targets := self._layout.offset_table(node.start, node.end)):
            writer.note("offsets")
            for target in targets:
                start, end = self._layout.object_at(target)
                writer.note(f"object+{target - start}")
                writer.edge(Node(Kind.CONSTANT, start, end), False)
            return writer.form()
        self._slice(writer, node.start, node.end - node.start, False)
        return writer.form()

    def _thread_image(self) -> Form:
        start, filled, size = self.image.thread_image
        writer = Writer(f"thread {filled} {size} ".encode())
        if filled:
            self._slice(writer, start, filled, False)
        return writer.form()
