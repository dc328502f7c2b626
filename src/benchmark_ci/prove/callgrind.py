"""Running an executable under callgrind: a dump whenever a measuring method is entered or left.

In Criterion's test mode (`trace`) there is one dump per benchmark, when its measuring method returns. It
holds what ran since the one before: the benchmark's preparation and its measured region, told apart by who
called whom (`spans`). `repeat` runs one benchmark through many iterations, with a dump at either end of each
round of them.

Criterion's profiling mode is what repeats: it makes 1, 2, 4, 8 … iterations until a second is over, whatever
the benchmark sets, and neither analyses nor writes anything. How far it gets depends on the machine; what the
first rounds are does not. All releases have it (0.3.0 to 0.8.2 read).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.errors import BadFile
from benchmark_ci.model import Noun
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.wall import files, process
from benchmark_ci.wall.identity import Identity
from benchmark_ci.wall.room import Room

MOST_DUMPS = 50_000
LARGEST_DUMP = 256 * 1024 * 1024
LARGEST_TOGETHER = 8 * 1024**3
_RECORD = "record"
_TESTING = re.compile(r"^Testing (?P<title>.+)$")
_DUMP = re.compile(r"^dump\.(?P<pid>[0-9]+)(?:\.(?P<part>[0-9]+))?-(?P<thread>[0-9]+)$")


class Traced(Noun):
    """What one run left: the titles in the order in which they were tested, and a dump for each."""

    titles: tuple[str, ...]
    dumps: tuple[Path, ...]
    record: Path  # of system calls
    threads: bool  # some other thread than the first one ran
    seconds: float


class Repeated(Noun):
    """What one benchmark's run left: pairs of dumps, what ran before a round of iterations and in it."""

    around: tuple[Path, ...]
    within: tuple[Path, ...]
    record: Path


class Subject(Noun):
    """An executable, how cargo would start it, and the symbols of its measuring methods."""

    path: Path
    directory: Path
    env: Mapping[str, str]
    measuring: tuple[str, ...]
    identity: Identity | None


def trace(subject: Subject, folder: Path, limit_seconds: float) -> Traced:
    """Test every benchmark once; the dumps lie in `folder`, which the subject's user must be able to write.

    Raises Doubt when it cannot be run, does not end well or in time, or its dumps do not fit its titles.
    """
    marks = tuple(f"--dump-after={symbol}" for symbol in subject.measuring)
    finished = _run(subject, folder, limit_seconds, marks, ("--bench", "--test"))
    titles = tuple(match["title"] for line in finished.stdout.split("\n") if (match := _TESTING.match(line)))
    dumps, threads = _dumps(folder)
    if len(dumps) != len(titles) or not titles:
        raise Doubt(f"it measured {len(dumps)} times in {len(titles)} benchmarks")
    return Traced(
        titles=titles, dumps=dumps, record=folder / _RECORD, threads=threads, seconds=finished.wall_seconds
    )


def repeat(subject: Subject, pattern: str, folder: Path, limit_seconds: float) -> Repeated:
    """Run the one benchmark that `pattern` matches for a second. Raises Doubt as `trace`; at threads, too."""
    # one symbol spelled alike for both would only be dumped after
    marks = tuple(
        mark
        for symbol in subject.measuring
        for mark in (f"--dump-before=*{symbol[1:]}", f"--dump-after={symbol}")
    )
    _run(subject, folder, limit_seconds, marks, ("--bench", "--profile-time", "1", pattern))
    dumps, threads = _dumps(folder)
    if threads:
        raise Doubt("it starts threads")
    if len(dumps) < 2 or len(dumps) % 2:
        raise Doubt(f"it entered or left its measured region {len(dumps)} times")
    return Repeated(around=dumps[::2], within=dumps[1::2], record=folder / _RECORD)


def _run(
    subject: Subject, folder: Path, limit_seconds: float, marks: tuple[str, ...], arguments: tuple[str, ...]
) -> process.Finished:
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise Doubt("valgrind is not installed here")
    finished = process.run(
        (
            valgrind,
            "--tool=callgrind",
            "--command-line-only=yes",  # no options from a file of the repository's
            "--vgdb=no",
            "--demangle=no",  # callgrind does not read all manglings; we do
            "--trace-syscalls=yes",
            "-v",  # so that the record says when a dump is written
            f"--log-file={folder}/{_RECORD}",
            f"--callgrind-out-file={folder}/dump.%p",
            "--dump-instr=yes",
            "--compress-pos=no",
            "--compress-strings=no",
            "--separate-threads=yes",
            *marks,
            str(subject.path),
            *arguments,
        ),
        cwd=subject.directory,
        env=_environment(subject.env) | {"CRITERION_HOME": str(folder / "criterion")},
        identity=subject.identity,
        timeout_seconds=limit_seconds,
        keep_bytes=64 * 1024 * 1024,
        room=Room(subject.directory),
    )
    if finished.timed_out:
        raise Doubt(f"it ran longer than {limit_seconds:.0f} s under callgrind")
    if finished.filled_disk:
        raise Doubt("it filled the disk under callgrind")
    if not finished.ok or finished.truncated:
        raise Doubt(f"it ended with {finished.returncode} under callgrind: {finished.last_lines(2)}")
    return finished


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    """The executable's, without what speaks to valgrind."""
    return {name: value for name, value in env.items() if not name.startswith("VALGRIND_")}


def _dumps(folder: Path) -> tuple[tuple[Path, ...], bool]:
    """The dumps of the process that measured, in order, and whether it had other threads."""
    parts: dict[str, dict[int, Path]] = {}
    threads: set[tuple[str, str]] = set()
    together = 0
    for entry in os.scandir(folder):
        match = _DUMP.match(entry.name)
        if match is None:
            continue
        together += entry.stat(follow_symlinks=False).st_size
        if int(match["thread"]) != 1:
            threads.add((match["pid"], match["thread"]))
            if match["part"]:
                raise Doubt("it measures in a thread of its own")
        elif match["part"]:
            parts.setdefault(match["pid"], {})[int(match["part"])] = Path(entry.path)
    if len(parts) != 1:
        raise Doubt("no process of it measured" if not parts else "several processes of it measured")
    [(pid, found)] = parts.items()
    if (
        len(found) > MOST_DUMPS
        or together > LARGEST_TOGETHER
        or sorted(found) != list(range(1, len(found) + 1))
    ):
        raise Doubt("its callgrind dumps are too many or incomplete")
    return tuple(found[part] for part in sorted(found)), any(one == pid for one, _ in threads)


def read(folder: Path, file: Path, largest_bytes: int = LARGEST_DUMP) -> bytes:
    """A dump's or the record's content; raises Doubt when it is too large or no regular file."""
    try:
        return files.read(folder, file, largest_bytes)
    except (BadFile, FileNotFoundError) as error:
        raise Doubt(f"what callgrind wrote cannot be read: {error}") from error
