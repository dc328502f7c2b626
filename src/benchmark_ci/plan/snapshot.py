"""The work tree as it is, as a commit that only our store holds."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmark_ci.plan.git import Git
from benchmark_ci.plan.workspace import Workspace

_NOBODY = {
    "GIT_AUTHOR_NAME": "benchmark-ci",
    "GIT_AUTHOR_EMAIL": "benchmark-ci@localhost",
    "GIT_COMMITTER_NAME": "benchmark-ci",
    "GIT_COMMITTER_EMAIL": "benchmark-ci@localhost",
}


def take(git: Git, store: Path, workspace: Workspace, environ: Mapping[str, str]) -> tuple[str, bool]:
    """Commit the work tree with an index of our own; the commit, and whether it differs from HEAD's.

    The same contents on the same HEAD give the same SHA. Raises GitFailed.
    """
    index = store / "snapshot-index"
    env = {"GIT_DIR": str(store), "GIT_WORK_TREE": str(workspace.root), "GIT_INDEX_FILE": str(index)}

    def answer(*args: str, **more: str) -> str:
        return git.answer(*args, cwd=workspace.root, env=env | more)

    if workspace.index.exists():  # keeps what a sparse checkout left out, and saves reading unchanged files
        shutil.copy2(workspace.index, index)  # with its time, by which git knows what changed just after it
    else:
        answer("read-tree", workspace.head)
    info = store / "info"
    info.mkdir(exist_ok=True)
    (info / "exclude").write_text(_ignored(git, workspace, environ), encoding="utf-8")
    answer("add", "--all", "--", ".")
    tree = answer("write-tree")
    if tree == answer("rev-parse", f"{workspace.head}^{{tree}}"):
        return workspace.head, False
    header = answer("cat-file", "commit", workspace.head)
    when = re.search(r"^committer .* (\d+ [+-]\d{4})$", header, re.MULTILINE)
    date = f"@{when[1] if when else '0 +0000'}"
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    return answer("commit-tree", tree, "-p", workspace.head, "-m", "working tree", **_NOBODY, **dates), True


def _ignored(git: Git, workspace: Workspace, environ: Mapping[str, str]) -> str:
    """The user's own ignore rules besides `.gitignore`: this clone's, and those for all clones."""
    home = Path(environ.get("HOME") or "/nonexistent")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    files = [workspace.exclude, config / "ignore"]
    for source in (config / "config", home / ".gitconfig"):
        named = git.perhaps("config", "--file", str(source), "--get", "core.excludesFile", cwd=workspace.root)
        if named:
            files.append(home / named.removeprefix("~/"))
    return "\n".join(file.read_text(errors="replace") for file in files if file.is_file())
