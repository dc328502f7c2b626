"""Parsers of inputs: each takes the trimmed text of an input that is set, or raises `Refused`."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?|\.[0-9]{1,9}")
_TOOLCHAIN = re.compile(
    r"(stable|beta|nightly|[0-9]+\.[0-9]+(\.[0-9]+)?(-beta(\.[0-9]+)?)?)"
    r"(-[0-9]{4}-[0-9]{2}-[0-9]{2})?(-[a-z0-9_]+(-[a-z0-9_]+){1,3})?"
)
PACKAGE = re.compile(r"[A-Za-z0-9_*?\[][A-Za-z0-9_*?\[\]!-]*(@[A-Za-z0-9.+-]+)?")
BENCH = re.compile(r"[A-Za-z0-9_*?\[][A-Za-z0-9_*?\[\]!.-]*")
FEATURE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_+.?/-]*")
DEBIAN = re.compile(r"[a-z0-9][a-z0-9+.-]+(:[a-z0-9]+)?(=[A-Za-z0-9][A-Za-z0-9.+:~-]*)?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OURS = ("ACTIONS_", "GITHUB_", "INPUT_", "RUNNER_")
_TOKENS = ("GH_TOKEN", "GH_ENTERPRISE_TOKEN")
_NOT_IN_A_NAME = re.compile(r'[":<>|*?\\/]')
LONGEST_NAME = 100
_NOT_IN_A_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)")


class Refused(ValueError):
    """A value that an input does not take; says what it takes, and what to do beyond that."""

    def __init__(self, allowed: str, remedy: str = "") -> None:
        super().__init__(allowed)
        self.allowed = allowed
        self.remedy = remedy


def number(most: float) -> Callable[[str], float]:
    """A parser of decimal numbers above 0 and at most `most`; no exponents, signs or words."""

    def parse(text: str) -> float:
        value = float(text) if _NUMBER.fullmatch(text) else 0.0
        if not 0 < value <= most:
            raise Refused(f"a number above 0 and at most {most:g}, such as 5 or 7.5")
        return value

    return parse


def percent(text: str) -> float:
    """A threshold: `10`, `7.5` or `10%`, above 0 and at most 1000 percent."""
    try:
        return number(1000)(text.removesuffix("%").rstrip())
    except Refused:
        raise Refused("a number of percent above 0 and at most 1000, such as 10, 7.5 or 10%") from None


def boolean(text: str) -> bool:
    """Exactly the spellings that GitHub's own toolkit takes."""
    if text not in _BOOLEANS:
        raise Refused("true, True, TRUE, false, False or FALSE")
    return _BOOLEANS[text]


def one_of(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    """A parser of an enumeration's words."""

    def parse(text: str) -> StrEnum:
        try:
            return kind(text)
        except ValueError:
            raise Refused(", ".join(kind)) from None

    return parse


def words(pattern: re.Pattern[str], allowed: str) -> Callable[[str], tuple[str, ...]]:
    """A parser of a list: commas, spaces or new lines between words that match `pattern`."""

    def parse(text: str) -> tuple[str, ...]:
        found = tuple(word for word in re.split(r"[\s,]+", text) if word)
        if bad := [word for word in found if not pattern.fullmatch(word)]:
            raise Refused(f"{allowed}, separated by commas, spaces or new lines", f"Refused: {listed(bad)}.")
        return tuple(dict.fromkeys(found))

    return parse


def expressions(text: str) -> tuple[str, ...]:
    """Regular expressions, one per line: they may hold commas and spaces themselves."""
    found = tuple(line.strip() for line in text.splitlines() if line.strip())
    for expression in found:
        try:
            re.compile(expression)
        except (re.error, RecursionError, OverflowError) as problem:
            raise Refused("regular expressions, one per line", f"{shown(expression)}: {problem}.") from None
    return found


def ref(text: str) -> str:
    """A branch, tag or SHA, or `latest-release`; nothing that git could read as an option or a range."""
    if text.startswith(("-", "/", ".")) or text.endswith(("/", ".")) or text == "@" or len(text) > 255:
        raise Refused("the name of a branch or tag, a SHA, or latest-release")
    if _NOT_IN_A_REF.search(text):
        raise Refused(
            "the name of a branch or tag, a SHA, or latest-release",
            "Ranges and revision arithmetic such as a..b or HEAD~1 are not taken.",
        )
    return text


def toolchain(text: str) -> str:
    """A rustup channel or version, never a path or a custom toolchain."""
    if not _TOOLCHAIN.fullmatch(text):
        raise Refused("a channel or version, such as stable, nightly-2026-01-31 or 1.85.0")
    return text


def variables(text: str) -> tuple[str, ...]:
    """Names of environment variables; never GitHub's own, which hold tokens."""
    names = words(_VARIABLE, "names of environment variables")(text)
    kept_back = [name for name in names if name.upper().startswith(_OURS) or name.upper() in _TOKENS]
    if kept_back:
        raise Refused(
            "names of environment variables, but not ACTIONS_*, GITHUB_*, INPUT_*, RUNNER_* or GH_TOKEN",
            f"Strangers' code must not see {listed(kept_back)}; pass what it needs under another name.",
        )
    return names


def command(text: str) -> str:
    """A shell command, as it is."""
    if "\0" in text:
        raise Refused("a shell command without NUL characters")
    return text


def name(text: str) -> str:
    """A name that becomes part of artifacts' names: what the service forbids in those is refused here."""
    good = text.isprintable() and len(text) <= LONGEST_NAME and not _NOT_IN_A_NAME.search(text)
    if not good or text.strip(" .-") != text:
        raise Refused(
            f'at most {LONGEST_NAME} visible characters without " : < > | * ? \\ and /, '
            "neither beginning nor ending with a dot or dash"
        )
    return text


def token(text: str) -> str:
    """A token of visible ASCII characters: it becomes part of an HTTP header."""
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise Refused("a token of visible ASCII characters, without spaces or new lines")
    return text


def shown(value: str) -> str:
    """A value as it may be printed: on one line, without control characters, not too long."""
    plain = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in value)
    return f"`{plain if len(plain) <= 200 else plain[:200] + '…'}`"


def listed(values: list[str]) -> str:
    """Some values, each as it may be printed; the first five speak for the rest."""
    return ", ".join(shown(value) for value in values[:5]) + (" …" if len(values) > 5 else "")
