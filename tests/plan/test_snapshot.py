from __future__ import annotations

from pathlib import Path

import pytest

from benchmark_ci.plan import Store, open_store
from tests.plan.repositories import Project, commit, git


@pytest.fixture
def workspace(tmp_path: Path, project: Project) -> Path:
    git(tmp_path, "clone", "--quiet", str(project.path), "workspace")
    return tmp_path / "workspace"


def opened(workspace: Path, tmp_path: Path, **environ: str) -> Store:
    return open_store(workspace, tmp_path / "private", environ=environ)


def contents(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_a_clean_tree_is_its_commit(workspace: Path, tmp_path: Path, project: Project) -> None:
    assert opened(workspace, tmp_path).snapshot() == (project.main, False)


def test_changes_new_files_and_removals_count_and_ignored_files_do_not(
    workspace: Path, tmp_path: Path, project: Project
) -> None:
    (workspace / "a").write_text("changed")
    (workspace / "staged").write_text("staged")
    git(workspace, "add", "staged")
    (workspace / "new.rs").write_text("new")
    (workspace / "Cargo.toml").unlink()
    (workspace / ".gitignore").write_text("target/\n")
    (workspace / "target").mkdir()
    (workspace / "target" / "big").write_text("x")
    (workspace / ".git/info/exclude").write_text("notes\n")
    (workspace / "notes").write_text("x")
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/ignored\n")
    (home / "ignored").write_text("*.swp\n")
    (workspace / "a.swp").write_text("x")
    before = contents(workspace)
    store = opened(workspace, tmp_path, HOME=str(home))

    sha, dirty = store.snapshot()
    store.checkout(sha, tmp_path / "clone")
    assert dirty
    assert contents(workspace) == before
    names = {name for name in contents(tmp_path / "clone") if not name.startswith(".git/")}
    assert names == {"a", "staged", "new.rs", ".gitignore"}
    assert store.parents(sha) == (project.main,)
    assert store.merge_base(sha, project.second) == project.second


def test_the_same_tree_gives_the_same_commit(workspace: Path, tmp_path: Path) -> None:
    (workspace / "a").write_text("changed")

    first = open_store(workspace, tmp_path / "one", environ={}).snapshot()
    assert open_store(workspace, tmp_path / "two", environ={}).snapshot() == first


def test_a_work_tree_of_a_work_tree(workspace: Path, tmp_path: Path) -> None:
    git(workspace, "worktree", "add", "--quiet", str(tmp_path / "second"), "-b", "other")
    base = commit(tmp_path / "second", "other", other="1")
    (tmp_path / "second" / "other").write_text("2")
    store = opened(tmp_path / "second", tmp_path)
    sha, dirty = store.snapshot()

    assert (store.parents(sha), dirty) == ((base,), True)


def test_what_a_sparse_checkout_leaves_out_is_not_removed(workspace: Path, tmp_path: Path) -> None:
    git(workspace, "sparse-checkout", "set", "--no-cone", "a")
    assert not (workspace / "Cargo.toml").exists()
    store = opened(workspace, tmp_path)
    (workspace / "a").write_text("changed")
    sha, _ = store.snapshot()
    store.checkout(sha, tmp_path / "clone")

    assert (tmp_path / "clone" / "Cargo.toml").exists()
    assert (tmp_path / "clone" / "a").read_text() == "changed"
