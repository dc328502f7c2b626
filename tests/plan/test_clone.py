from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmark_ci.errors import GitFailed
from benchmark_ci.plan import open_store
from tests.plan.repositories import Project, commit, git, serve


def local(tmp_path: Path, project: Project) -> Path:
    git(tmp_path, "clone", "--quiet", str(project.path), "workspace")
    return tmp_path / "workspace"


def test_a_clone_stands_alone(tmp_path: Path, project: Project) -> None:
    workspace = local(tmp_path, project)
    store = open_store(workspace, tmp_path / "private", environ={})

    assert store.checkout(project.second, tmp_path / "clone") == ()
    workspace.rename(tmp_path / "moved")
    (tmp_path / "private").rename(tmp_path / "gone")
    clone = tmp_path / "clone"
    assert git(clone, "rev-parse", "HEAD") == project.second
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "config", "remote.origin.url") == str(project.path)
    assert (clone / "a").read_text() == "2"
    assert not (clone / ".git/objects/info/alternates").exists()
    assert git(clone, "rev-list", "--count", "HEAD") == "1"
    with pytest.raises(subprocess.CalledProcessError):
        git(clone, "symbolic-ref", "HEAD")


def test_both_sides_are_cloned_from_one_store(tmp_path: Path, project: Project) -> None:
    store = open_store(local(tmp_path, project), tmp_path / "private", environ={})
    for sha in (project.first, project.main):
        store.checkout(sha, tmp_path / sha)

    assert [(tmp_path / sha / "a").read_text() for sha in (project.first, project.main)] == ["1", "3"]


def test_a_full_directory_is_not_overwritten(tmp_path: Path, project: Project) -> None:
    workspace = local(tmp_path, project)
    with pytest.raises(GitFailed, match="not empty"):
        open_store(workspace, tmp_path / "private", environ={}).checkout(project.main, workspace)


def with_submodule(tmp_path: Path, library: str) -> Path:
    """A repository with a submodule at an address."""
    path = tmp_path / "with-submodule"
    path.mkdir()
    git(path, "init", "--quiet")
    git(path, "submodule", "--quiet", "add", library, "library")
    commit(path, "with a submodule")
    return path


def test_public_submodules_come_along(tmp_path: Path) -> None:
    library = tmp_path / "served" / "library"
    library.mkdir(parents=True)
    git(library, "init", "--quiet")
    commit(library, "library", l="1")
    with serve(tmp_path / "served", private=False) as served:
        workspace = with_submodule(tmp_path, f"{served.url}/library")
        store = open_store(workspace, tmp_path / "private", environ={})
        cautions = store.checkout(store.checked_out, tmp_path / "clone")

    assert cautions == ()
    assert (tmp_path / "clone" / "library" / "l").read_text() == "1"


def test_submodules_out_of_reach_are_a_caution(tmp_path: Path, project: Project) -> None:
    workspace = with_submodule(tmp_path, str(project.path))  # a path: only http(s) is followed
    store = open_store(workspace, tmp_path / "private", environ={})
    (caution,) = store.checkout(store.checked_out, tmp_path / "clone")

    assert "Submodules" in caution
    assert not (tmp_path / "clone" / "library" / "a").exists()


def test_pointers_to_large_files_are_a_caution(tmp_path: Path) -> None:
    workspace = tmp_path / "large"
    workspace.mkdir()
    git(workspace, "init", "--quiet")
    commit(workspace, "large", __gitattributes="*.bin filter=lfs\n", model__bin="pointer", other="x")
    (workspace / "model.bin").rename(workspace / "model.bin")
    store = open_store(workspace, tmp_path / "private", environ={})

    (caution,) = store.checkout(store.checked_out, tmp_path / "clone")
    assert caution.startswith("1 file is kept in Git LFS")
