"""What a linker was handed is kept, so that it can link the same in another order without a compiler.

A compiler takes minutes for a large bench target, its linker a second. The first arrangement of an executable
is made by cargo (`build/again.py`); a script of ours stands in the linker's place then, keeps the files that
the compiler will take away, and writes down the call as another script. Keeping fails silently: then there
is no such script, and the next arrangement is made by cargo, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmark_ci.build.executable import Executable
from benchmark_ci.wall import process
from benchmark_ci.wall.identity import Identity
from benchmark_ci.wall.room import Room

NAME = "linker"
"""Of our script. Beside it lies the one that calls rustc, and says which linker is called in truth."""

FOLDER_SUFFIX = ".link"
"""Of the folder beside an executable in which everything is kept."""

AGAIN = "again"
"""The script in it: it takes the seed of an order, and where the executable goes."""

SCRIPT = r"""#!/bin/sh
# Called as <folder>/<name of the linker>: keeps what the linker is handed in that folder, and calls it.
# `again` is written last and only when nothing is handed over that will be gone.
keep=${0%/*}
quoted() {
  printf "'"
  printf '%s' "$1" | sed "s/'/'\\\\''/g"
  printf "'"
}
number=0 previous=
kept() {
  number=$((number + 1))
  file=$keep/$number-${1##*/}
  ln -- "$1" "$file" 2>/dev/null || cp -R -- "$1" "$file"
}
call() {
  export -p
  printf 'cd '; quoted "$PWD"; printf ' || exit\nset --'
  for one in "$@"; do
    printf ' '
    case $previous:$one in
      -o:*) printf '"$2"' ;;
      *:*--shuffle-sections=*=*) quoted "${one%=*}="; printf '"$1"' ;;
      *:*.o | *:*/rustc??????/*) [ -e "$one" ] && kept "$one" && quoted "$file" || return 1 ;;
      *:@*) return 1 ;;
      *) quoted "$one" ;;
    esac
    previous=$one
  done
  printf '\nexec '; quoted "$BENCHMARK_CI_LINKER"; printf ' "$@"\n'
}
call "$@" >"$keep/call" 2>/dev/null && mv -- "$keep/call" "$keep/again"
exec "$BENCHMARK_CI_LINKER" "$@"
"""


def is_kept(executables: Iterable[Executable]) -> bool:
    """Whether all of these, whose side stands at the common path, can be linked so."""
    return all(_script(one.path).is_file() for one in executables)


def link(exe: Executable, seed: int, made: Path, identity: Identity | None, limit_seconds: float) -> bool:
    """Link an executable as `made` in the order that the seed gives; whether the linker did."""
    finished = process.run(
        ("/bin/sh", str(_script(exe.path)), str(seed), str(made)),
        cwd=exe.directory,
        env={"PATH": "/usr/bin:/bin"},
        identity=identity,
        timeout_seconds=limit_seconds,
        room=Room(exe.directory),
    )
    return finished.ok


def _script(path: Path) -> Path:
    return path.with_name(path.name + FOLDER_SUFFIX) / AGAIN
