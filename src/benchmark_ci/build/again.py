"""Bench executables made again from what is built, with something asked of the linking script.

Cargo is called as for the build, with the bench executables out of its way: so these, and nothing else, are
made again, from the same sources by the same compiler. What was built before is back in its place afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmark_ci.build import linking
from benchmark_ci.build.cargo import Cargo
from benchmark_ci.build.executable import LARGEST_EXECUTABLE_BYTES, Executable
from benchmark_ci.build.toolchain import Toolchain
from benchmark_ci.errors import BadFile
from benchmark_ci.model import Noun, Side, Target
from benchmark_ci.voice import Voice
from benchmark_ci.wall import files, process
from benchmark_ci.wall.identity import Identity
from benchmark_ci.wall.site import Site

AS_BUILT = ".built"

OWN_WRAPPER = "the linker is asked through a rustc wrapper, and there is one of the user's own"
NO_TIME = "building again took longer than there was time for"
NO_ROOM = "building again filled the disk"


class Recipe(Noun):
    """How a side's bench executables were built."""

    toolchain: Toolchain
    env: Mapping[str, str]
    directory: Path  # where cargo is started, at the common path
    target: Path
    arguments: tuple[str, ...]  # of cargo


class Asked(Noun):
    """What is asked of the linking script."""

    env: Mapping[str, str]  # so the script is told
    suffix: str  # of the file names of what is made
    refused: str  # a clause, where an executable comes out as it was before or not at all


def make_again(
    recipes: Mapping[Side, Recipe],
    executables: Iterable[Executable],
    targets: Iterable[Target],
    asked: Asked,
    site: Site,
    voice: Voice,
    limit_seconds: float,
) -> tuple[Executable, ...] | str:
    """These bench targets of both sides, made as it was asked, or why not, as a clause.

    They replace what the same suffix was asked for before. `limit_seconds` holds for each side.
    """
    chosen = of_targets(executables, targets)
    for side, own in chosen.items():
        if side not in recipes:
            return asked.refused
        with site.at(side):
            reason = _make_side(recipes[side], own, asked, site, side, voice, limit_seconds)
        if reason:
            return reason
    return made(chosen, asked.suffix)


def of_targets(executables: Iterable[Executable], targets: Iterable[Target]) -> dict[Side, list[Executable]]:
    """Those of these bench targets, by side."""
    wanted = {str(target) for target in targets}
    chosen = [one for one in executables if str(one.target) in wanted]
    return {side: [one for one in chosen if one.side is side] for side in Side}


def made(chosen: Mapping[Side, Iterable[Executable]], suffix: str) -> tuple[Executable, ...]:
    """The same executables as they were made again."""
    return tuple(
        one.model_copy(update={"path": beside(one.path, suffix)}) for own in chosen.values() for one in own
    )


def _make_side(
    recipe: Recipe,
    executables: list[Executable],
    asked: Asked,
    site: Site,
    side: Side,
    voice: Voice,
    limit_seconds: float,
) -> str:
    """Make these of a side, which stands at the common path; why not, as a clause."""
    wrapper = linking.environment(site, recipe.env, recipe.directory)
    if not wrapper:
        return OWN_WRAPPER
    identity = site.identity(side)
    cargo = Cargo(
        recipe.toolchain,
        {**recipe.env, **wrapper, **asked.env},
        identity,
        recipe.directory,
        recipe.target,
    )
    with _out_of_the_way(executables, site, identity):
        finished = cargo.run(*recipe.arguments, limit_seconds=limit_seconds)
        if finished.timed_out or finished.filled_disk:
            return NO_TIME if finished.timed_out else NO_ROOM
        for one in executables:
            if not _differs(site.here, one.path):
                _tell(finished, voice)
                return asked.refused
            _move(one.path, beside(one.path, asked.suffix), identity)
    return ""


@contextmanager
def _out_of_the_way(executables: list[Executable], site: Site, identity: Identity | None) -> Iterator[None]:
    for one in executables:
        _move(one.path, beside(one.path, AS_BUILT), identity)
    try:
        yield
    finally:
        for one in executables:
            _move(beside(one.path, AS_BUILT), one.path, identity)
        site.built()  # these are no leftovers of a benchmark


def _differs(root: Path, path: Path) -> bool:
    """Whether an executable was made that is not the one from before: what is asked for may be ignored."""
    try:
        made, before = (
            files.read(root, one, LARGEST_EXECUTABLE_BYTES) for one in (path, beside(path, AS_BUILT))
        )
    except (BadFile, FileNotFoundError):
        return False
    return made != before


def _tell(finished: process.Finished, voice: Voice) -> None:
    for line in finished.last_lines().splitlines():
        voice.child_line(line)


def beside(path: Path, suffix: str) -> Path:
    """Where what is made again of an executable lies."""
    return path.with_name(path.name + suffix)


def _move(source: Path, destination: Path, identity: Identity | None) -> None:
    """As the side's user: it owns the folder, and could have put a link where we would follow it as root."""
    process.run(
        ("/bin/mv", "-f", "-T", "--", str(source), str(destination)),
        cwd=Path("/"),
        env={"PATH": "/usr/bin:/bin"},
        identity=identity,
    )
