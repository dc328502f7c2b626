"""What rustc's unoptimised code passes and takes back."""

from __future__ import annotations

import platform
import subprocess

import pytest

from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.x86_calls import ignores, passes_one_word

pytestmark = [
    pytest.mark.cargo,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="compiles for the machine that it is"),
]

SOURCE = """
struct Large([u64; 8]);

#[no_mangle] pub fn unit(c: &mut u64) { *c += 1 }
#[no_mangle] pub fn number(c: &mut u64) -> u64 { *c += 1; *c }
#[no_mangle] pub fn pair(c: &mut u64) -> (u64, u64) { (*c, 1) }
#[no_mangle] pub fn float(c: &mut u64) -> f64 { *c as f64 }
#[no_mangle] pub fn large(c: &mut u64) -> Large { Large([*c; 8]) }
#[no_mangle] pub fn two(c: &mut u64, other: &mut u64) { *c += *other }
#[no_mangle] pub fn slice(c: &mut [u64]) { c[0] += 1 }
#[no_mangle] pub fn real(x: f64) { std::hint::black_box(x); }

#[no_mangle] pub fn drops(c: &mut u64) { number(c); pair(c); float(c); unit(c); unit(c); }
#[no_mangle] pub fn hands(c: &mut u64) { unit(c); large(c); two(c, &mut 3); slice(&mut [*c]); real(1.5); }
#[no_mangle] pub fn first(c: &mut u64, other: &mut u64) { two(c, other); }
#[no_mangle] pub fn once(c: &mut u64) { unit(c); unit(c); two(c, &mut 3); two(&mut 3, c) }
#[no_mangle] pub fn adds(c: &mut u64) -> u64 { let x = number(c); unit(c); x + 1 }
#[no_mangle] pub fn second(c: &mut u64) -> u64 { let (_, x) = pair(c); unit(c); x + 1 }
#[no_mangle] pub fn rounds(c: &mut u64) -> f64 { let x = float(c); unit(c); x + 1.0 }
#[no_mangle] pub fn sometimes(c: &mut u64) { unit(c); if number(c) > 3 { unit(c) } }

fn main() {
    let mut c = std::env::args().count() as u64;
    hands(&mut c); first(&mut c, &mut 3); once(&mut c);
    drops(&mut c); adds(&mut c); second(&mut c); rounds(&mut c); sometimes(&mut c);
}
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    folder = tmp_path_factory.mktemp("calls")
    (folder / "calls.rs").write_text(SOURCE)
    subprocess.run(("rustc", "-C", "opt-level=0", "calls.rs"), cwd=folder, check=True, capture_output=True)
    return Image((folder / "calls").read_bytes())


def found(image: Image, name: str) -> tuple[bytes, int]:
    [symbol] = [one for one in image.functions.values() if one.name == name]
    return image.read(symbol.start, symbol.end), symbol.start


@pytest.mark.parametrize("callee", ["pair", "float", "unit"])
def test_one_pointer_is_one_word(image: Image, callee: str) -> None:
    assert passes_one_word(*found(image, "drops"), found(image, callee)[1])


@pytest.mark.parametrize("callee", ["large", "two", "slice", "real"])
def test_anything_more_is_more(image: Image, callee: str) -> None:
    """What is too large for registers is written where another pointer says."""
    assert not passes_one_word(*found(image, "hands"), found(image, callee)[1])


@pytest.mark.parametrize(
    ("caller", "callee"), [("first", "two"), ("drops", "number"), ("once", "unit"), ("drops", "slice")]
)
def test_what_it_got_itself_may_be_handed_on(image: Image, caller: str, callee: str) -> None:
    assert not passes_one_word(*found(image, caller), found(image, callee)[1])


@pytest.mark.parametrize("callee", ["number", "pair", "float", "unit"])
def test_what_is_dropped_is_ignored(image: Image, callee: str) -> None:
    assert ignores(*found(image, "drops"), found(image, callee)[1])


@pytest.mark.parametrize(
    ("caller", "callee"),
    [("adds", "number"), ("second", "pair"), ("rounds", "float"), ("sometimes", "number")],
)
def test_what_is_used_is_not(image: Image, caller: str, callee: str) -> None:
    assert not ignores(*found(image, caller), found(image, callee)[1])


def test_nobody_ignores_what_is_never_called(image: Image) -> None:
    assert not ignores(*found(image, "adds"), found(image, "slice")[1])
