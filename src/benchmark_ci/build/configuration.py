"""Cargo's configuration files: where they lie, and what of them we must know.

Cargo merges them key by key: what stands nearer to where it is started wins, and a file wins over those that
it includes (The Cargo Book, "Configuration" and its `env` table).
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmark_ci.errors import BadFile
from benchmark_ci.wall import files

MOST_FILES = 100
"""So many are read at most where files include each other."""


class _Setting(NamedTuple):
    value: str
    force: bool  # even where the variable is set already


def configurations(env: Mapping[str, str], directory: Path) -> Iterator[Path]:
    """Where cargo looks when it is started in `directory`, the nearest first; not all of them exist."""
    folders = [one / ".cargo" for one in (directory, *directory.parents)]
    home = Path(env["CARGO_HOME"]) if env.get("CARGO_HOME") else None
    if home is None and env.get("HOME"):
        home = Path(env["HOME"]) / ".cargo"
    for folder in (*folders, *([home] if home and home not in folders else [])):
        old = folder / "config"
        yield old if os.path.exists(old) else folder / "config.toml"  # noqa: PTH110 - False where nobody may look


def content(root: Path, file: Path) -> bytes:
    """A configuration file's; below `root`, where strangers write, no link is followed out of it.

    Raises BadFile and OSError.
    """
    return files.read(root, file) if file.is_relative_to(root) else file.read_bytes()


def variables(root: Path, env: Mapping[str, str], directory: Path) -> dict[str, str]:
    """What `[env]` tables set for a program that cargo starts with the environment `env`.

    A file that cannot be read sets nothing: cargo, which reads it too, says what is wrong with it.
    """
    found: dict[str, _Setting] = {}
    for wire, folder in _documents(root, env, directory):
        table = wire.get("env")
        for name, value in table.items() if isinstance(table, dict) else ():
            if name not in found and (setting := _setting(value, folder)):
                found[name] = setting
    return {name: one.value for name, one in found.items() if one.force or name not in env}


def missing_wrapper(root: Path, env: Mapping[str, str], directory: Path) -> str:
    """The `build.rustc-wrapper` of the files where there is no such program; empty otherwise.

    Variables of the environment are the user's own, and go before the files.
    """
    if "RUSTC_WRAPPER" in env or "CARGO_BUILD_RUSTC_WRAPPER" in env:
        return ""
    for wire, folder in _documents(root, env, directory):
        table = wire.get("build")
        name = table.get("rustc-wrapper") if isinstance(table, dict) else None
        if isinstance(name, str):
            place = str(folder / name) if "/" in name else name  # as cargo finds programs
            there = not name or "\0" in name or shutil.which(place, path=env.get("PATH"))
            return "" if there else name
    return ""


def settable(variables: Mapping[str, str]) -> dict[str, str]:
    """Those that a process can be given at all."""
    return {
        name: value
        for name, value in variables.items()
        if name and "=" not in name and "\0" not in name + value
    }


def _documents(root: Path, env: Mapping[str, str], directory: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """Every file's content and the folder that its relative paths start from; what wins comes first."""
    for file in configurations(env, directory):
        yield from _with_included(root, file, [])


def _with_included(root: Path, file: Path, read: list[Path]) -> Iterator[tuple[dict[str, Any], Path]]:
    """`read`: what was read before it, by way of includes."""
    if file in read or len(read) >= MOST_FILES:  # a second time it would win over nothing
        return
    read.append(file)
    try:
        wire = tomllib.loads(content(root, file).decode())
    except (BadFile, OSError, ValueError, RecursionError):
        return
    yield wire, file.parent.parent
    for name in reversed(list(_included(wire.get("include")))):
        other = Path(os.path.normpath(file.parent / name))
        # what strangers wrote only leads to what strangers wrote
        if other.is_relative_to(root) or not file.is_relative_to(root):
            yield from _with_included(root, other, read)


def _included(wire: Any) -> Iterator[str]:
    """A later one wins over an earlier one."""
    for one in wire if isinstance(wire, list) else [wire]:
        path = one.get("path") if isinstance(one, dict) else one
        if isinstance(path, str):
            yield path


def _setting(wire: Any, folder: Path) -> _Setting | None:
    """`"text"` or `{ value, force, relative }`; a relative value is a path from `folder`."""
    table = wire if isinstance(wire, dict) else {"value": wire}
    value = table.get("value")
    if not isinstance(value, str):
        return None
    return _Setting(str(folder / value) if table.get("relative") else value, bool(table.get("force")))
