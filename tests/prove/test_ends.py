"""An address where a constant ends and another function's jump tables begin."""

from __future__ import annotations

from typing import ClassVar, cast

import pytest

from benchmark_ci.prove.elf import Image, Section, Symbol
from benchmark_ci.prove.layout import Layout
from benchmark_ci.prove.linkermap import LinkerMap

FUNCTIONS = ("one", "other", "one.cold", "other.cold.1")
MAP = """\
             VMA              LMA     Size Align Out     In      Symbol
            1000             1000       10     4         /a.o:(.rodata..L__unnamed_1)
            1010             1010        8     4         /a.o:(.rodata.{owner})
"""


class _Image:
    functions: ClassVar = {
        0x2000 + 16 * at: Symbol(0x2000 + 16 * at, 16, name, False) for at, name in enumerate(FUNCTIONS)
    }

    def section(self, address: int) -> Section | None:
        return Section(".rodata", 0x1000, 0x18, 2, bytes(0x18)) if 0x1000 <= address < 0x1018 else None

    def object(self, address: int) -> None:
        return None


@pytest.mark.parametrize(
    ("owner", "function", "ends"),
    [
        ("other", "one", True),
        ("one", "one", False),  # its own table
        ("one", "one.cold", False),  # a part of the function may use the whole one's
        ("other.cold.1", "one", False),
        (".L__unnamed_2", "one", False),  # another constant: its address may be meant
    ],
)
def test_where_anothers_jump_tables_begin_only_an_end_is_meant(owner: str, function: str, ends: bool) -> None:
    image = _Image()
    layout = Layout(cast(Image, image), LinkerMap(MAP.format(owner=owner).encode()))
    symbol = next(one for one in image.functions.values() if one.name == function)

    assert layout.ended_at(0x1010, symbol) == ((0x1000, 0x1010) if ends else None)
    assert layout.ended_at(0x1014, symbol) is None
    assert layout.ended_at(0x1000, symbol) is None
