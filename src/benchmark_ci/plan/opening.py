"""Opening the store: a private repository beside the user's checkout."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from benchmark_ci.plan.credentials import credentials
from benchmark_ci.plan.git import Git
from benchmark_ci.plan.remote import Remote
from benchmark_ci.plan.store import Store
from benchmark_ci.plan.workspace import Workspace, read_workspace

NO_TOKEN = SecretStr("")


def open_store(
    directory: Path,
    private: Path,
    *,
    environ: Mapping[str, str],
    token: SecretStr = NO_TOKEN,
    server_url: str = "",
    repository: str = "",
) -> Store:
    """Open the repository that `directory` lies in; everything of ours goes below `private`.

    Raises BadInput when there is no repository, GitFailed when git cannot read it.
    """
    private.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory = directory.resolve()
    ours = (directory, *directory.parents)
    git = Git(private, environ, trusted=ours)
    workspace = read_workspace(git, directory)
    store = private / "store.git"
    _create(git, store, workspace)
    url = _address(workspace, server_url, repository)
    if url.startswith("/"):
        git = Git(private, environ, trusted=(*ours, Path(url)))
    found = credentials(git, workspace.root, url, server_url, token) if url else ()
    return Store(git, store, workspace, Remote(git, store, url, found) if url else None, environ)


def _create(git: Git, store: Path, workspace: Workspace) -> None:
    kind = f"--object-format={workspace.object_format}"
    git.answer("init", "--quiet", "--bare", "--template=", kind, str(store), cwd=store.parent)
    if workspace.partial:  # a clone with holes: what is needed is fetched whole
        return
    info = store / "objects" / "info"
    info.mkdir(exist_ok=True)
    (info / "alternates").write_text(f"{workspace.objects}\n", encoding="utf-8")
    if workspace.shallow.exists():
        shutil.copyfile(workspace.shallow, store / "shallow")


def _address(workspace: Workspace, server_url: str, repository: str) -> str:
    """Where to fetch from: the checkout's origin unless that needs ssh, else the job's repository."""
    url = workspace.url
    if url.startswith(("http://", "https://", "file://")):
        return url
    if url.startswith(("/", "./", "../")) or (url and ":" not in url):
        return str((workspace.root / url).resolve())
    return f"{server_url}/{repository}.git" if server_url and repository else ""
