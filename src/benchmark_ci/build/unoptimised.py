"""The same sources with nothing optimised: bench executables for the proof to read, never to be timed.

Two sides whose optimised code differs may differ only by what the compiler made of it; unoptimised code says
what the sources say. Dependencies, and the package's own library, stay as they were built.
"""

from __future__ import annotations

from benchmark_ci.build import linking
from benchmark_ci.build.again import Asked, make_again
from benchmark_ci.build.build import Build
from benchmark_ci.build.executable import Executable
from benchmark_ci.model import Target
from benchmark_ci.voice import Voice
from benchmark_ci.wall.site import Site

NOT_MADE = "nothing in it is optimised, or it could not be built otherwise"


def unoptimised(
    built: Build, site: Site, voice: Voice, target: Target, limit_seconds: float
) -> tuple[Executable, ...] | str:
    """A bench target of both sides without optimisation, or why it cannot be had, as a clause.

    `limit_seconds` holds for each side.
    """
    asked = Asked(env={linking.UNOPTIMISED: "1"}, suffix=linking.UNOPTIMISED_SUFFIX, refused=NOT_MADE)
    return make_again(built.recipes, built.executables, (target,), asked, site, voice, limit_seconds)
