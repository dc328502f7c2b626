"""Both sides' sources: a commit and its first parent by the product's own store, or sources with an edit."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from benchmark_ci.errors import GitFailed
from benchmark_ci.model import Side
from benchmark_ci.plan import Store, open_store
from benchmarks.proof.changes import Change
from benchmarks.proof.crates import EXAMPLE, EXAMPLES, Crate


class Sources:
    """Repositories below one folder; those that are missing are cloned."""

    def __init__(self, work: Path) -> None:
        """`work` is made when it is not there."""
        self._work = work.resolve()
        self._stores: dict[str, Store] = {}

    def clone(self, crate: Crate) -> Path:
        """The crate's clone. Raises GitFailed."""
        clone = self._work / crate.name / "clone"
        if not clone.is_dir():
            clone.parent.mkdir(parents=True, exist_ok=True)
            command = ("git", "clone", "--quiet", "--no-checkout", crate.url, str(clone))
            if subprocess.run(command).returncode:
                raise GitFailed(f"{crate.url} cannot be cloned.")
        return clone

    def put(self, crate: Crate, change: Change, side: Side, folder: Path) -> tuple[str, ...]:
        """Put a side's sources into an empty folder; returns cautions. Raises GitFailed."""
        cautions: tuple[str, ...] = ()
        if crate.name == EXAMPLE:
            ignored = shutil.ignore_patterns("target")
            shutil.copytree(EXAMPLES / EXAMPLE, folder, ignore=ignored, dirs_exist_ok=True)
        else:
            store = self._store(crate)
            real_baseline = change.real and side is Side.BASELINE
            sha = store.parents(change.sha)[0] if real_baseline else change.sha
            cautions = store.checkout(sha, folder)
        if side is Side.CURRENT:
            apply(change, folder)
        return cautions

    def _store(self, crate: Crate) -> Store:
        if crate.name not in self._stores:
            clone = self.clone(crate)
            private = clone.with_name("store")
            shutil.rmtree(private, ignore_errors=True)
            self._stores[crate.name] = open_store(clone, private, environ=os.environ)
        return self._stores[crate.name]


def apply(change: Change, folder: Path) -> None:
    """Make a planted change; raises ValueError where the sources are not as it expects them."""
    if change.patch:
        patch = EXAMPLES / "demo" / change.patch
        alone = os.environ | {"GIT_CEILING_DIRECTORIES": str(folder.parent)}  # of no repository around it
        command = ("git", "apply", str(patch))
        subprocess.run(command, cwd=folder, env=alone, check=True)
    for edit in change.edits:
        file = folder / edit.file
        text = file.read_text(encoding="utf-8")
        if text.count(edit.find) != 1:
            raise ValueError(f"{change.key}: {edit.file} holds {edit.find!r} {text.count(edit.find)} times")
        file.write_text(text.replace(edit.find, edit.replace), encoding="utf-8")
