"""Names as a Rust programmer writes them."""

from __future__ import annotations

import random

import pytest

from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.prove.names import (
    LONGEST_NAME,
    crates,
    full,
    is_part,
    is_shared_part,
    measures,
    panics,
    readable,
)

PLAIN = "_ZN11proof_crate7planted6lookup17haa8b35f6c9846fa1E"
METHOD = (
    "_ZN76_$LT$proof_crate..planted..Circle$u20$as$u20$proof_crate..planted..Shape$GT$"
    "4area17h89fc985d91929c23E"
)
CLOSURE = "_ZN11proof_crate7planted6panics28_$u7b$$u7b$closure$u7d$$u7d$17h30f6422336f65952E"
PLAIN_V0 = "_RNvNtCs15ygUCHv8eQ_11proof_crate7planted6lookup"
METHOD_V0 = "_RNvXs_NtCs15ygUCHv8eQ_11proof_crate7plantedNtB4_6CircleNtB4_5Shape4area"
CLOSURE_V0 = "_RNCNvNtCs15ygUCHv8eQ_11proof_crate7planted6panicss_0B5_"
HEAVY = "_RINvNtCs15ygUCHv8eQ_11proof_crate7planted5heavyNtB2_{}EB4_"
ITER_V0 = (
    "_RINvMNtCsiprsA7u1jEs_9criterion7bencherINtB3_7BencherNtNtB5_11measurement8WallTimeE4iter"
    "mNCNCNvCscE84uNfageK_5cases12planted_ones00EB1g_"
)


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        (PLAIN, "proof_crate::planted::lookup"),
        (METHOD, "<proof_crate::planted::Circle as proof_crate::planted::Shape>::area"),
        (CLOSURE, "proof_crate::planted::panics::{{closure}}"),
        ("_ZN4core5slice4sort17h30f6422336f65952E.llvm.752930472909677615", "core::slice::sort"),
        ("_RNvNtCsgEmfK2I1SDS_4core9panicking9panic_fmt", "core::panicking::panic_fmt"),
        ("_RNvCsfLfy6EI15iL_7___rustc12___rust_alloc", "__rustc::__rust_alloc"),
        (HEAVY.format("5Large") + ".llvm.43687454", "proof_crate::planted::heavy"),
        (
            "_RNvXso_NtCslNYArtu3iFV_5alloc3vecINtB5_3VecRShENtNtNtCsgEmfK2I1SDS_4core3ops4drop4Drop4dropCs1_1x",
            "<alloc::vec::Vec<&[u8]> as core::ops::drop::Drop>::drop",
        ),
        ("_RINvCs1_1x1fFUKCTmhEERDNtNtCs2_4core3any3AnyEL_E", "x::f"),
        ("_RNvCs1_1xu8gdel_5qa", "x::gödel"),
        ("_RNvMNtCs2_4core3strep_4find", "_RNvMNtCs2_4core3strep_4find"),
        ("main", "main"),
    ],
)
def test_readable(symbol: str, name: str) -> None:
    assert readable(symbol) == name


@pytest.mark.parametrize(("old", "new"), [(PLAIN, PLAIN_V0), (METHOD, METHOD_V0), (CLOSURE, CLOSURE_V0)])
def test_both_manglings_read_alike(old: str, new: str) -> None:
    assert readable(old) == readable(new)


def test_a_whole_name_tells_instances_apart_and_builds_not() -> None:
    large, small = (full(HEAVY.format(name)) for name in ("5Large", "5Small"))
    assert large == "proof_crate::planted::heavy::<proof_crate::planted::Large>"
    assert small != large
    assert full(HEAVY.format("5Large").replace("Cs15ygUCHv8eQ_", "CsAnother_")) == large
    assert full("_RINvCs1_1x1fAhj3_TmaEKb1_FUKCTmhEEuDNtNtCs2_4core3any3AnyEL_E") == (
        'x::f::<[u8; 3], (u32, i8), true, unsafe extern "C" fn((u32, u8)), dyn core::any::Any>'
    )


@pytest.mark.parametrize(
    "symbol",
    [
        ITER_V0,
        "_ZN9criterion7bencher16Bencher$LT$M$GT$12iter_batched17h30f6422336f65952E",
        "_ZN9criterion7bencher25AsyncBencher$LT$A$C$M$GT$4iter17h30f6422336f65952E",
    ],
)
def test_measuring_methods(symbol: str) -> None:
    assert measures(symbol)
    assert not measures(symbol + ".cold")


@pytest.mark.parametrize(
    "symbol",
    [
        "_ZN9criterion7bencher16Bencher$LT$M$GT$12iter_batched28_$u7b$$u7b$closure$u7d$$u7d$17h30f6422336f65952E",
        "_ZN4mine7bencher8iterate17h30f6422336f65952E",
        # something of `Vec` for a closure of the measuring method
        "_RINvMs_NtCs1_5alloc3vecINtB5_3VechE6extendNC" + ITER_V0[2:] + "0EB1_",
    ],
)
def test_what_only_mentions_a_measuring_method_is_none(symbol: str) -> None:
    assert not measures(symbol)


def test_hostile_names_end() -> None:
    again = "_RNvMC1aT" + "B6_" * 40 + "E1f"
    nested = "_RNvC1a" + "S" * 100_000
    deep = "_RINvC1a1f" + "T" * 5000 + "E" * 5000 + "E"
    doubled = "_RINvC1a1fThhETB7_B7_E" + "".join("TBb_Bb_E" for _ in range(2000)) + "E"
    for symbol in (again, nested, deep, doubled, "_R", "_RNv", "_RNvC99999999999999999999a"):
        assert readable(symbol)
        assert len(readable(symbol)) <= LONGEST_NAME
    chance = random.Random(4)
    for _ in range(3000):
        broken = list(ITER_V0)
        for _ in range(chance.choice((1, 3, 10))):
            broken[chance.randrange(2, len(broken))] = chance.choice(ITER_V0)
        assert readable("".join(broken))


@pytest.mark.parametrize(
    "name",
    [
        "core::panicking::panic_fmt",
        "core::option::unwrap_failed",
        "alloc::raw_vec::handle_error",
        "<[u8]>::copy_from_slice::len_mismatch_fail",
        "__rustc::rust_begin_unwind",
    ],
)
def test_panic_machinery(name: str) -> None:
    assert panics(name)


@pytest.mark.parametrize(
    "name", ["mine::panicking::go", "mine::assert_failed", "core::slice::sort", "rust_panic_free", "main"]
)
def test_what_returns_is_no_panic_machinery(name: str) -> None:
    assert not panics(name)


LLD = b"""             VMA              LMA     Size Align Out     In      Symbol
             2e0              2e0       1c     1 .interp
           31ecf            31ecf       1e     1         /t/a.o:(.rodata..Lanon.04f4.3)
           32000            32000       20    16         <internal>:(.rodata.cst16)
               0                0       2c     1         <internal>:(.comment)
"""
MOLD = b"""               VMA       Size Align Out     In      Symbol
             0x2e0         28     1 .interp
           0x31ecf         30     1         /t/a.o:(.rodata..Lanon.04f4.3)
           0x31ecf          0     1                 anon.04f4.3
           0x32000         32    16         /t/b.rlib(a.o):(.rodata.cst16)
"""
GNU = b""" .rodata..Lanon.04f4.3
                0x0000000000031ecf       0x1e /t/a.o
 .rodata.cst16  0x0000000000032000       0x20 /t/a.o
"""


@pytest.mark.parametrize("text", [LLD, MOLD, GNU])
def test_linkers_maps_tell_where_constants_lie(text: bytes) -> None:
    found = LinkerMap(text)
    piece = found.at(0x31ED0)
    assert piece is not None
    assert (piece.start, piece.end, piece.name) == (0x31ECF, 0x31EED, ".rodata..Lanon.04f4.3")
    merged = found.at(0x32010)
    assert merged is not None
    assert merged.element == 16
    assert found.at(0x31EED) is None


@pytest.mark.parametrize(
    ("symbol", "part", "shared"),
    [
        (PLAIN, False, False),
        ("parse.cold", True, False),
        ("e843419@0003_00000018_ffc", True, False),
        ("__CortexA53843419_21FFC", True, False),
        ("OUTLINED_FUNCTION_12", True, True),
        ("_ZN1a17OUTLINED_FUNCTION17h0123456789abcdefE", False, False),
    ],
)
def test_pieces_that_were_cut_out_of_functions_are_known(symbol: str, part: bool, shared: bool) -> None:
    assert (is_part(symbol), is_shared_part(symbol)) == (part, shared)


def test_a_long_name_speaks_of_all_its_crates() -> None:
    """A name that people see is cut; what it speaks of behind the cut counts all the same."""
    part = f"_$LT$criterion..{'Long' * 50}$u20$as$u20$own..Shape$GT$"
    symbol = f"_ZN{len(part)}{part}5edges17h0123456789abcdefE"
    assert "own" not in readable(symbol)
    assert crates(symbol) == {"criterion", "own"}
