"""Broken and hostile files: a doubt, never another exception, never a wrong `identical`."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from benchmark_ci.model import Side
from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.compare import Comparison, Pair
from benchmark_ci.prove.counts import Calls, Counts, read_counts
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.instructions import ANYWHERE
from benchmark_ci.prove.linkermap import LinkerMap
from benchmark_ci.prove.repetition import repeat
from benchmark_ci.prove.spans import Span, SpanReader, configures
from tests.prove.workshop import Workshop

FUNCTIONS = (
    "lookup",
    "second",
    "operate",
    "start",
    "depends",
    "inlines",
    "jump",
    "literal",
    "float",
    "nested",
)


def load(path: Path, content: bytes | None = None) -> Canonical:
    linker_map = LinkerMap(path.with_name(path.name + ".map").read_bytes())
    return Canonical(Image(content if content is not None else path.read_bytes()), linker_map)


def same(baseline: Canonical, current: Canonical, name: str) -> bool:
    found = [
        [one for one in side.image.functions.values() if f"7planted{len(name)}{name}17h" in one.name]
        for side in (baseline, current)
    ]
    if any(len(one) != 1 for one in found):
        return False
    pair = Pair(baseline.function_node(found[0][0]), current.function_node(found[1][0]))
    comparison = Comparison(baseline, current)
    comparison.explore([pair])
    comparison.settle(())
    return not comparison.all_wrong([pair])


@pytest.mark.cargo
@pytest.mark.slow
def test_flipped_bytes_never_make_different_functions_equal(
    workshop: Workshop, built: Callable[[str], Path]
) -> None:
    path = workshop.baseline["cases"].path
    files = [
        root / path.relative_to(workshop.site.here)
        for root in (workshop.site.folder(Side.BASELINE), built("adversarial"))
    ]
    baseline = load(files[0])
    assert all(same(baseline, load(files[0]), name) for name in FUNCTIONS)
    content = files[1].read_bytes()
    image = Image(content)
    chance = random.Random(5)
    headers = [*range(64), *range(len(content) - 4096, len(content))]
    for round in range(24):
        broken = bytearray(content)
        for _ in range(chance.choice((1, 10, 200))):
            place = chance.choice(headers) if round % 3 == 0 else chance.randrange(len(broken))
            broken[place] = chance.randrange(256)
        if round % 8 == 7:
            del broken[chance.randrange(len(broken)) :]
        try:
            current = load(files[1], bytes(broken))
            assert not any(same(baseline, current, name) for name in FUNCTIONS)
        except Doubt:
            continue
    assert image.functions


@pytest.mark.cargo
@pytest.mark.slow
def test_a_flipped_byte_in_a_function_is_seen(workshop: Workshop) -> None:
    path = workshop.baseline["cases"].path
    file = workshop.site.folder(Side.BASELINE) / path.relative_to(workshop.site.here)
    baseline = load(file)
    content = file.read_bytes()
    chance = random.Random(6)
    for name in FUNCTIONS:
        [symbol] = [one for one in baseline.image.functions.values() if f"{len(name)}{name}17h" in one.name
                    and "planted" in one.name]  # fmt: skip
        code = baseline.image.read(symbol.start, symbol.end)
        at = content.find(code)
        assert content.find(code, at + 1) < 0 or len(code) < 16
        broken = bytearray(content)
        broken[at + chance.randrange(len(code))] ^= 1 << chance.randrange(8)
        assert not same(baseline, load(file, bytes(broken)), name), name


DUMP = b"""# callgrind format
ob=/exe
fl=x
fn=main
0x1000 0 5
cfn=criterion::Bencher<M>::iter
calls=1 0x2000 0
0x1004 0 20
fn=criterion::Bencher<M>::iter
0x2000 0 3
cob=/lib/libc.so
cfn=pthread_create@@GLIBC_2.34
calls=1 0x99 0
0x2004 0 17

totals: 25
"""


class _Symbol:
    def __init__(self, start: int, name: str) -> None:
        self.start = start
        self.name = name


class _Image:
    functions: ClassVar = {
        0x1000: _Symbol(0x1000, "main"),
        0x2000: _Symbol(0x2000, "iter"),
        0x3000: _Symbol(0x3000, "helper"),
    }

    def function(self, address: int) -> _Symbol | None:
        return self.functions.get(address & ~0xFF)


def reader() -> SpanReader:
    return SpanReader(_Image(), "/exe", {0x2000})  # type: ignore[arg-type]


def test_a_dump_tells_preparing_from_measuring() -> None:
    span = reader().read(DUMP)
    assert (span.entry, span.instructions) == (0x2000, 20)
    assert span.measured == {0x2000}
    assert span.prepared == {0x1000}
    assert span.ancestors == span.repeated == {0x1000}
    assert span.threads
    assert not span.processes


RETURNS = DUMP.replace(
    b"0x2004 0 17\n",
    b"""0x2004 0 17
cob=/lib/libc.so
cfn=free
calls=1 0x500 0
0x2008 0 9
ob=/lib/libc.so
fn=free
0x500 0 5
cob=/exe
cfn=criterion::Bencher<M>::iter'2
calls=1 0x200c 0
0x510 0 2
cob=/exe
cfn=helper
calls=1 0x3000 0
0x1010 0 2
ob=/exe
fn=helper
0x3000 0 2
""",
)


def test_a_return_that_is_told_as_a_call_is_none() -> None:
    """On AArch64: behind a return callgrind may still tell of the function that was returned from."""
    with pytest.raises(Doubt):
        reader().read(RETURNS)  # as callgrind says, `free` calls what measures
    knowing = SpanReader(_Image(), "/exe", {0x2000}, leads_to={0x1010: 0x3000}.get)  # type: ignore[arg-type]
    span = knowing.read(RETURNS)
    assert (span.entry, span.instructions) == (0x2000, 20)
    assert span.measured == {0x2000}
    assert span.prepared == {0x1000, 0x3000}
    assert not span.called_back


@pytest.mark.parametrize(("found", "called_back"), [(None, True), (0x1000, True), (ANYWHERE, False)])
def test_a_library_that_calls_back_is_told(found: int | None, called_back: bool) -> None:
    """Unless the executable has a call at that place, so that it may be its own."""
    reads = SpanReader(_Image(), "/exe", {0x2000}, leads_to=lambda _: found)  # type: ignore[arg-type]
    span = reads.read(RETURNS)
    assert span.called_back is called_back
    assert span.measured == {0x2000, 0x3000}
    assert not reads.read(DUMP).called_back


CONFIGURED = """ob=/exe
fl=x
fn=a
{calls}
fn=b
0x2000 0 3
fn=c
0x3000 0 1
fn=d
0x4000 0 1
fn=e
0x5000 0 1
fn=f
0x6000 0 1

totals: 26
"""
CONFIGURE = "_ZN9criterion18Criterion$LT$M$GT$19configure_from_args17h0123456789abcdefE"


class _Configured(_Image):
    functions: ClassVar = {
        at: _Symbol(at, name)
        for at, name in (
            (0x1000, "main"),
            (0x2000, "iter"),
            (0x3000, CONFIGURE),
            (0x4000, "_ZN4clap5parse17h0123456789abcdefE"),
            (0x5000, "_ZN4user5input17h0123456789abcdefE"),
            (0x6000, "_RNvCsfLfy6EI15iL_7___rustc11___rdl_alloc"),
        )
    }


class _OwnAllocator(_Configured):
    functions: ClassVar = _Configured.functions | {0x6000: _Symbol(0x6000, "_ZN4user5alloc17h01234567E")}


@pytest.mark.parametrize(
    ("more", "same", "prepared"),
    [
        ((), True, {0x1000, 0x5000, 0x6000}),
        ((), False, {0x1000, 0x3000, 0x4000, 0x5000, 0x6000}),
        ((("0x5000", "0x4000"),), True, {0x1000, 0x4000, 0x5000, 0x6000}),  # the input is made with it, too
        ((("0x4000", "0x5000"),), True, {0x1000, 0x5000, 0x6000}),
    ],
)
def test_only_what_reads_the_harness_s_arguments_prepares_nothing(
    more: Sequence[tuple[str, str]], same: bool, prepared: set[int]
) -> None:
    """`main` calls for the arguments and for the input; parsing may be of use to both."""
    span = _configured(_Configured(), same, *more)
    assert span.measured == {0x2000}
    assert span.prepared == prepared


def test_beside_an_allocator_of_one_s_own_everything_prepares() -> None:
    assert _configured(_OwnAllocator(), True).prepared == {0x1000, 0x3000, 0x4000, 0x5000, 0x6000}


def _configured(image: _Image, same: bool, *more: tuple[str, str]) -> Span:
    arcs = [("0x1000", "0x3000"), ("0x3000", "0x4000"), ("0x1000", "0x5000"), ("0x1000", "0x2000"), *more]
    calls = "\n".join(f"fn=x\n{one} 0 5\ncfn=y\ncalls=1 {other} 0\n{one} 0 20" for one, other in arcs)
    reader = SpanReader(image, "/exe", {0x2000}, same_harness=same)  # type: ignore[arg-type]
    return reader.read(CONFIGURED.format(calls=calls).encode())


@pytest.mark.parametrize(
    ("symbol", "is_it"),
    [
        (CONFIGURE, True),
        (
            "_RNvMs3_CsaBcDe_9criterionINtB5_9CriterionNtNtB5_11measurement8WallTimeE"
            "19configure_from_argsCs1_5bench",
            True,
        ),
        # `<criterion::Criterion<M> as mine::Extension>::configure_from_args`
        (
            "_ZN65_$LT$criterion..Criterion$LT$M$GT$$u20$as$u20$mine..Extension$GT$"
            "19configure_from_args17h0123456789abcdefE",
            False,
        ),
        ("_ZN4mine9Criterion19configure_from_args17h0123456789abcdefE", False),
        ("_ZN9criterion18Criterion$LT$M$GT$19configure_from_args28_$u7b$$u7b$closure$u7d$$u7d$17h0E", False),
    ],
)
def test_only_criterion_s_own_method_reads_arguments(symbol: str, is_it: bool) -> None:
    assert configures(symbol) is is_it


def test_a_broken_dump_is_a_doubt() -> None:
    chance = random.Random(7)
    for _ in range(3000):
        broken = bytearray(DUMP)
        for _ in range(chance.choice((1, 5, 30))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        del broken[chance.choice((len(broken), chance.randrange(len(broken)))) :]
        try:
            reader().read(bytes(broken))
        except Doubt:
            continue


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"\x7fELF\x02\x01\x01" + bytes(57), bytes(4096)])
def test_what_is_no_executable_is_a_doubt(content: bytes) -> None:
    with pytest.raises(Doubt):
        Image(content)


@pytest.mark.parametrize("text", [b"", b"not a map", b"\xff" * 100])
def test_what_is_no_map_is_a_doubt(text: bytes) -> None:
    with pytest.raises(Doubt):
        LinkerMap(text)


def counts(text: bytes) -> Counts:
    return read_counts(text, _Image(), "/exe", "/private")  # type: ignore[arg-type]


def test_a_dump_tells_how_often_each_instruction_ran() -> None:
    text = DUMP.replace(b"0x2000 0 3\n", b"0x2000 0 3\n0x2000 0 4\n").replace(
        b"fl=x", b"desc: Trigger: --why"
    )
    found = counts(text)
    assert dict(found.own) == {0x1000: 5, 0x2000: 7}
    assert found.calls == {
        Calls(0x1000, 0x1004, 0x2000): 1,
        Calls(0x2000, 0x2004, "/lib/libc.so|pthread_create@@GLIBC_2.34"): 1,
    }
    assert found.trigger == "--why"
    libc = DUMP.replace(b"totals", b"ob=/lib/libc.so\nfn=read\n0x10 0 2\ntotals")
    assert counts(libc).libraries == {("/lib/libc.so", 0x10): 2}


@pytest.mark.parametrize(
    "text", [DUMP[:-12], DUMP.replace(b"0x2000 0 3", b"0x2000"), DUMP.replace(b"=/lib/", b"=/private/")]
)
def test_counts_that_cannot_be_read_are_a_doubt(text: bytes) -> None:
    with pytest.raises(Doubt):
        counts(text.replace(b"cob=", b"ob=").replace(b"cfn=pthread", b"fn=x\n0x1 0 1\ncfn=pthread"))


class _Side:
    class image:  # noqa: N801
        machine = "EM_AARCH64"


def test_rounds_are_not_counted_where_callgrind_misplaces_what_ran() -> None:
    with pytest.raises(Doubt, match="does not tell on this processor"):
        repeat(_Side(), "id", Path("/"), Path("/"), 1)  # type: ignore[arg-type]
