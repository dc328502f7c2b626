"""The store against real git repositories, near and far."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from pydantic import SecretStr

from benchmark_ci.errors import BadInput, GitFailed
from benchmark_ci.plan import Store, open_store
from tests.plan.repositories import (
    BASIC,
    HEADER,
    TOKEN,
    Project,
    Served,
    checkout,
    commit,
    git,
    is_root,
    serve,
    tree_of,
)

MERGE_REF = "refs/remotes/pull/12/merge"


@pytest.fixture
def workspace(tmp_path: Path, served: Served, project: Project) -> Path:
    """A depth-1 checkout of a pull request's merge commit."""
    path = tmp_path / "workspace"
    checkout(path, f"{served.url}/owner/other", project.merge, MERGE_REF)
    served.authorizations.clear()
    served.command_lines.clear()
    return path


def opened(workspace: Path, tmp_path: Path, served: Served | None = None, token: str = TOKEN) -> Store:
    return open_store(
        workspace,
        tmp_path / "private",
        environ={"HTTP_PROXY": "", "GIT_DIR": "/nonexistent", "PATH": "/nonexistent"},
        token=SecretStr(token),
        server_url=served.url if served else "",
        repository="owner/other",
    )


def one_header_each(served: Served) -> bool:
    return bool(served.authorizations) and all(given == [f"basic {BASIC}"] for given in served.authorizations)


def no_token(lines: set[str]) -> bool:
    return not any(secret in line for line in lines for secret in (TOKEN, BASIC))


def test_a_shallow_merge_commit_gives_its_parents(
    workspace: Path, tmp_path: Path, served: Served, project: Project
) -> None:
    before = tree_of(workspace)
    store = opened(workspace, tmp_path, served)

    base, head = store.parents(store.checked_out)
    assert store.checked_out == project.merge
    assert (base, head) == (project.main, project.feature)
    assert store.resolve(base).sha == project.main
    assert store.parents(base) == (project.second,)
    assert one_header_each(served)
    assert no_token(served.command_lines)
    assert any("git-remote-http" in line for line in served.command_lines)
    assert tree_of(workspace) == before


def keep_v5(workspace: Path, url: str) -> None:
    git(workspace, "config", f"http.{url}/.extraheader", HEADER)


def keep_v6(workspace: Path, url: str) -> None:
    kept = workspace.parent / "git-credentials-1.config"
    kept.write_text(f'[http "{url}/"]\n\textraheader = {HEADER}\n')
    git(workspace, "config", f"includeIf.gitdir:{workspace}/.git.path", str(kept))


@pytest.mark.parametrize("keep", [keep_v5, keep_v6], ids=["checkout v5", "checkout v6"])
@pytest.mark.parametrize("token", ["", TOKEN], ids=["without token", "with token"])
def test_kept_credentials_are_used_and_never_doubled(
    keep: Callable[[Path, str], None],
    token: str,
    workspace: Path,
    tmp_path: Path,
    served: Served,
    project: Project,
) -> None:
    keep(workspace, served.url)

    assert opened(workspace, tmp_path, served, token).resolve("main").sha == project.main
    assert one_header_each(served)
    assert no_token(served.command_lines)


def test_a_bad_token_falls_back_to_what_checkout_kept(
    workspace: Path, tmp_path: Path, served: Served, project: Project
) -> None:
    keep_v5(workspace, served.url)

    assert opened(workspace, tmp_path, served, "ghs_expired").resolve("main").sha == project.main
    assert all(len(given) == 1 for given in served.authorizations)


def test_the_token_goes_to_no_other_server(
    workspace: Path, tmp_path: Path, served: Served, project: Project
) -> None:
    store = open_store(
        workspace,
        tmp_path / "private",
        environ={},
        token=SecretStr(TOKEN),
        server_url="https://github.example",
        repository="owner/other",
    )

    with pytest.raises(GitFailed):
        store.resolve(project.main)
    assert all(BASIC not in "".join(given) for given in served.authorizations)


def test_a_public_server_needs_no_credentials(
    workspace: Path, tmp_path: Path, projects: Path, project: Project
) -> None:
    with serve(projects, private=False) as public:
        git(workspace, "remote", "set-url", "origin", f"{public.url}/owner/other")

        assert opened(workspace, tmp_path, token="").resolve("v1.1.0").sha == project.second
        assert all(given == [] for given in public.authorizations)


def test_a_password_in_the_address_stays_out_of_command_lines_and_clones(
    workspace: Path, tmp_path: Path, served: Served, project: Project
) -> None:
    host = served.url.removeprefix("http://")
    git(workspace, "remote", "set-url", "origin", f"http://x-access-token:{TOKEN}@{host}/owner/other")
    store = opened(workspace, tmp_path, token="")
    store.checkout(store.resolve("main").sha, tmp_path / "clone")

    assert no_token(served.command_lines)
    assert git(tmp_path / "clone", "config", "remote.origin.url") == f"http://{host}/owner/other"


def test_a_private_server_without_credentials_says_what_helps(
    workspace: Path, tmp_path: Path, project: Project
) -> None:
    with pytest.raises(GitFailed, match="fetch-depth: 0") as problem:
        opened(workspace, tmp_path, token="").resolve("main")

    assert problem.value.exit_code == 4
    assert "contents: read" in problem.value.remedy
    assert "github_token" in problem.value.remedy


def test_a_server_that_is_not_there(workspace: Path, tmp_path: Path) -> None:
    git(workspace, "remote", "set-url", "origin", "http://127.0.0.1:1/owner/other")

    with pytest.raises(GitFailed, match="could not be asked"):
        opened(workspace, tmp_path).resolve("main")


def test_an_old_server_that_gives_out_refs_only(
    workspace: Path, tmp_path: Path, projects: Path, project: Project
) -> None:
    with serve(projects, private=False, old=True) as old:
        git(workspace, "remote", "set-url", "origin", f"{old.url}/owner/other")

        assert opened(workspace, tmp_path).resolve(project.second).sha == project.second


def test_an_ssh_remote_is_replaced_by_the_jobs_own_server(
    workspace: Path, tmp_path: Path, served: Served, project: Project, projects: Path
) -> None:
    git(workspace, "remote", "set-url", "origin", "git@github.com:owner/other.git")
    (projects / "owner" / "other.git").symlink_to("other")

    assert opened(workspace, tmp_path, served).resolve("main").sha == project.main


@pytest.mark.parametrize(
    ("ref", "what", "of"),
    [
        ("main", "main", "main"),
        ("origin/main", "main", "main"),
        ("feature", "feature", "feature"),
        ("v1.0.0", "tag v1.0.0", "first"),
        ("v1.1.0", "tag v1.1.0", "second"),
        ("refs/tags/v1.1.0", "tag v1.1.0", "second"),
        ("refs/heads/main", "main", "main"),
        ("HEAD", "checked-out commit", "merge"),
    ],
)
@pytest.mark.parametrize("near", [True, False], ids=["local", "remote"])
def test_a_ref_is_a_branch_a_tag_or_a_commit(
    ref: str,
    what: str,
    of: str,
    near: bool,
    workspace: Path,
    tmp_path: Path,
    served: Served,
    project: Project,
) -> None:
    if near:
        url = f"{served.url}/owner/other"
        fetch = ("fetch", "-q", "--unshallow", "--tags", url, "+refs/heads/*:refs/remotes/origin/*")
        git(workspace, "-c", f"http.extraheader={HEADER}", *fetch)
        served.authorizations.clear()
    found = opened(workspace, tmp_path, served).resolve(ref)

    assert (found.sha, found.what) == (getattr(project, of), what)
    assert not (near and served.authorizations)


def test_shas_long_and_short(workspace: Path, tmp_path: Path, served: Served, project: Project) -> None:
    store = opened(workspace, tmp_path, served)

    assert store.resolve(project.first).what == f"commit {project.first[:12]}"
    assert store.resolve(project.merge[:9]).sha == project.merge


@pytest.mark.parametrize("ref", ["no-such-branch", "0" * 40, "f" * 40, "refs/heads/none", "deadbeef"])
def test_an_unknown_ref_is_named(ref: str, workspace: Path, tmp_path: Path, served: Served) -> None:
    with pytest.raises(BadInput, match=ref) as problem:
        opened(workspace, tmp_path, served).resolve(ref)

    assert "checkout" in problem.value.message
    assert served.url in problem.value.message


def test_a_merge_base_is_found_by_deepening(tmp_path: Path) -> None:
    origin = tmp_path / "served" / "long"
    origin.mkdir(parents=True)
    git(origin, "init", "--quiet")
    fork = commit(origin, "fork")
    git(origin, "checkout", "--quiet", "-b", "feature")
    for number in range(70):
        feature = commit(origin, f"feature {number}")
    git(origin, "checkout", "--quiet", "main")
    main = commit(origin, "main")
    with serve(tmp_path / "served") as served:
        checkout(tmp_path / "workspace", f"{served.url}/long", feature, "refs/remotes/origin/feature")
        before = tree_of(tmp_path / "workspace")
        store = opened(tmp_path / "workspace", tmp_path, served)

        assert store.branch("main") is not None
        assert store.merge_base(feature, main) == fork
        assert store.merge_base(main, main) == main
        assert tree_of(tmp_path / "workspace") == before


def test_histories_without_a_common_commit(tmp_path: Path, project: Project) -> None:
    git(tmp_path, "clone", "--quiet", str(project.path), "workspace")
    workspace = tmp_path / "workspace"
    git(workspace, "checkout", "--quiet", "--orphan", "island")
    island = commit(workspace, "island")

    assert opened(workspace, tmp_path).merge_base(island, project.main) is None


def test_tags_of_a_complete_and_of_a_shallow_checkout(
    workspace: Path, tmp_path: Path, served: Served, project: Project
) -> None:
    git(tmp_path, "clone", "--quiet", str(project.path), "complete")
    expected = {"v1.0.0": project.first, "v1.1.0": project.second, "v2.0.0-rc.1": project.main}

    assert opened(workspace, tmp_path, served).tags() == expected
    assert opened(tmp_path / "complete", tmp_path / "other").tags() == expected


def test_a_partial_clone_is_completed_from_the_server(
    tmp_path: Path, served: Served, project: Project
) -> None:
    git(project.path, "config", "uploadpack.allowFilter", "true")
    url = f"{served.url}/owner/other"
    clone = ("clone", "--quiet", "--filter=blob:none", "--no-checkout", url, "partial")
    git(tmp_path, "-c", f"http.extraheader={HEADER}", *clone)
    store = opened(tmp_path / "partial", tmp_path, served)
    store.checkout(project.second, tmp_path / "clone")

    assert (tmp_path / "clone" / "a").read_text() == "2"


def test_what_a_commit_holds(workspace: Path, tmp_path: Path, served: Served, project: Project) -> None:
    store = opened(workspace, tmp_path, served)

    assert store.exists(project.merge, PurePosixPath("Cargo.toml"))
    assert store.exists(project.merge, PurePosixPath())
    assert not store.exists(project.merge, PurePosixPath("crates"))
    assert not store.exists(project.first, PurePosixPath("b"))


CANARIES = {
    "core.fsmonitor": "{canary}",
    "core.hooksPath": "{hooks}",
    "core.sshCommand": "{canary}",
    "core.pager": "{canary}",
    "core.askPass": "{canary}",
    "core.alternateRefsCommand": "{canary}",
    "credential.helper": "!{canary}",
    "filter.x.smudge": "{canary}",
    "filter.x.clean": "{canary}",
    "uploadpack.packObjectsHook": "{canary}",
    "remote.origin.uploadpack": "{canary}",
    "remote.origin.vcs": "ext",
    "url.ext::{canary}.insteadOf": "http",
    "gpg.program": "{canary}",
    "include.path": "{included}",
}


def test_nothing_of_a_hostile_configuration_runs(
    workspace: Path, tmp_path: Path, served: Served, project: Project
) -> None:
    marker, hooks, canary = tmp_path / "marker", tmp_path / "hooks", tmp_path / "canary"
    canary.write_text(f"#!/bin/sh\necho ran >> {marker}\n")
    canary.chmod(0o755)
    hooks.mkdir()
    for hook in ("post-checkout", "reference-transaction", "pre-commit", "post-index-change"):
        for directory in (hooks, workspace / ".git" / "hooks"):
            directory.mkdir(exist_ok=True)
            (directory / hook).symlink_to(canary)
    (tmp_path / "included").write_text(f"[core]\n\tfsmonitor = {canary}\n")
    (workspace / ".gitattributes").write_text("* filter=x\n")
    for key, value in CANARIES.items():
        names = {"canary": str(canary), "hooks": str(hooks), "included": str(tmp_path / "included")}
        git(workspace, "config", key.format(**names), value.format(**names))
    store = opened(workspace, tmp_path, served)
    store.resolve("main")
    store.merge_base(project.merge, project.main)
    store.tags()
    store.checkout(project.merge, tmp_path / "clone")
    store.snapshot()

    assert not marker.exists()
    git(workspace, "status")
    assert marker.exists()  # it would have, with git as it is


@pytest.mark.skipif(not is_root(), reason="only root can give files away")
def test_a_workspace_of_another_user(
    workspace: Path, tmp_path: Path, served: Served, project: Project
) -> None:
    for path in (workspace, *workspace.rglob("*")):
        os.chown(path, 1001, 1001, follow_symlinks=False)
    store = opened(workspace, tmp_path, served)
    store.checkout(store.parents(project.merge)[0], tmp_path / "clone")

    assert (tmp_path / "clone" / "a").read_text() == "3"
    assert all(path.lstat().st_uid == 1001 for path in workspace.rglob("*"))
