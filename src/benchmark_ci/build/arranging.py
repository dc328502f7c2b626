"""The same code at other addresses: bench executables linked anew with their sections in another order.

Only the linker is told something more, and only LLD understands it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from benchmark_ci.build import keeping, linking
from benchmark_ci.build.again import Asked, Recipe, beside, made, make_again, of_targets
from benchmark_ci.build.executable import Executable
from benchmark_ci.model import Side, Target
from benchmark_ci.voice import Voice
from benchmark_ci.wall.site import Site

SUFFIX = ".arranged"
NOT_LINKED = "the linker shuffles no sections, which only LLD does"


def relink(
    recipes: Mapping[Side, Recipe],
    executables: Iterable[Executable],
    targets: Iterable[Target],
    seed: int,
    site: Site,
    voice: Voice,
    limit_seconds: float,
) -> tuple[Executable, ...] | str:
    """These bench targets of both sides in the arrangement that the seed gives, or why there is none.

    The reason is a clause. An arrangement replaces the one before it on the disk. `limit_seconds` holds for
    each side. The compiler makes the first arrangement of a target, its linker alone those after it.
    """
    chosen = of_targets(executables, targets)
    if all(_linked(own, seed, site, side, limit_seconds) for side, own in chosen.items()):
        return made(chosen, SUFFIX)
    shuffled = Asked(env={linking.SHUFFLE: str(seed)}, suffix=SUFFIX, refused=NOT_LINKED)
    return make_again(recipes, executables, targets, shuffled, site, voice, limit_seconds)


def _linked(
    executables: Collection[Executable], seed: int, site: Site, side: Side, limit_seconds: float
) -> bool:
    """Whether these of a side were linked from what was kept."""
    with site.at(side):
        return keeping.is_kept(executables) and all(
            keeping.link(one, seed, beside(one.path, SUFFIX), site.identity(side), limit_seconds)
            for one in executables
        )
