"""One file of a commit, read without a checkout: nothing of it is run, followed or written anywhere."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from benchmark_ci.errors import BadInput
from benchmark_ci.plan.git import Git, failed

_REGULAR = ("100644", "100755")
_KINDS = {"120000": "a symbolic link", "040000": "a directory", "160000": "a submodule"}


def read(git: Git, store: Path, sha: str, path: PurePosixPath, most_bytes: int) -> bytes | None:
    """What the file holds; None where the commit has no such path.

    What is not UTF-8 comes with bytes that are not. Raises BadInput for what is no regular file or too large,
    GitFailed.
    """
    asked = ("--literal-pathspecs", "ls-tree", "-z", "-l", "--full-tree", sha, "--", str(path))
    listed = git.run(*asked, cwd=store)
    if not listed.ok:
        raise failed(listed, "`git ls-tree` failed")
    entry, _, found = listed.stdout.rstrip("\0").partition("\t")
    if found != str(path):
        return None
    mode, _, name, size = entry.split()
    if mode not in _REGULAR:
        kind = _KINDS.get(mode, "no regular file")
        raise BadInput(f"`{path}` in {sha[:12]} is {kind}.", "Commit it as a regular file.")
    if int(size) > most_bytes:
        raise BadInput(f"`{path}` in {sha[:12]} has {int(size):,} bytes; at most {most_bytes:,} are read.")
    answer = git.run("cat-file", "blob", name, cwd=store)
    if not answer.ok:
        raise failed(answer, "`git cat-file` failed")
    raw = answer.stdout.encode()
    return raw if _name(raw, name) == name else _with_flaw(answer.stdout)


def _name(raw: bytes, like: str) -> str:
    """The object's name: our process door hands over text, and this shows whether it lost anything."""
    header = f"blob {len(raw)}\0".encode()
    algorithm = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return algorithm(header + raw, usedforsecurity=False).hexdigest()


def _with_flaw(text: str) -> bytes:
    """Bytes that are no UTF-8 where the file's were none: a text that was decoded has U+FFFD there."""
    return text.encode().replace("\N{REPLACEMENT CHARACTER}".encode(), b"\xff")
