"""Where data begins and ends, and what kind of table it is."""

from __future__ import annotations

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image, Symbol
from benchmark_ci.prove.linkermap import LinkerMap, Piece
from benchmark_ci.prove.names import is_part

NEAR = 64
"""A base that a compiler folded an index into lies at most so far before its object."""
TINY = 8
MERGED = "_MergedGlobals"
"""Variables that LLVM put together, so that a function finds one by the distance from another."""
LONGEST_PATH = 4096
LONGEST_TABLE = 65536
_TABLES_FOR = ("", "unlikely.", "hot.")  # code that is said to run rarely or often

Extent = tuple[int, int]


class Layout:
    """The extents of one executable's objects: from symbols (statics) and the linker's map (all else)."""

    def __init__(self, image: Image, linker_map: LinkerMap | None, *, optimised: bool = True) -> None:
        """`optimised`: whether a compiler may have folded an index into an address."""
        self._tiny = TINY if optimised else 0
        self._image = image
        self._map = linker_map
        self._function_names = {symbol.name for symbol in image.functions.values()}

    def object_at(self, address: int) -> Extent:
        """The object that holds an address; Doubt when nobody says where it begins and ends."""
        found = self._find(address)
        if found is None:
            found = self._find(address - 1)  # one past the end
            if found is None or found[1] != address:
                raise Doubt(
                    "uses a constant whose size nothing tells"
                    + ("" if self._map else " (there is no linker map beside the executable)")
                )
        return found

    def neighbours(self, address: int, function: Symbol) -> tuple[Extent | None, Extent | None]:
        """What else than its object a function may mean by an address that it takes.

        The object that ends there (loops count up to an end); and the one that begins soon after (an index
        that starts at 1 is folded into the base). A neighbour that the function's object file cannot know is
        not meant.
        """
        inside = self.object_at(address)
        before = self._find(address - 1) if inside[0] == address else None
        soon = NEAR if address > inside[0] else self._tiny
        after = self._following(inside[1]) if inside[1] - address <= soon else None
        found = [
            one if one and one != inside and self._known_to(function, one, address > inside[0]) else None
            for one in (before, after)
        ]
        return found[0], found[1]

    def ended_at(self, address: int, function: Symbol) -> Extent | None:
        """The object that ends where the jump tables of another function begin; None elsewhere.

        Nobody but their function, or a part of it, refers to those: there an address can only mean an end.
        """
        piece = self._map.at(address) if self._map else None
        owner = piece.name.removeprefix(".rodata.") if piece and piece.start == address else ""
        if piece is None or owner == piece.name or owner not in self._function_names:
            return None
        if owner == function.name or is_part(owner) or is_part(function.name):
            return None
        before = self._find(address - 1)
        return before if before and before[1] == address else None

    def _known_to(self, function: Symbol, extent: Extent, inner: bool) -> bool:
        """Whether a function's object file can name an object: what lies in it, as far as is known."""
        section = self._image.section(extent[0])
        if section is not None and not section.constant and extent[1] - extent[0] <= TINY:
            return False  # an atomic or a flag: nothing is indexed in it
        if self._map is None:
            return True
        code, data = self._map.at(function.start), self._map.at(extent[0])
        if code is None or data is None:
            return True
        if self._holds_tables(data):
            return False  # which `jump_table` reads
        if data.element or data.strings:
            # merged constants stand in any order; only an address inside of one may mean the next
            return inner
        return data.origin == code.origin

    def _following(self, end: int) -> Extent | None:
        for address in range(end, end + 16):
            if found := self._find(address):
                return found
        return None

    def _find(self, address: int) -> Extent | None:
        section = self._image.section(address)
        if section is None or section.code:
            return None
        piece = self._map.at(address) if self._map else None
        if piece is not None and MERGED in piece.name:
            return (piece.start, min(piece.end, section.end))
        if symbol := self._image.object(address):
            return (symbol.start, min(symbol.end, section.end))
        if section.name.startswith(".got"):
            return self._slot(section.start, address)
        if piece is None:
            return None
        return self._within(piece, address, section.end)

    def _within(self, piece: Piece, address: int, limit: int) -> Extent | None:
        end = min(piece.end, limit)
        if piece.element:
            start = address - (address - piece.start) % piece.element
            return (start, start + piece.element) if start + piece.element <= end else None
        if piece.strings:
            content = self._image.read(piece.start, end)
            offset = address - piece.start
            stop = content.find(b"\0", offset)
            return (
                (content.rfind(b"\0", 0, offset) + 1 + piece.start, piece.start + stop + 1)
                if stop >= 0
                else None
            )
        return (piece.start, end)

    def _slot(self, first: int, address: int) -> Extent:
        """A word of the global offset table: the linker made it, no line of the map tells."""
        start = address - (address - first) % 8
        return (start, start + 8)

    def location_path(self, start: int, end: int) -> bytes | None:
        """The file of a `core::panic::Location`: a path with its length, a line, a column. None: it is none.

        Line and column change whenever a line is added above, and nothing but a panic's message shows them.
        """
        if end - start != 24 or self._image.places(start, end) != [start]:
            return None
        pointer = self._image.pointers[start].address
        length = self._image.word(start + 8)
        if pointer is None or not 3 < length <= LONGEST_PATH:
            return None
        section = self._image.section(pointer)
        if section is None or not section.constant or section.code or pointer + length > section.end:
            return None
        path = self._image.read(pointer, pointer + length)
        return path if path.endswith((b".rs", b".rs\0")) and b"\0" not in path[:-1] else None

    def jump_table(self, address: int, function: Symbol) -> list[int] | None:
        """Where a jump table's entries lead within its function; None when it is no jump table.

        Entries are distances from the table. All of the function's tables stand in a section of its name, one
        behind the other: the run of entries that lead into the function covers this one.
        """
        section = self._image.section(address)
        piece = self._map.at(address) if self._map else None
        if section is None or section.data is None:
            return None
        found: list[int] = []
        end = min(section.end, address + 4 * LONGEST_TABLE, piece.end if piece else section.end)
        content = section.data[address - section.start : end - section.start]
        for offset in range(0, len(content) - 3, 4):
            target = address + int.from_bytes(content[offset : offset + 4], "little", signed=True)
            if not function.start <= target < function.end:
                break
            found.append(target - function.start)
        if piece and piece.name != f".rodata.{function.name}" and 4 * len(found) != end - address:
            # strangers beside the table: then it is not one, or it cannot be told where it ends
            if found:
                raise Doubt("has a table whose end cannot be told")
            return None
        return found if len(found) > 1 else None

    def is_table(self, address: int) -> bool:
        """Whether an address is that of a jump table, of whatever function."""
        piece = self._map.at(address) if self._map else None
        return piece is not None and self._holds_tables(piece)

    def _holds_tables(self, piece: Piece) -> bool:
        name = piece.name.removeprefix(".rodata.")
        kinds = (name.removeprefix(kind) for kind in _TABLES_FOR)
        return name != piece.name and not self._function_names.isdisjoint(kinds)

    def own_tables(self, address: int, function: Symbol) -> bytes:
        """From an address to the end of what a compiler keeps for a function's jump tables alone."""
        piece = self._map.at(address) if self._map else None
        names = {
            f".rodata.{kind}{name}" for name in self._image.aliases[function.start] for kind in _TABLES_FOR
        }
        if piece is None or piece.name not in names:
            raise Doubt("has a table whose end cannot be told")
        return self._image.read(address, piece.end)

    def offset_table(self, start: int, end: int) -> list[int] | None:
        """What the entries of a table of distances from its start lead to; None when it is no such table.

        Raises Doubt when it may be one, but not to the starts of constants.
        """
        piece = self._map.at(start) if self._map else None
        section = self._image.section(start)
        if piece is None or piece.strings or piece.element or self._image.places(start, end):
            return None
        if section is None or (end - start) % 4 or end - start < 8:
            return None
        content = self._image.read(start, end)
        targets = [
            start + int.from_bytes(content[offset : offset + 4], "little", signed=True)
            for offset in range(0, len(content), 4)
        ]
        if ("switch.table" in piece.name and piece.name.endswith(".rel")) or "reltable" in piece.name:
            return targets
        if all(self._in_code(target) for target in targets):
            raise Doubt("has a table that may lead to code")
        return targets if all(self._begins(target) for target in targets) else None

    def _in_code(self, address: int) -> bool:
        section = self._image.section(address)
        return section is not None and section.code

    def _begins(self, address: int) -> bool:
        found = self._find(address)
        return found is not None and found[0] == address
