"""A finished Criterion tree: what `cargo bench` left in a checkout, or what an artifact holds.

Read as hostile data: links are not followed, depth and number of folders are bounded, a damaged file spoils
its own benchmark only. Which benchmark it is says `benchmark.json`, never the folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import from_json

from benchmark_ci.errors import BadFile, BadInput
from benchmark_ci.measure import criterion
from benchmark_ci.model import Throughput
from benchmark_ci.wall import files

NEW = "new"
BASE = "base"
DEEPEST = 64
MOST_FOLDERS = 1_000_000
_MARKS_OF_A_TARGET = ("CACHEDIR.TAG", ".rustc_info.json", "release", "debug")
_NUMBERS = {float, int}
_OTHER_FILES = ("estimates.json", "tukey.json")
_LINKS_OF_A_LEAF = 2


class Found(NamedTuple):
    """One process of one benchmark, or why it cannot be read. `times` are ns per sample."""

    folder: str  # relative to the tree
    full_id: str  # empty where that cannot be read
    iters: list[float]
    times: list[float]
    throughput: Throughput | None
    flaw: str
    fingerprint: int  # of the samples, as bytes; equal only for copies
    modified: float  # seconds since the epoch


class Tree:
    """The results below one folder, by the name under which Criterion keeps them (`new`, `base`, …)."""

    def __init__(self, home: Path) -> None:
        """Look for results below `home`.

        Raises BadInput naming the folder that cannot be read, or that no honest tree holds.
        """
        self.home = home
        self.links = 0
        self.folders: dict[str, list[str]] = {}  # name → folders of benchmarks that have results of it
        self._walk()

    @property
    def saved(self) -> list[str]:
        """Names of the saved baselines."""
        return sorted(self.folders.keys() - {NEW})

    def read(self, name: str = NEW) -> Iterator[Found]:
        """The results of that name, in the order of their folders."""
        for folder in sorted(self.folders.get(name, ())):
            yield self._read(folder, name)

    def copies_new(self, name: str) -> bool:
        """Whether every result of that name is, byte for byte, also the last run's."""
        both = set(self.folders.get(name, ())) & set(self.folders.get(NEW, ()))
        return bool(both) and all(self._samples(one, name) == self._samples(one, NEW) for one in both)

    def _walk(self) -> None:
        """Breadth does not matter, depth does: without recursion no tree is too deep for us."""
        waiting = [("", 0)]
        seen = 0
        while waiting:
            folder, depth = waiting.pop()
            seen += 1
            if depth > DEEPEST or seen > MOST_FOLDERS:
                raise BadInput(
                    f"`{printable(str(self.home))}` is no Criterion tree: it is nested deeper than {DEEPEST} "
                    f"folders or holds more than {MOST_FOLDERS:,}.",
                    "Name the folder `target/criterion` itself.",
                )
            try:
                waiting += [(below, depth + 1) for below in self._look(folder)]
            except OSError as error:
                raise BadInput(
                    f"The folder `{printable(str(self.home / folder))}` cannot be read: "
                    f"{error.strerror or error}.",
                    "What it holds would be missing from the comparison; make it readable.",
                ) from error

    def _look(self, folder: str) -> list[str]:
        """Folders in this one; notes it where it holds a benchmark's results."""
        below: list[str] = []
        known = False
        with os.scandir(f"{self.home}/{folder}" if folder else self.home) as entries:
            for entry in entries:
                name = entry.name
                if entry.is_dir(follow_symlinks=False):
                    inside = f"{folder}/{name}" if folder else name
                    if not self._is_leaf(entry, folder):
                        below.append(inside)
                elif name == "benchmark.json":
                    known = True
                elif name == "sample.json":
                    known = known or f"/{folder}".endswith(f"/{NEW}")
                elif name not in _OTHER_FILES and entry.is_symlink():
                    self.links += 1
        if known and folder:
            parent, _, last = folder.rpartition("/")
            self.folders.setdefault(last, []).append(parent)
        return below

    def _is_leaf(self, entry: os.DirEntry[str], folder: str) -> bool:
        """Notes a benchmark's results without listing their folder, where that holds no other folder.

        Two links are the folder's own on file systems that count them; on the others it is listed.
        """
        if entry.stat(follow_symlinks=False).st_nlink != _LINKS_OF_A_LEAF:
            return False
        if os.path.lexists(f"{entry.path}/benchmark.json") or (
            entry.name == NEW and os.path.lexists(f"{entry.path}/sample.json")
        ):
            self.folders.setdefault(entry.name, []).append(folder)
        return True

    def _read(self, folder: str, name: str) -> Found:
        place = f"{self.home}/{folder}/{name}"
        try:
            sample, modified = files.read_found(f"{place}/sample.json")
            benchmark, _ = files.read_found(f"{place}/benchmark.json")
            quick = _quick(benchmark, sample)
        except (BadFile, FileNotFoundError):
            quick, sample, modified = None, b"", 0.0
        if quick:
            return Found(folder, *quick, "", hash(sample), modified)
        return self._slowly(folder, name, hash(sample), modified)

    def _slowly(self, folder: str, name: str, fingerprint: int, modified: float) -> Found:
        """By the reader that says what is wrong, and where."""
        try:
            found = criterion.read_result(self.home, self.home / folder, name)
        except BadFile as error:
            flaw = printable(error.message)
            return Found(folder, self._id(folder, name), [], [], None, flaw, 0, modified)
        iters, times = list(found.iters), list(found.times)
        return Found(folder, found.full_id, iters, times, found.throughput, "", fingerprint, modified)

    def _id(self, folder: str, name: str) -> str:
        """The id of a benchmark whose samples are damaged, if that much can be read."""
        try:
            wire = from_json(files.read_found(f"{self.home}/{folder}/{name}/benchmark.json")[0])
        except (BadFile, FileNotFoundError, ValueError):
            return ""
        return _text(wire.get("full_id")) if isinstance(wire, dict) else ""

    def _samples(self, folder: str, name: str) -> bytes | None:
        try:
            return files.read_found(f"{self.home}/{folder}/{name}/sample.json")[0]
        except (BadFile, FileNotFoundError):
            return None


def printable(path: str) -> str:
    """A name from the disk as text: no controls, no bytes that are not UTF-8."""
    if path.isprintable():
        return path
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in path)


def home(directory: Path) -> Path:
    """Where the results of a checkout, its target directory, a Criterion tree or an artifact lie.

    Of a checkout only its own `target/criterion` counts, not other trees that it holds. Raises BadInput for
    what is no folder.
    """
    try:
        what = "" if directory.is_dir() else "is not a folder" if directory.exists() else "does not exist"
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
    if what:
        raise BadInput(
            f"`{printable(str(directory))}` {what}.",
            "Give a checkout in which `cargo bench` ran, its `target/criterion`, or an unpacked artifact.",
        )
    directory = directory.resolve()
    target = directory / "target"
    if (target / "criterion").is_dir() and ((directory / "Cargo.toml").exists() or _is_target(target)):
        return (target / "criterion").resolve()
    if (directory / "criterion").is_dir() and _is_target(directory):
        return (directory / "criterion").resolve()
    return directory


def _is_target(directory: Path) -> bool:
    return any((directory / mark).exists() for mark in _MARKS_OF_A_TARGET)


def _quick(benchmark: bytes, sample: bytes) -> tuple[str, list[float], list[float], Throughput | None] | None:
    """What two good files say; None where anything about them is unusual."""
    try:
        wire, samples = from_json(benchmark), from_json(sample, allow_inf_nan=False)
    except ValueError:
        return None
    if not isinstance(wire, dict) or not (full_id := _text(wire.get("full_id"))):
        return None
    amount = wire.get("throughput")
    if amount is not None and not isinstance(amount, dict):
        return None
    iters, times = _lists(samples)
    if not _sensible(iters, times):
        return None
    return full_id, iters, times, criterion.throughput(amount) if amount else None


def _lists(samples: Any) -> tuple[Any, Any]:
    if isinstance(samples, dict):
        mode = samples.get("sampling_mode", "Linear")
        return (samples.get("iters"), samples.get("times")) if mode in ("Linear", "Flat") else (None, None)
    return (samples[0], samples[1]) if isinstance(samples, list) and len(samples) == 2 else (None, None)


def _sensible(iters: Any, times: Any) -> bool:
    """As `criterion.flaw`, by functions that run over a list without the interpreter."""
    if not isinstance(iters, list) or not isinstance(times, list):
        return False
    return (
        0 < len(iters) == len(times) <= criterion.MOST_SAMPLES
        and _are_numbers(iters)
        and _are_numbers(times)
        and min(iters) >= 1
        and max(iters) <= criterion.MOST_ITERATIONS
        and min(times) >= criterion.SHORTEST_NS
        and max(times) <= criterion.LONGEST_NS
    )


def _are_numbers(values: Iterable[Any]) -> bool:
    return set(map(type, values)) <= _NUMBERS


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= criterion.LONGEST_ID else ""
