"""Patterns on benchmarks: what they match, and which of two says it more exactly.

`*` stands for any characters, `/` included, `?` for one, and a backslash takes a sign's meaning away. A
pattern is held against the whole full id; one that begins with `package/target: ` asks for these too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby, takewhile

from benchmark_ci.model.build import BenchmarkId

_QUALIFIED = re.compile(r"([A-Za-z0-9_*?-]+/[A-Za-z0-9_.*?-]+): (.+)", re.DOTALL)
_ESCAPED = "\\*?:"
_ANY, _ONE = "any", "one"  # longer than a sign of a text

Rank = tuple[bool, int, int, int, bool, int]


@dataclass(frozen=True)
class Pattern:
    """A pattern, read once; `pattern` keeps what it read."""

    where: tuple[str, ...]  # of `package/target`; empty: anywhere
    what: tuple[str, ...]  # of the full id

    @property
    def exact(self) -> bool:
        """Whether it can match one full id only."""
        return not {_ANY, _ONE} & {*self.what}

    @cached_property
    def rank(self) -> Rank:
        """The larger, the more specific: exact ids, then by the letters before the first wildcard, by all
        letters, by how few `*` there are; what also names package and target comes before its like.
        """
        wild = [number for number, sign in enumerate(self.what) if sign in (_ANY, _ONE)]
        return (
            self.exact,
            wild[0] if wild else len(self.what),
            len(self.what) - len(wild),
            -self.what.count(_ANY),
            bool(self.where),
            sum(sign not in (_ANY, _ONE) for sign in self.where),
        )

    @property
    def beginning(self) -> str:
        """What stands before the first wildcard: every full id that it matches begins so."""
        return "".join(takewhile(lambda sign: sign not in (_ANY, _ONE), self.what))

    @property
    def longest(self) -> str:
        """The longest text without wildcards, which every full id that it matches holds; may be empty."""
        texts = groupby(self.what, key=lambda sign: sign in (_ANY, _ONE))
        return max(("".join(text) for wild, text in texts if not wild), key=len, default="")

    def matches(self, benchmark: BenchmarkId) -> bool:
        """Whether it means this benchmark."""
        if self._what.fullmatch(benchmark.full_id) is None:
            return False
        return not self.where or bool(self._where.fullmatch(f"{benchmark.package}/{benchmark.target}"))

    @cached_property
    def _where(self) -> re.Pattern[str]:
        return _expression(self.where)

    @cached_property
    def _what(self) -> re.Pattern[str]:
        return _expression(self.what)


@lru_cache(maxsize=8192)
def pattern(text: str) -> Pattern:
    """The pattern that a text spells; equal patterns match the same benchmarks, however they are spelt."""
    qualified = _QUALIFIED.fullmatch(text)
    where, what = qualified.groups() if qualified else ("", text)
    return Pattern(where=_signs(where), what=_signs(what))


def escaped(full_id: str) -> str:
    """The pattern that matches one full id and nothing else."""
    return "".join(f"\\{sign}" if sign in _ESCAPED else sign for sign in full_id)


def _signs(text: str) -> tuple[str, ...]:
    """Letters and wildcards; neighbouring wildcards in one order: `*?*` is `?*`."""
    signs = [
        token[1] if len(token) == 2 else {"*": _ANY, "?": _ONE}.get(token, token)
        for token in re.findall(r"\\[*?:\\]|.", text, re.DOTALL)
    ]
    ordered: list[str] = []
    for wild, run in groupby(signs, key=lambda sign: sign in (_ANY, _ONE)):
        found = list(run)
        ordered += [_ONE] * found.count(_ONE) + [_ANY] * (_ANY in found) if wild else found
    return tuple(ordered)


def _expression(signs: tuple[str, ...]) -> re.Pattern[str]:
    """Each `*` but the last takes as little as it can and never more: no text makes this slow."""
    chunks = [""]
    for sign in signs:
        if sign == _ANY:
            chunks.append("")
        else:
            chunks[-1] += "." if sign == _ONE else re.escape(sign)
    first, *rest = chunks
    if not rest:
        return re.compile(first, re.DOTALL)
    middle = "".join(f"(?>.*?{chunk})" for chunk in rest[:-1])
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.DOTALL)
