"""Version tags: which one is the release before this one?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import total_ordering

from benchmark_ci.model import Noun

_NUMBER = r"(0|[1-9][0-9]{0,17})"
_VERSION = re.compile(
    rf"[vV]?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
)


@total_ordering
class Version(Noun):
    """A semantic version; build metadata does not take part in the order."""

    numbers: tuple[int, int, int]
    pre_release: tuple[str, ...] = ()

    @property
    def stable(self) -> bool:
        """Whether it is not a pre-release."""
        return not self.pre_release

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[object, ...]:
        parts = tuple((0, int(p), "") if _numeric(p) else (1, 0, p) for p in self.pre_release)
        return (self.numbers, self.stable, parts)


def parse(tag: str) -> Version | None:
    """The version that a tag names (`1.2.3`, `v1.2.3-rc.1`), or None. A moving `v1` is none."""
    found = _VERSION.fullmatch(tag)
    if not found or any(len(part) > 1 and _numeric(part) and part[0] == "0" for part in _parts(found[4])):
        return None
    return Version(numbers=(int(found[1]), int(found[2]), int(found[3])), pre_release=_parts(found[4]))


def latest(tags: Mapping[str, str], current_sha: str, current_tag: str | None = None) -> str | None:
    """The newest stable version's tag that the current commit can be compared with, or None.

    It is earlier than `current_tag`, or than the current commit's own version tag, where there is one;
    otherwise the newest of all. Tags of the current commit itself never count. `tags` holds SHAs by name.
    """
    versions = {tag: version for tag in tags if (version := parse(tag))}
    own = parse(current_tag) if current_tag else None
    if own is None:
        own = max((version for tag, version in versions.items() if tags[tag] == current_sha), default=None)
    candidates = [
        (version, tag)
        for tag, version in versions.items()
        if version.stable
        and tags[tag] != current_sha
        and tag != current_tag
        and (own is None or version < own)
    ]
    return max(candidates)[1] if candidates else None


def _parts(pre_release: str | None) -> tuple[str, ...]:
    return tuple(pre_release.split(".")) if pre_release else ()


def _numeric(part: str) -> bool:
    return part.isascii() and part.isdigit()
