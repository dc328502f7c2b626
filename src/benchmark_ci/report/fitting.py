"""Making a text fit a limit: rows that matter least go first, and the text says what went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark_ci.report import plain

_BETWEEN = "\n\n"


@dataclass(frozen=True)
class Part:
    """A frame with rows. Rows of rank 0 always stay; the higher the rank, the sooner they are left out."""

    rows: tuple[str, ...]
    rank: int = 0
    before: str = ""
    after: str = ""
    joiner: str = "\n"
    noun: str = "row"  # what a row that was left out is called: "unchanged benchmark"


def fit(parts: Sequence[Part], limit: int, elsewhere: str) -> str:
    """All parts within `limit` UTF-8 bytes; `elsewhere` says where the rest can be read (Markdown)."""
    whole = [len(part.rows) for part in parts]
    if plain.size(text := _text(parts, whole, elsewhere)) <= limit:
        return text
    return _text(parts, _kept(parts, limit, elsewhere), elsewhere)


def _kept(parts: Sequence[Part], limit: int, elsewhere: str) -> list[int]:
    """How many rows of each part fit when the most important ones choose first."""
    frames = sum(
        plain.size(part.before + part.after + _left_out(part, len(part.rows), elsewhere)) + 3 * len(_BETWEEN)
        for part in parts
    )
    free, kept = limit - frames, [0] * len(parts)
    for index in sorted(range(len(parts)), key=lambda position: parts[position].rank):
        part = parts[index]
        for line in part.rows:
            needed = plain.size(line + part.joiner)
            if needed > free and part.rank > 0:
                break
            free -= needed
            kept[index] += 1
    return kept


def _text(parts: Sequence[Part], kept: Sequence[int], elsewhere: str) -> str:
    shown = (_part(part, count, elsewhere) for part, count in zip(parts, kept, strict=True) if part.rows)
    return _BETWEEN.join(shown) + "\n"


def _part(part: Part, count: int, elsewhere: str) -> str:
    missing = len(part.rows) - count
    note = _left_out(part, missing, elsewhere) if missing else ""
    if not count:
        return note
    rows = part.joiner.join(part.rows[:count])
    return part.before + rows + (_BETWEEN + note if note else "") + part.after


def _left_out(part: Part, missing: int, elsewhere: str) -> str:
    more = part.noun if missing == 1 else f"{part.noun}s"
    return f"_{missing:,} more {more} left out to fit GitHub's limit{elsewhere}._"
