"""Making a stranger's output harmless: after this no line of it is a workflow command.

The runner ends a line at `\\n` and at a lone `\\r`, takes `::name::` as a command at a line's start and
`##[name]` anywhere in it, and its viewer obeys escape sequences.
"""

from __future__ import annotations

import re
import unicodedata

LINE_CHARACTERS = 2000
"""Longer lines are cut, and say so."""

PREFIX = "│ "

_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # titles, links
    r"|\x1b[ -/]*[0-~]?"
)
_LINE_END = re.compile(r"\r\n|\r|\n")
# Not seen, but able to reorder or hide what is: bidirectional controls, zero width, line separators.
_HIDDEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def physical_lines(text: str) -> list[str]:
    """The lines that the runner would see."""
    lines = _LINE_END.split(text)
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


def clean(line: str) -> str:
    """One line without control characters and escape sequences, and without the old command form."""
    line = _ESCAPE_SEQUENCE.sub("", line)
    line = _HIDDEN.sub("", line)
    line = "".join(c for c in line if c == "\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return line.replace("##[", "##\\[")


def shortened(line: str, limit: int = LINE_CHARACTERS) -> str:
    """At most `limit` characters, and how many were cut."""
    if len(line) <= limit:
        return line
    return f"{line[:limit]} … ({len(line) - limit} more characters)"


def child_lines(text: str) -> list[str]:
    """What may be printed in the place of a stranger's line: each piece prefixed and harmless."""
    # Cut before cleaning: ten megabytes on one line must not cost ten megabytes of work.
    return [PREFIX + clean(shortened(line)) for line in physical_lines(text)]


def own_lines(text: str) -> list[str]:
    """Our own words; a stranger's name in them must not begin a command either."""
    lines = [shortened(clean(line), 4 * LINE_CHARACTERS) for line in physical_lines(text)]
    return [PREFIX + line if line.lstrip().startswith("::") else line for line in lines]
