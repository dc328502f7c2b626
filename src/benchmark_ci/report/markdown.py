"""GitHub Markdown out of text that strangers wrote: it must read as text and do nothing else.

Mentions, references and links are not looked for inside code, so whatever is not a plain word goes there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from benchmark_ci.report import plain

_RUNS = re.compile(r"`+")
_TOKEN = re.compile(
    r"""(?P<before>["'(“]?)(?P<ticks>`+)(?!`)(?P<quoted>[^`]+)(?P=ticks)(?!`)(?P<after>["')”.,;:!?]*)(?!\S)|\S+"""
)
_WORD = re.compile(r"""["'(“]?[^\W\d_]+(?:['’-][^\W\d_]+)*["'”)]*[.,;:!?]?["'”)]?""")
_NUMBER = re.compile(r"\(?v?[+−]?\d{1,6}(?:[.,]\d{1,6}){0,3}(?:%|-[A-Za-z]+)?\)?[.,;:]?")
_SIGNS = frozenset(["%", "%.", "%,", "%;", "–", "—", "→", "×", "±", "≈", "…", "·", "/"])
_HEX = re.compile(r"[0-9a-f]{7,}", re.IGNORECASE)  # GitHub links what may be a commit


def code(text: str, longest: int = plain.LONGEST_NAME) -> str:
    """A code span that the text cannot leave; good in running text, in tables use `cell`."""
    shown = plain.name(text, longest)
    fence = "`" * (max(map(len, _RUNS.findall(shown)), default=0) + 1)
    pad = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def cell(markdown: str) -> str:
    """Markdown as a table cell: a pipe ends a cell even inside code, unless it is escaped."""
    return markdown.replace("|", r"\|")


def row(cells: Iterable[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(map(cell, cells))} |"


def table_head(*columns: tuple[str, str]) -> str:
    """The first two lines of a table: name and alignment (`:--`, `--:`) of each column."""
    return f"{row(title for title, _ in columns)}\n|{'|'.join(alignment for _, alignment in columns)}|\n"


def prose(text: str, longest: int = 600) -> str:
    """A sentence of ours that may quote strangers: everything but plain words becomes code."""
    parts: list[str] = []
    odd: list[str] = []
    for token in _TOKEN.finditer(plain.elide(plain.clean(text).strip(), longest)):
        quoted = token["quoted"]
        if quoted is None and not _harmless(token[0], first=token.start() == 0):
            odd.append(token[0])
            continue
        parts += _joined(odd)
        odd = []
        parts.append(token["before"] + code(quoted, longest) + token["after"] if quoted else token[0])
    return " ".join(parts + _joined(odd))


def term(text: str) -> str:
    """A name of several words (a processor, a toolchain): as it is, or as a whole in code."""
    shown = plain.name(text)
    harmless = all(_harmless(word, first=index == 0) for index, word in enumerate(shown.split(" ")))
    return shown if harmless else code(shown)


def _joined(odd: list[str]) -> list[str]:
    """Neighbouring words that are not plain, as one code span."""
    together = " ".join(odd)
    return [code(together, len(together))] if odd else []


def _harmless(word: str, *, first: bool) -> bool:
    if _HEX.fullmatch(word.strip("\"'()“”.,;:!?")):
        return False
    if _NUMBER.fullmatch(word):
        return not (first and word[-1] in ".)")  # at the start of a line it would open a list
    return bool(_WORD.fullmatch(word)) or word in _SIGNS


def fence(lines: Iterable[str], language: str = "text") -> str:
    """A fenced block that none of its lines can close."""
    body = "\n".join(lines)
    ticks = "`" * max(3, max(map(len, _RUNS.findall(body)), default=0) + 1)
    return f"{ticks}{language}\n{body}\n{ticks}"


def link(markdown: str, url: str) -> str:
    """A link where there is an address, else only its text."""
    if not url.startswith(("https://", "http://")):
        return markdown
    return f"[{markdown}]({quote(url, safe=':/?&=%#@+,;~._-')})"


def folded(title: str, body: str) -> str:
    """A closed section; `title` is ours and holds no markup."""
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
