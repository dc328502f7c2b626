"""Whether both sides find the same under a path that a benchmark touched.

The sides' folders stand at their own places meanwhile, and nothing of theirs runs. Links are followed by
hand: they lead where they would while the side stands at the common path, and never out of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmark_ci.model import Side
from benchmark_ci.prove.touched import Touched
from benchmark_ci.wall.site import Site

MOST_LINKS = 40
_BLOCK = 1024 * 1024


class _Found(NamedTuple):
    """What stands under a path: a place in the side's folder, or words about it that can be compared."""

    place: Path | None
    words: str = ""


class Inputs:
    """Compares paths between both sides; what was compared once is remembered."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known: dict[str, bool] = {}

    def differing(self, touched: Touched) -> str:
        """Why what was touched may differ: a path or a call that nothing is known of; '' when it does not."""
        for path in sorted(touched.paths):
            known = self._known.get(path)
            if known is None:
                known = self._known[path] = self._same(path)
            if not known:
                return f"reads `{self._shown(path)}`, which differs"
        return touched.unknown

    def first_differing(self, stretches: Sequence[Touched]) -> list[str]:
        """Of each benchmark: why its data may differ; what one read, later ones may use."""
        reasons: list[str] = []
        for touched in stretches:
            before = reasons[-1] if reasons else ""
            reasons.append(before or self.differing(touched))
        return reasons

    def _shown(self, path: str) -> str:
        return os.path.relpath(path, self._site.here / "src")

    def _same(self, path: str) -> bool:
        if not Path(path).is_relative_to(self._site.here):
            return self._same_elsewhere(path)
        if Path(path).is_relative_to(self._site.here / "criterion"):
            return True  # Criterion's own folder: new and empty for each run
        try:
            first, second = (self._find(self._site.folder(side), path) for side in Side)
            if first.place is None or second.place is None:
                return first == second
            return _equal(first.place, second.place)
        except (OSError, ValueError):
            return False

    def _same_elsewhere(self, path: str) -> bool:
        """The machine's own, of which there is one, unless a link leads to the sides' place."""
        place, here = Path(os.path.realpath(path)), Path(os.path.realpath(self._site.here))
        if not place.is_relative_to(here):
            return True
        return self._same(str(self._site.here / place.relative_to(here)))

    def _find(self, root: Path, path: str) -> _Found:
        """Where a path of the common place leads in a side's folder."""
        parts = list(Path(path).relative_to(self._site.here).parts)
        place = root
        links = 0
        while parts:
            name = parts.pop(0)
            if name == "..":
                if place == root:
                    return _Found(None, f"above: {'/'.join(parts)}")
                place = place.parent
                continue
            place = place / name
            if not place.is_symlink():
                continue
            links += 1
            target = place.readlink()
            if links > MOST_LINKS:
                return _Found(None, "a circle of links")
            if target.is_absolute() and not target.is_relative_to(self._site.here):
                return _Found(None, f"elsewhere: {target} {'/'.join(parts)}")
            if target.is_absolute():
                parts = [*target.relative_to(self._site.here).parts, *parts]
                place = root
            else:
                parts = [*target.parts, *parts]
                place = place.parent
        return _Found(place) if place.exists() else _Found(None, "nothing")


def _equal(baseline: Path, current: Path) -> bool:
    kinds = [stat.S_IFMT(place.lstat().st_mode) for place in (baseline, current)]
    if kinds[0] != kinds[1]:
        return False
    if stat.S_ISDIR(kinds[0]):
        return {one.name for one in baseline.iterdir()} == {one.name for one in current.iterdir()}
    if not stat.S_ISREG(kinds[0]):
        return True  # a pipe or socket that the benchmark made: nothing of it stands in the file
    with baseline.open("rb") as first, current.open("rb") as second:
        while True:
            one, other = first.read(_BLOCK), second.read(_BLOCK)
            if one != other:
                return False
            if not one:
                return True
