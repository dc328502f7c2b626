"""Bench executables: how they are started as cargo would, and asking them who they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from benchmark_ci.model import Harness, Noun, Side, Target
from benchmark_ci.wall import files, process
from benchmark_ci.wall.identity import Identity
from benchmark_ci.wall.room import Room

HELP_LIMIT_SECONDS = 15.0
LIST_LIMIT_SECONDS = 60.0
CRITERION_SENTENCE = b"This executable is a Criterion.rs benchmark"
LARGEST_EXECUTABLE_BYTES = 2 * 1024**3
LONGEST_TITLE = 100
"""Criterion cuts titles to this many bytes and adds three dots."""

_LISTED = re.compile(r"^(?P<title>.*): (?:bench|benchmark)$")
_REPEATED = re.compile(r"^(?P<title>.*) #[0-9]+$")
_NOT_STARTED = 127
_REFUSED = re.compile(r"error while loading shared libraries: .*")  # glibc's
_SPECIAL = frozenset("\\.+*?()|[]{}^$#&-~")


class Executable(Noun):
    """A Criterion executable of one side; paths are those of the common place (`Site.at`)."""

    side: Side
    target: Target
    path: Path
    directory: Path  # its package's, where cargo would start it
    env: Mapping[str, str]
    fractional_seconds: bool  # Criterion 0.4 and later take them
    launcher: Path | None = None  # starts it where its peak memory is wanted
    setup_seconds: float = 0.0  # what each process spends before its first benchmark

    def run(
        self, *arguments: str, identity: Identity | None, limit_seconds: float, home: Path | None = None
    ) -> process.Finished:
        """Start it as cargo would, with Criterion's files below `home`."""
        env = dict(self.env)
        if home:
            env["CRITERION_HOME"] = str(home)
            if not self.fractional_seconds:  # Criterion before 0.3.3 only knows the target directory
                env["CARGO_TARGET_DIR"] = str(home)
        return process.run(
            (str(self.path), "--bench", *arguments),
            cwd=self.directory,
            env=env,
            identity=identity,
            timeout_seconds=limit_seconds,
            keep_bytes=1024 * 1024,
            launcher=self.launcher,
            room=Room(self.directory),
        )


class Listing(Noun):
    """What an executable lists: how many benchmarks stand under each title, in its own order."""

    titles: Mapping[str, int]


class Answer(NamedTuple):
    """Whose harness an executable has, and whether it takes fractions of seconds."""

    harness: Harness
    fractional_seconds: bool = False
    refusal: str = ""  # the system's or the dynamic loader's, where it did not start at all


def harness_of(
    path: Path, root: Path, directory: Path, env: Mapping[str, str], identity: Identity | None
) -> Answer:
    """Ask an executable for its help.

    Only Criterion offers `--save-baseline`. Its release 0.5 knows no `--help`; the sentence that every
    release prints on a wrong call stands in the executable all the same. Raises BadFile when the executable
    is not a regular file below `root`, the side's folder.
    """
    try:
        answer = process.run(
            (str(path), "--help"),
            cwd=directory,
            env=env,
            identity=identity,
            timeout_seconds=HELP_LIMIT_SECONDS,
            keep_bytes=1024 * 1024,
        )
    except OSError as error:  # another machine's program
        return Answer(Harness.CUSTOM, refusal=error.strerror or str(error))
    text = answer.stdout + answer.stderr
    if answer.ok and "--save-baseline" in text and "--measurement-time" in text:
        return Answer(Harness.CRITERION, fractional_seconds="--quick" in text)  # both came with 0.4
    if "--test-threads" in text and ("--no-capture" in text or "--nocapture" in text):  # new and old
        return Answer(Harness.LIBTEST)
    if answer.returncode == _NOT_STARTED and (refusal := _REFUSED.search(answer.stderr)):
        return Answer(Harness.CUSTOM, refusal=refusal[0])
    if CRITERION_SENTENCE in files.read(root, path, LARGEST_EXECUTABLE_BYTES):
        return Answer(Harness.CRITERION, fractional_seconds=True)
    return Answer(Harness.CUSTOM)


def listing(text: str) -> Listing:
    """Titles from the output of `--list`.

    One title listed twice, or Criterion's own ` #2` beside it, means that several benchmarks share a title.
    """
    found = [match["title"] for line in text.split("\n") if (match := _LISTED.match(line))]
    plain = [_unnumbered(title, found) for title in found]
    count = Counter(plain)
    return Listing(titles=dict(count))


def _unnumbered(title: str, found: list[str]) -> str:
    repeated = _REPEATED.match(title)
    return repeated["title"] if repeated and repeated["title"] in found else title


def is_cut(title: str) -> bool:
    """Whether a title may be the beginning of a longer id."""
    return title.endswith("...") and len(title.encode()) > LONGEST_TITLE - 4


def exactly(*full_ids: str) -> str:
    """A filter that matches these ids alone, as the smallest `regex` crate understands it."""
    if len(full_ids) == 1:
        return f"^{escaped(full_ids[0])}$"
    return f"^(?:{'|'.join(escaped(full_id) for full_id in full_ids)})$"


def escaped(text: str) -> str:
    """`text` for Criterion's filter: only what must be escaped is, since old releases refuse the rest."""
    signs = ("\\" + sign if sign in _SPECIAL else sign for sign in text)
    return "".join(signs).replace("\0", "\\x00")  # no argument can hold a NUL
