"""The same code at other addresses: bench executables linked anew with their sections in another order.

Cargo is called as for the build, with the bench executables out of its way: so these, and nothing else, are
made again, from the same sources by the same compiler. Only the linker is told something more, and only LLD
understands it. What was built before is back in its place afterwards.
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

AS_LINKED, ARRANGED = ".linked", ".arranged"

OWN_WRAPPER = "the linker is asked through a rustc wrapper, and there is one of the user's own"
NOT_LINKED = "the linker shuffles no sections, which only LLD does"
NO_TIME = "linking took longer than the time budget"
NO_ROOM = "linking filled the disk"


class Recipe(Noun):
    """How a side's bench executables were built."""

    toolchain: Toolchain
    env: Mapping[str, str]
    directory: Path  # where cargo is started, at the common path
    target: Path
    arguments: tuple[str, ...]  # of cargo


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
    wanted = {str(target) for target in targets}
    chosen = [one for one in executables if str(one.target) in wanted]
    arranged: list[Executable] = []
    for side in Side:
        own = [one for one in chosen if one.side is side]
        if side not in recipes:
            return NOT_LINKED
        with site.at(side):
            reason = _relink_side(recipes[side], own, seed, site, side, voice, limit_seconds)
        if reason:
            return reason
        arranged += [one.model_copy(update={"path": _beside(one.path, ARRANGED)}) for one in own]
    return tuple(arranged)


def _relink_side(
    recipe: Recipe,
    executables: list[Executable],
    seed: int,
    site: Site,
    side: Side,
    voice: Voice,
    limit_seconds: float,
) -> str:
    """Link these of a side, which stands at the common path; why not, as a clause."""
    wrapper = linking.environment(site, recipe.env, recipe.directory)
    if not wrapper:
        return OWN_WRAPPER
    identity = site.identity(side)
    cargo = Cargo(
        recipe.toolchain,
        {**recipe.env, **wrapper, linking.SHUFFLE: str(seed)},
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
                return NOT_LINKED
            _move(one.path, _beside(one.path, ARRANGED), identity)
    return ""


@contextmanager
def _out_of_the_way(executables: list[Executable], site: Site, identity: Identity | None) -> Iterator[None]:
    for one in executables:
        _move(one.path, _beside(one.path, AS_LINKED), identity)
    try:
        yield
    finally:
        for one in executables:
            _move(_beside(one.path, AS_LINKED), one.path, identity)
        site.built()  # these are no leftovers of a benchmark


def _differs(root: Path, path: Path) -> bool:
    """Whether an executable was made that is not the one from before: a linker may ignore what it is told."""
    try:
        made, before = (
            files.read(root, one, LARGEST_EXECUTABLE_BYTES) for one in (path, _beside(path, AS_LINKED))
        )
    except (BadFile, FileNotFoundError):
        return False
    return made != before


def _tell(finished: process.Finished, voice: Voice) -> None:
    for line in finished.last_lines().splitlines():
        voice.child_line(line)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _move(source: Path, destination: Path, identity: Identity | None) -> None:
    """As the side's user: it owns the folder, and could have put a link where we would follow it as root."""
    process.run(
        ("/bin/mv", "-f", "-T", "--", str(source), str(destination)),
        cwd=Path("/"),
        env={"PATH": "/usr/bin:/bin"},
        identity=identity,
    )
