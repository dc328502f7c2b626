"""What a repository asks rustup for: the channel of its toolchain file, components and targets.

See the rustup book, "Overrides", the toolchain file.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from benchmark_ci.errors import BadInput
from benchmark_ci.model import Noun
from benchmark_ci.wall import files

NAMES = ("rust-toolchain", "rust-toolchain.toml")
"""In rustup's order."""

UNUSED = frozenset({"clippy", "miri", "rls", "rust-analysis", "rust-analyzer", "rust-docs"})
"""Components that no build calls: their download would only cost time."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_MOST_NAMES = 64


class Wanted(Noun):
    """A channel and what must be installed beside its compiler."""

    channel: str  # empty: the machine's default
    origin: str  # where the channel was asked for
    components: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def wanted(asked: str, checkout: Path, directory: Path) -> Wanted:
    """What the input `toolchain` and the nearest toolchain file at or above `directory` ask for.

    The input only replaces the file's channel; a file that is none does no harm then. Raises BadInput.
    """
    file = _nearest(checkout, directory)
    if not asked:
        return _read(file, checkout) if file else Wanted(channel="", origin="the default")
    given = Wanted(channel=asked, origin="input `toolchain`")
    try:
        more = _read(file, checkout) if file else given
    except BadInput:
        more = given
    return given.model_copy(update={"components": more.components, "targets": more.targets})


def _nearest(checkout: Path, directory: Path) -> Path | None:
    folder = checkout / directory
    while True:
        for name in NAMES:
            if (folder / name).is_file():
                return folder / name
        if folder == checkout or checkout not in folder.parents:
            return None
        folder = folder.parent


def _read(file: Path, checkout: Path) -> Wanted:
    name = file.relative_to(checkout).as_posix()
    text = files.read_text(checkout, file).strip()
    plain = file.suffix != ".toml" and "[" not in text
    table = {"channel": text} if plain else _table(text, name)
    channel = _channel(table, name)
    return Wanted(
        channel=channel,
        origin=f"`{name}`" if channel else "the default",
        components=_names(table, "components", name),
        targets=_names(table, "targets", name),
    )


def _table(text: str, name: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(text).get("toolchain", {})
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _not_one(name, str(error)) from error
    if not isinstance(table, dict):
        raise _not_one(name, "`toolchain` is no table")
    return table


def _channel(table: dict[str, Any], name: str) -> str:
    """Empty where the file only adds components or targets to any toolchain."""
    if table and table.keys().isdisjoint({"channel", "path"}):
        return ""
    channel = table.get("channel", "")
    if not isinstance(channel, str) or not _NAME.fullmatch(channel):
        raise BadInput(
            f"`{name}` names no channel that can be used: {channel!r}.",
            "Name a channel such as `1.95` or `stable` in it, or set the input `toolchain`.",
        )
    return channel


def _names(table: dict[str, Any], key: str, file: str) -> tuple[str, ...]:
    wire = table.get(key, [])
    if not isinstance(wire, list) or len(wire) > _MOST_NAMES or not all(map(_is_name, wire)):
        raise _not_one(file, f"`{key}` is no list of names")
    return tuple(name for name in dict.fromkeys(wire) if name not in UNUSED)


def _is_name(wire: object) -> bool:
    return isinstance(wire, str) and bool(_NAME.fullmatch(wire))


def _not_one(name: str, why: str) -> BadInput:
    return BadInput(f"`{name}` is not a toolchain file: {why}.", "Mend it or set the input `toolchain`.")
