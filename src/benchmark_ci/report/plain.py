"""Text that strangers wrote, made harmless for the eye: no controls, no invisible or turning characters."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 120
"""Characters of a name that are shown; longer ones lose their middle."""

ELLIPSIS = "…"
_TERMINAL_CODE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")
_SPACES = re.compile(r"\s+")
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters by category, but without ink


def visible(character: str) -> bool:
    """Whether a character neither controls, nor turns the writing direction, nor hides."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and (
        character not in _BLANK_LETTERS
    )


def clean(text: str) -> str:
    """One line: NFC, white space collapsed, everything invisible removed."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text  # nearly every name: a large report has tens of thousands
    line = _SPACES.sub(" ", _TERMINAL_CODE.sub("", text))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", "".join(filter(visible, line))))


def elide(text: str, longest: int = LONGEST_NAME) -> str:
    """At most `longest` characters, the middle left out: names differ at both ends."""
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 2
    return text[: longest - 1 - tail] + ELLIPSIS + text[len(text) - tail :]


def name(text: str, longest: int = LONGEST_NAME) -> str:
    """A name (benchmark id, target, ref, CPU) as it is shown to people; never empty."""
    return elide(clean(text).strip(), longest) or "(empty)"


def lines(text: str, most: int = 30, longest: int = 300) -> tuple[str, ...]:
    """The last `most` lines of a program's output, each cleaned and at most `longest` characters."""
    written = _TERMINAL_CODE.sub("", text).replace("\t", "    ").splitlines()
    kept = [elide("".join(filter(visible, line)).rstrip(), longest) for line in written]
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept[-most:])


def first_lines(text: str, most: int = 30, longest: int = 300) -> tuple[str, ...]:
    """As `lines`, but the first ones: a compiler says first what is wrong."""
    return lines("\n".join(text.strip().splitlines()[:most]), most, longest)


def size(text: str) -> int:
    """UTF-8 bytes. Never fewer than the UTF-16 units, so that one measure serves both limits of GitHub."""
    return len(text.encode("utf-8", "replace"))
