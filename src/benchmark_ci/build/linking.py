"""The linker's map beside each bench executable, and its symbols in it: the proof reads both.

Neither may be asked of cargo: a map's name depends on the executable, and who links is decided in half a
dozen places (`target.*.linker`, `RUSTFLAGS`, `linker-flavor`, the target's default). rustc, though, is told
all of it. So cargo calls a script of ours in place of rustc for the workspace's own packages. It calls rustc
with the very arguments that it got; where an executable is linked it adds two: write a map, and keep the
symbols. What is compiled does not depend on either. Where the link fails with them it is done again without.
With `SHUFFLE` in its environment it asks for another order of the sections instead (`build/arranging.py`),
and what is linked is kept for more of them (`build/keeping.py`).
With `UNOPTIMISED` it asks for no optimisation besides; the profile's checks stay as they are, which rustc
would turn on without it (`build/unoptimised.py`).
"""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.build import configuration, keeping
from benchmark_ci.errors import BadFile
from benchmark_ci.wall import files
from benchmark_ci.wall.site import Site

VARIABLE = "RUSTC_WORKSPACE_WRAPPER"
SHUFFLE = "BENCHMARK_CI_SHUFFLE"
"""The seed of another order of sections; the link fails where the linker cannot do that."""

UNOPTIMISED = "BENCHMARK_CI_UNOPTIMISED"
"""Not empty: the executable is compiled without optimisation; where the profile asks for none, as it was."""

UNOPTIMISED_SUFFIX = ".unoptimised"
"""Of the name of such an executable, and so of its map's, which must not take the other map's place."""

_NAME = "rustc"  # caching wrappers only take a compiler that is called so
_CONFIGURED = re.compile(rb"rustc[-_]workspace[-_]wrapper")
_SCRIPT = r"""#!/bin/sh
# Calls rustc, the first argument. Where an executable is linked: with a linker map beside it, symbols kept;
# with a seed in BENCHMARK_CI_SHUFFLE with its sections in another order and no map; with something in
# BENCHMARK_CI_UNOPTIMISED without optimisation, and the map under another name.
rustc=$1
shift
kind=bin tests= folder= name= suffix= linker= flavor= strips= previous= level= assertions=off checks= ending=
codegen() {
  case $1 in
    opt-level=*) level=${1#*=} ;;
    debug-assertions=*) assertions=${1#*=} ;;
    debug-assertions) assertions=on ;;
    overflow-checks=*) checks=${1#*=} ;;
    overflow-checks) checks=on ;;
    extra-filename=*) suffix=${1#*=} ;;
    linker=*) linker=${1#*=} ;;
    linker-flavor=*) flavor=${1#*=} ;;
    strip=*) strips=yes ;;
  esac
}
for argument in "$@"; do
  case $previous in
    --out-dir) folder=$argument ;;
    --crate-name) name=$argument ;;
    --crate-type) kind=$argument ;;
    -C | --codegen) codegen "$argument" ;;
  esac
  case $argument in
    --test) tests=yes ;;
    -O) level=3 ;;
    --crate-type=*) kind=${argument#*=} ;;
    --out-dir=*) folder=${argument#*=} ;;
    --crate-name=*) name=${argument#*=} ;;
    --codegen=*) codegen "${argument#*=}" ;;
    -C?*) codegen "${argument#-C}" ;;
  esac
  previous=$argument
done
case ${tests:-$kind}:$folder:$name in
  yes:?*:?* | bin:?*:?*) ;;
  *) exec "$rustc" "$@" ;;
esac
case $folder:$name in
  *,* | *:build_script_*) exec "$rustc" "$@" ;;
esac
# who is called decides how it is asked: a compiler hands options on to its linker, a linker takes them itself
case ${flavor:-${linker##*/}} in
  *cc) told=-Wl, ;;
  ld | ld.* | ld64.* | *-ld | lld | rust-lld | mold | gnu | gnu-lld) told= ;;
  *) told=-Wl, ;;
esac
if [ -n "${BENCHMARK_CI_SHUFFLE:-}" ]; then
  told=$told--shuffle-sections=*=$BENCHMARK_CI_SHUFFLE
  export BENCHMARK_CI_LINKER="${linker:-cc}"
  keep=$folder/$name$suffix.link
  stand_in=$keep/${BENCHMARK_CI_LINKER##*/}
  rm -rf "$keep"
  if [ -n "$linker" ] || [ -z "$flavor" ]; then
    mkdir "$keep" && ln -s "${0%/*}/linker" "$stand_in" && set -- "$@" -C "linker=$stand_in"
  fi
  exec "$rustc" "$@" -C "link-arg=$told" ${strips:+-C strip=debuginfo}
fi
if [ -n "${BENCHMARK_CI_UNOPTIMISED:-}" ] && [ "${level:-0}" != 0 ]; then
  ending=.unoptimised
  set -- "$@" -C opt-level=0 -C "debug-assertions=$assertions" -C "overflow-checks=${checks:-$assertions}"
fi
file=$folder/$name$suffix$ending.map
rm -f "$file"
"$rustc" "$@" -C "link-arg=$told-Map=$file" ${strips:+-C strip=debuginfo} 2>"$file.errors"
code=$?
if [ $code -ne 0 ] && grep -q 'linking with' "$file.errors"; then
  rm -f "$file" "$file.errors"
  exec "$rustc" "$@"
fi
cat "$file.errors" >&2
rm -f "$file.errors"
exit $code
"""


def environment(site: Site, env: Mapping[str, str], directory: Path) -> dict[str, str]:
    """The variable that puts our script in place of rustc; empty where that place is taken or of no use.

    Our scripts lie outside of both sides' folders, and behind the wall only root can write them. They are
    written anew for each side all the same. `directory` is where cargo is started, at the common path.
    """
    if platform.system() != "Linux" or VARIABLE in env or _taken(site, env, directory):
        return {}
    tools = site.root / "tools"
    tools.mkdir(mode=0o755, exist_ok=True)
    tools.chmod(0o755)
    for name, text in ((_NAME, _SCRIPT), (keeping.NAME, keeping.SCRIPT)):
        files.replace(tools / name, text.encode())
        (tools / name).chmod(0o755)
    return {VARIABLE: str(tools / _NAME)}


def _taken(site: Site, env: Mapping[str, str], directory: Path) -> bool:
    """Whether cargo's configuration names a wrapper of the user's own: theirs is used then."""
    for file in configuration.configurations(env, directory):
        try:
            if _CONFIGURED.search(configuration.content(site.here, file)):
                return True
        except FileNotFoundError:
            continue
        except (BadFile, OSError):
            return True
    return False
