"""An executable as the proof sees it: sections, functions, objects, and what the loader writes where.

The file comes from strangers' code. Everything is bounded, and whatever is odd raises `Doubt`.
"""

from __future__ import annotations

import io
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Any, cast

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.relocations import Pointer, read_relative_table, read_table

MOST_SYMBOLS = 4_000_000
MOST_SECTIONS = 60_000
_SYMBOL = struct.Struct("<IBBHQQ")
_OBJECT, _FUNCTION, _IFUNC = 1, 2, 10
_ALLOC, _WRITE, _EXEC, _TLS = 0x2, 0x1, 0x4, 0x400
_CONSTANT_AFTER_START = (".data.rel.ro", ".got", ".init_array", ".fini_array", ".dynamic")

_BROKEN = (
    ELFError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the reader of ELF files raises, besides its own errors, when it is fed nonsense."""

Header = Mapping[str, Any]


class Section:
    """A section that is in memory; `data` is None where it starts as zeros."""

    __slots__ = ("code", "constant", "data", "end", "name", "start")

    def __init__(self, name: str, start: int, size: int, flags: int, data: bytes | None) -> None:
        self.name = name
        self.start = start
        self.end = start + size
        self.code = bool(flags & _EXEC)
        # the loader makes these read-only once it has written its pointers
        self.constant = not flags & _WRITE or name.startswith(_CONSTANT_AFTER_START)
        self.data = data


class Symbol:
    """A function or object: [start, end) and its mangled name."""

    __slots__ = ("end", "indirect", "name", "start")

    def __init__(self, start: int, size: int, name: str, indirect: bool) -> None:
        self.start = start
        self.end = start + size
        self.name = name
        self.indirect = indirect


class Image:
    """A position-independent 64-bit little-endian executable with symbols."""

    def __init__(self, content: bytes) -> None:
        """Raises Doubt when it is something else, or broken."""
        self.content = content
        self.sections: list[Section] = []
        self.thread_image: tuple[int, int, int] = (0, 0, 0)  # start, bytes with a content, bytes in all
        self._data_marks: list[int] = []
        try:
            self._read()
        except Doubt:
            raise
        except _BROKEN as error:
            raise Doubt(f"the executable cannot be read ({type(error).__name__})") from error

    def _read(self) -> None:
        elf = ELFFile(io.BytesIO(self.content))
        if elf.elfclass != 64 or not elf.little_endian:
            raise Doubt("the executable is not for a 64-bit little-endian machine")
        if elf["e_type"] != "ET_DYN":
            raise Doubt("the executable is not position-independent")
        if elf.num_sections() > MOST_SECTIONS:
            raise Doubt("the executable has too many sections")
        self.machine: str = elf["e_machine"]
        headers: list[tuple[str, Header]] = [
            (section.name, section.header) for section in elf.iter_sections()
        ]
        for name, head in headers:
            if head["sh_flags"] & _ALLOC and head["sh_size"] and not (
                head["sh_flags"] & _TLS and head["sh_type"] == "SHT_NOBITS"
            ):  # fmt: skip
                data = None if head["sh_type"] == "SHT_NOBITS" else self._bytes(head)
                self.sections.append(Section(name, head["sh_addr"], head["sh_size"], head["sh_flags"], data))
        self.sections.sort(key=lambda section: section.start)
        for before, after in zip(self.sections, self.sections[1:], strict=False):
            if before.end > after.start:
                raise Doubt("the executable has sections that overlap")
        self._section_starts = [section.start for section in self.sections]
        for segment in elf.iter_segments("PT_TLS"):
            self.thread_image = (segment["p_vaddr"], segment["p_filesz"], segment["p_memsz"])
        dynamic = cast(Any, elf.get_section_by_name(".dynamic"))
        self.needed: tuple[str, ...] = (
            tuple(tag.needed for tag in dynamic.iter_tags("DT_NEEDED")) if dynamic else ()
        )
        self._read_symbols(headers)
        self._read_pointers(headers)

    def _bytes(self, head: Header) -> bytes:
        offset, size = head["sh_offset"], head["sh_size"]
        data = self.content[offset : offset + size]
        if len(data) != size:
            raise Doubt("the executable is cut short")
        return data

    def _read_symbols(self, headers: list[tuple[str, Header]]) -> None:
        functions: dict[int, Symbol] = {}
        objects: dict[int, Symbol] = {}
        aliases: dict[int, set[str]] = {}
        code = {index for index, (_, head) in enumerate(headers) if head["sh_flags"] & _EXEC}
        for head in [head for _, head in headers if head["sh_type"] == "SHT_SYMTAB"]:
            names = self._bytes(headers[head["sh_link"]][1])
            table = self._bytes(head)
            if len(table) % _SYMBOL.size or len(table) // _SYMBOL.size > MOST_SYMBOLS:
                raise Doubt("the executable's symbol table is odd")
            for name, info, _, section, value, size in _SYMBOL.iter_unpack(table):
                kind = info & 15
                if not kind and section in code and _text(names, name).partition(".")[0] == "$d":
                    self._data_marks.append(value)
                if not section or not size or kind not in (_OBJECT, _FUNCTION, _IFUNC):
                    continue
                into = objects if kind == _OBJECT else functions
                text = _text(names, name)
                known = into.get(value)
                if known is None or known.end - value < size:
                    into[value] = Symbol(value, size, text, kind == _IFUNC)
                if into is functions:
                    aliases.setdefault(value, set()).add(text)
        if not functions:
            raise Doubt("the executable has no symbols (`strip` in the profile?)")
        self.functions = functions
        self.aliases = {start: sorted(found) for start, found in aliases.items()}  # all symbols of each
        self._function_starts = sorted(functions)
        self.objects = objects
        self._object_starts = sorted(objects)
        self._data_marks.sort()

    def _read_pointers(self, headers: list[tuple[str, Header]]) -> None:
        self.pointers: dict[int, Pointer] = {}
        for _, head in headers:
            kind = head["sh_type"]
            if not head["sh_flags"] & _ALLOC:
                continue
            if kind == "SHT_RELA":
                symbols = headers[head["sh_link"]][1]
                names = self._bytes(headers[symbols["sh_link"]][1])
                table = self._bytes(symbols) if symbols["sh_type"] == "SHT_DYNSYM" else b""
                read_table(self.machine, self._bytes(head), table, names, self.pointers)
            elif kind == "SHT_RELR":
                read_relative_table(self._bytes(head), self.word, self.pointers)
            elif kind == "SHT_REL":
                raise Doubt("the executable has relocations of a kind that is not known here")
        self.pointer_places = sorted(self.pointers)
        for place in self.pointer_places:
            section = self.section(place)
            if section is not None and section.code:
                raise Doubt("the loader changes the executable's code")

    def section(self, address: int) -> Section | None:
        """The section that holds an address."""
        index = bisect_right(self._section_starts, address) - 1
        if index < 0 or address >= self.sections[index].end:
            return None
        return self.sections[index]

    def function(self, address: int) -> Symbol | None:
        """The function whose code holds an address."""
        return _covering(self.functions, self._function_starts, address)

    def object(self, address: int) -> Symbol | None:
        """The named static that holds an address."""
        return _covering(self.objects, self._object_starts, address)

    def marks_data(self, start: int, end: int) -> bool:
        """Whether a symbol says that data begins in [start, end): so Arm's assemblers mark it among code."""
        return bisect_left(self._data_marks, start) < bisect_left(self._data_marks, end)

    def places(self, start: int, end: int) -> list[int]:
        """Where in [start, end) the loader writes pointers."""
        left = bisect_left(self.pointer_places, start)
        return self.pointer_places[left : bisect_left(self.pointer_places, end, left)]

    def read(self, start: int, end: int) -> bytes:
        """What stands in [start, end) of one section before the loader comes; Doubt when it is not there."""
        section = self.section(start)
        if section is None or end > section.end or end < start:
            raise Doubt("something refers to memory outside of every section")
        if section.data is None:
            return bytes(end - start)
        return section.data[start - section.start : end - section.start]

    def word(self, address: int) -> int:
        """The eight bytes at an address as a number."""
        return int.from_bytes(self.read(address, address + 8), "little")

    def same_memory(self, other: Image) -> bool:
        """Whether both executables are equal in all that is in memory, but for the linker's build id."""
        return self._memory() == other._memory()

    def _memory(self) -> list[tuple[str, int, int, bytes | None]]:
        return [
            (section.name, section.start, section.end, section.data)
            for section in self.sections
            if section.name != ".note.gnu.build-id"
        ]


def _covering(symbols: dict[int, Symbol], starts: list[int], address: int) -> Symbol | None:
    index = bisect_right(starts, address) - 1
    if index < 0:
        return None
    symbol = symbols[starts[index]]
    return symbol if address < symbol.end else None


def _text(names: bytes, offset: int) -> str:
    end = names.find(b"\0", offset)
    return names[offset : end if end >= 0 else offset].decode("utf-8", "replace")
