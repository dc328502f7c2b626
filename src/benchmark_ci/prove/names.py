"""Symbol names as a Rust programmer writes them, and which functions are panic machinery."""

from __future__ import annotations

import re

from benchmark_ci.prove import names_v0

_LEGACY_HASH = re.compile(r"17h[0-9a-f]{16}E$")
_LLVM = re.compile(r"\.llvm\.[0-9A-Fa-f]+|\.(?:cold|part|isra|constprop)(?:\.[0-9]+)*$")
_ESCAPES = {
    "$SP$": "@", "$BP$": "*", "$RF$": "&", "$LT$": "<", "$GT$": ">", "$LP$": "(", "$RP$": ")", "$C$": ",",
    "$u20$": " ", "$u7b$": "{", "$u7d$": "}", "$u5b$": "[", "$u5d$": "]", "$u27$": "'", "$u2b$": "+",
    "$u3b$": ";", "$u7e$": "~", "$u22$": '"', "$u26$": "&", "$u3d$": "=", "$u21$": "!", "$u23$": "#",
}  # fmt: skip
_ESCAPE = re.compile("|".join(re.escape(sign) for sign in _ESCAPES))
# a piece that was cut out of a function, by a compiler or (for an erratum of a processor) by a linker
_PART = re.compile(
    r"\.(?:cold|part|isra|constprop)\b|^e8(?:43419|35769)@|^__CortexA53843419_|^OUTLINED_FUNCTION_"
)
_MEASURES = re.compile(r"(?:^|::)(?:Async)?Bencher(?:<.*>)?::iter\w*$")
_CRATE = re.compile(r"(?<![\w:])(\w+)::")
LONGEST_NAME = 160

_PANICS = re.compile(
    r"^(?:"
    r"(?:<)?core::panicking::|(?:<)?std::panicking::(?:begin_panic|panic_with_hook|panic_handler|default_hook)|"
    r"std::panicking::rust_panic|(?:__rustc::)?(?:rust_begin_unwind|rust_panic)$|"
    r"core::(?:option|result)::(?:expect_failed|unwrap_failed)|core::cell::panic_|"
    r"core::slice::(?:index::)?(?:slice_\w+_fail|panic_|copy_from_slice_impl::len_mismatch_fail)|"
    r"core::str::slice_error_fail|"
    r"(?:core::slice::<impl \[T\]>|<\[[^\]]*\]>)::copy_from_slice::len_mismatch_fail|"
    r"alloc::(?:raw_vec::(?:handle_error|capacity_overflow)|alloc::handle_alloc_error)|"
    r"(?:alloc|core|std)::(?:\w+::)*assert_failed"
    r")"
)


def readable(symbol: str) -> str:
    """A mangled name without its hash, as it stands in the source; what is not understood stays as it is.

    Generic arguments of the function itself are left out.
    """
    return _cut(_plain(symbol, short=True))


def full(symbol: str) -> str:
    """As `readable`, but whole and with all that tells one instance from another, where the symbol has it."""
    return _plain(symbol, short=False)


def mangled(symbol: str) -> str:
    """A mangled name as rustc gave it: without what LLVM adds where it divides a program."""
    return _LLVM.sub("", symbol)


def _plain(symbol: str, *, short: bool) -> str:
    plain = mangled(symbol)
    if plain.startswith("_ZN"):
        return _legacy(_LEGACY_HASH.sub("E", plain))
    if plain.startswith("_R"):
        return names_v0.demangle(plain, short=short) or plain
    return plain


def measures(symbol: str) -> bool:
    """Whether a mangled name is that of one of Criterion's measuring methods (`Bencher::iter*`)."""
    return _MEASURES.search(_plain(symbol, short=True)) is not None and not is_part(symbol)


def is_part(symbol: str) -> bool:
    """Whether a mangled name is that of a piece which was cut out of a function."""
    return _PART.search(symbol) is not None


def is_shared_part(symbol: str) -> bool:
    """Whether a mangled name is that of a piece which several functions call, registers as they are."""
    return symbol.startswith("OUTLINED_FUNCTION_")


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _legacy(symbol: str) -> str:
    parts = []
    position = 3
    while position < len(symbol) and symbol[position].isdigit():
        digits = re.match(r"[0-9]{1,5}", symbol[position:])
        assert digits is not None  # noqa: S101 - the loop saw one
        begin = position + len(digits[0])
        position = begin + int(digits[0])
        parts.append(symbol[begin:position])
    if not parts:
        return symbol
    return "::".join(_unescape(part) for part in parts)


def _unescape(part: str) -> str:
    text = part[1:] if part.startswith("_$") else part
    return _ESCAPE.sub(lambda match: _ESCAPES[match[0]], text.replace("..", "::"))


def crates(symbol: str) -> frozenset[str]:
    """The crates that a mangled name speaks of, generic arguments of the function itself left out."""
    return frozenset(_CRATE.findall(_plain(symbol, short=True)))


def panics(name: str) -> bool:
    """Whether a readable name is that of a function that does not return but panics."""
    return _PANICS.match(name) is not None
