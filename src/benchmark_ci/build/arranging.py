"""The same code at other addresses: bench executables linked anew with their sections in another order.

Only the linker is told something more, and only LLD understands it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from benchmark_ci.build import linking
from benchmark_ci.build.again import Asked, Recipe, make_again
from benchmark_ci.build.executable import Executable
from benchmark_ci.model import Side, Target
from benchmark_ci.voice import Voice
from benchmark_ci.wall.site import Site

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
    each side.
    """
    shuffled = Asked(env={linking.SHUFFLE: str(seed)}, suffix=".arranged", refused=NOT_LINKED)
    return make_again(recipes, executables, targets, shuffled, site, voice, limit_seconds)
