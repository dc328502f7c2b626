"""The linker's map: where each constant begins and ends, which the executable itself does not say.

LLD writes a table of `VMA LMA Size Align Out In Symbol`, mold one without LMA, GNU ld its own form; of all
only the lines of input sections are read. rustc gives each constant a section of its own, so such a line is a
constant.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from benchmark_ci.prove.doubt import Doubt

LARGEST_BYTES = 512 * 1024 * 1024

_LLD = re.compile(rb"^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ {9}(\S.*):\((\.[^()]*)\)$", re.MULTILINE)
_MOLD = re.compile(rb"^ *0x([0-9a-f]+) +([0-9]+) +\d+ {9}(\S.*):\((\.[^()]*)\)$", re.MULTILINE)
_GNU = re.compile(rb"^ (\.\S+)(?:\n)? +0x([0-9a-f]+) +0x([0-9a-f]+) (\S.*)$", re.MULTILINE)
_NOT_IN_MEMORY = (
    *(b".debug", b".zdebug", b".comment", b".symtab", b".strtab", b".shstrtab", b".stab", b".gdb", b".llvm"),
    *(b".note.GNU-stack", b".gnu.warning", b".gnu.lto", b".rela.debug"),
    b".tbss",  # thread-local zeros take no room: their addresses overlap what follows them
)
_MERGED = re.compile(r"\.cst([0-9]+)(?:\.|$)")
_STRINGS = re.compile(r"\.str[0-9]*\.([0-9]+)|\.rodata\.str|\.debug_str")


class Piece:
    """An input section: [start, end), its name, and the object file that it is from (`origin`).

    Equal constants of `element` bytes each, or equal strings, may be merged in it.
    """

    __slots__ = ("element", "end", "name", "origin", "start", "strings")

    def __init__(self, start: int, end: int, name: str, origin: bytes) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.origin = origin
        merged = _MERGED.search(name)
        self.element = int(merged[1]) if merged else 0
        self.strings = _STRINGS.search(name) is not None

    @property
    def merged(self) -> bool:
        """Whether its content may stand elsewhere."""
        return bool(self.element) or self.strings


class LinkerMap:
    """Input sections by address."""

    def __init__(self, text: bytes) -> None:
        """Raises Doubt when the text is no map that we know, or its sections overlap."""
        found = [(int(m[1], 16), int(m[2], 16), m[4], m[3]) for m in _LLD.finditer(text)]
        if not found:
            found = [(int(m[1], 16), int(m[2]), m[4], m[3]) for m in _MOLD.finditer(text)]
        if not found:
            found = [(int(m[2], 16), int(m[3], 16), m[1], m[4]) for m in _GNU.finditer(text)]
        pieces = sorted(
            {
                (start, start + size, name.decode("utf-8", "replace"), origin)
                for start, size, name, origin in found
                if start and size and not name.startswith(_NOT_IN_MEMORY)
            }
        )
        if not pieces:
            raise Doubt("the linker map beside the executable cannot be read")
        self._pieces: list[Piece] = []
        for start, end, name, origin in pieces:
            self._add(Piece(start, end, name, origin))
        self._starts = [piece.start for piece in self._pieces]

    def _add(self, piece: Piece) -> None:
        """Add a piece behind all others.

        GNU ld tells of constants that it merged into those of other files as if they stood here: these
        overlap what really does. Who uses one of them finds it elsewhere.
        """
        before = self._pieces[-1] if self._pieces else None
        if before is None or piece.start >= before.end:
            self._pieces.append(piece)
            return
        here = piece.start == before.start
        if not before.merged and not (here and piece.merged):
            raise Doubt("the linker map beside the executable has sections that overlap")
        if before.merged:
            self._pieces.pop()
        if not (here and piece.merged):
            self._add(piece)

    def at(self, address: int) -> Piece | None:
        """The input section that holds an address."""
        index = bisect_right(self._starts, address) - 1
        if index < 0 or address >= self._pieces[index].end:
            return None
        return self._pieces[index]
