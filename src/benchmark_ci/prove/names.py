"""Symbol names as a Rust programmer writes them, and which functions are panic machinery."""

from __future__ import annotations

import re

_LEGACY_HASH = re.compile(r"17h[0-9a-f]{16}E$")
_LLVM = re.compile(r"\.llvm\.[0-9A-Fa-f]+|\.(?:cold|part|isra|constprop)(?:\.[0-9]+)*$")
_ESCAPES = {
    "$SP$": "@", "$BP$": "*", "$RF$": "&", "$LT$": "<", "$GT$": ">", "$LP$": "(", "$RP$": ")", "$C$": ",",
    "$u20$": " ", "$u7b$": "{", "$u7d$": "}", "$u5b$": "[", "$u5d$": "]", "$u27$": "'", "$u2b$": "+",
    "$u3b$": ";", "$u7e$": "~", "$u22$": '"', "$u26$": "&", "$u3d$": "=", "$u21$": "!", "$u23$": "#",
}  # fmt: skip
_ESCAPE = re.compile("|".join(re.escape(sign) for sign in _ESCAPES))
_V0_MARK = re.compile(r"[sB][0-9A-Za-z]{0,20}_")  # a disambiguator or a back reference
LONGEST_NAME = 160

_PANICS = re.compile(
    r"^(?:"
    r"(?:<)?core::panicking::|(?:<)?std::panicking::(?:begin_panic|panic_with_hook|panic_handler|default_hook)|"
    r"std::panicking::rust_panic|(?:__rustc::)?rust_begin_unwind|(?:__rustc::)?rust_panic|"
    r"core::(?:option|result)::(?:expect_failed|unwrap_failed)|core::cell::panic_|"
    r"core::slice::(?:index::)?(?:slice_\w+_fail|panic_|copy_from_slice_impl::len_mismatch_fail)|"
    r"core::str::slice_error_fail|core::slice::<impl \[T\]>::copy_from_slice::len_mismatch_fail|"
    r"alloc::(?:raw_vec::(?:handle_error|capacity_overflow)|alloc::handle_alloc_error)|"
    r"(?:alloc|core|std)::(?:\w+::)*assert_failed"
    r")"
)


def readable(symbol: str) -> str:
    """A mangled name without its hash, as it stands in the source; what is not understood stays as it is."""
    plain = _LLVM.sub("", symbol)
    if plain.startswith("_ZN"):
        return _cut(_legacy(_LEGACY_HASH.sub("E", plain)))
    if plain.startswith("_R"):
        return _cut(_v0(plain))
    return _cut(plain)


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


def _v0(symbol: str) -> str:
    """The identifiers of a v0 path, in order; generic arguments are left out where they do not read well."""
    found = []
    position = 2
    while position < len(symbol):
        identifier = re.compile(r"(u?)([1-9][0-9]{0,3})(_?)").match(symbol, position)
        if identifier is None:
            mark = _V0_MARK.match(symbol, position)
            position = mark.end() if mark else position + 1
            continue
        begin = identifier.end()
        end = begin + int(identifier[2])
        if end > len(symbol) or not re.fullmatch(r"\w+", symbol[begin:end]):
            position += 1
            continue
        found.append(symbol[begin:end])
        position = end
    return "::".join(found) or symbol


def panics(name: str) -> bool:
    """Whether a readable name is that of a function that does not return but panics."""
    return _PANICS.match(name) is not None or name in _V0_PANICS


_V0_PANICS = frozenset({"rust_begin_unwind", "rust_panic"})
