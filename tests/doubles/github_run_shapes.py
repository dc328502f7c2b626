"""How GitHub's REST API shows runs, artifacts and commits; checked against its own OpenAPI description."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.doubles.github_shapes import WHEN, repository, user

_TREE = "e" * 40
_PERSON = {"name": "A person", "email": "person@example.org", "date": WHEN}
_UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def run(base: str, full_name: str, stored: Any) -> dict[str, Any]:
    """A workflow run; `stored` is a WorkflowRun."""
    me = f"{base}/repos/{full_name}/actions/runs/{stored.id}"
    urls = "jobs logs check_suite cancel rerun artifacts workflow"
    head = full_name if stored.head_repository == "" else stored.head_repository
    return {
        "id": stored.id,
        "name": "Benchmarks",
        "node_id": f"WFR_{stored.id}",
        "head_branch": stored.head_branch,
        "head_sha": stored.head_sha,
        "path": ".github/workflows/benchmark.yml",
        "display_title": "A change",
        "run_number": 12,
        "run_attempt": stored.attempt,
        "event": stored.event,
        "status": "completed",
        "conclusion": stored.conclusion,
        "workflow_id": 77,
        "url": me,
        "html_url": f"https://github.com/{full_name}/actions/runs/{stored.id}",
        "pull_requests": [],  # empty for forks
        "created_at": WHEN,
        "updated_at": WHEN,
        **{f"{name}_url": f"{me}/{name}" for name in urls.split()},
        "head_commit": {
            "id": stored.head_sha,
            "tree_id": _TREE,
            "message": "Make it better",
            "timestamp": WHEN,
            "author": {"name": "A person", "email": "person@example.org"},
            "committer": {"name": "A person", "email": "person@example.org"},
        },
        "repository": repository(base, full_name),
        "head_repository": repository(base, head) if head else None,
    }


def artifact(base: str, full_name: str, stored: Any) -> dict[str, Any]:
    """An artifact; `stored` is one of the results service's."""
    me = f"{base}/repos/{full_name}/actions/artifacts/{stored.id}"
    return {
        "id": int(stored.id),
        "node_id": f"A_{stored.id}",
        "name": stored.name,
        "size_in_bytes": len(stored.blob or b"") if stored.size is None else stored.size,
        "url": me,
        "archive_download_url": f"{me}/zip",
        "expired": stored.expired,
        "digest": stored.digest,
        "created_at": WHEN,
        "expires_at": WHEN,
        "updated_at": WHEN,
    }


def comparison(
    base: str, full_name: str, basehead: str, first: str, ahead: int, behind: int
) -> dict[str, Any]:
    """What `compare` says; the commits between are left out."""
    me, page = f"{base}/repos/{full_name}/compare/{basehead}", f"https://github.com/{full_name}/compare"
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    return {
        "url": me,
        "html_url": f"{page}/{basehead}",
        "permalink_url": f"{page}/{basehead}",
        "diff_url": f"{page}/{basehead}.diff",
        "patch_url": f"{page}/{basehead}.patch",
        "base_commit": _commit(base, full_name, first),
        "merge_base_commit": _commit(base, full_name, first),
        "status": status.get((ahead > 0, behind > 0), "diverged"),
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": [],
        "files": [],
    }


def tag(base: str, full_name: str, name: str, sha: str) -> dict[str, Any]:
    """A tag in the list of tags."""
    me = f"{base}/repos/{full_name}"
    return {
        "name": name,
        "node_id": f"REF_{name}",
        "commit": {"sha": sha, "url": f"{me}/commits/{sha}"},
        "zipball_url": f"{me}/zipball/{name}",
        "tarball_url": f"{me}/tarball/{name}",
    }


def git_commit(base: str, full_name: str, sha: str, parents: Iterable[str]) -> dict[str, Any]:
    """A commit of the git database."""
    me, page = f"{base}/repos/{full_name}/git", f"https://github.com/{full_name}/commit"
    return {
        "sha": sha,
        "node_id": f"C_{sha}",
        "url": f"{me}/commits/{sha}",
        "html_url": f"{page}/{sha}",
        "author": _PERSON,
        "committer": _PERSON,
        "tree": {"sha": _TREE, "url": f"{me}/trees/{_TREE}"},
        "message": "Make it better",
        "parents": [
            {"sha": one, "url": f"{me}/commits/{one}", "html_url": f"{page}/{one}"} for one in parents
        ],
        "verification": _UNSIGNED,
    }


def file(base: str, full_name: str, path: str, number: int, size: int, encoded: str) -> dict[str, Any]:
    """A file's content, as `contents` tells it."""
    me, sha = f"{base}/repos/{full_name}", f"{number:040x}"
    urls = {
        "url": f"{me}/contents/{path}",
        "git_url": f"{me}/git/blobs/{sha}",
        "html_url": f"https://github.com/{full_name}/blob/main/{path}",
    }
    return {
        "type": "file",
        "encoding": "base64",
        "size": size,
        "name": path.split("/")[-1],
        "path": path,
        "content": encoded,
        "sha": sha,
        **urls,
        "download_url": f"https://raw.githubusercontent.com/{full_name}/main/{path}",
        "_links": {"self": urls["url"], "git": urls["git_url"], "html": urls["html_url"]},
    }


def _commit(base: str, full_name: str, sha: str) -> dict[str, Any]:
    me = f"{base}/repos/{full_name}"
    return {
        "url": f"{me}/commits/{sha}",
        "sha": sha,
        "node_id": f"C_{sha}",
        "html_url": f"https://github.com/{full_name}/commit/{sha}",
        "comments_url": f"{me}/commits/{sha}/comments",
        "commit": {
            "url": f"{me}/git/commits/{sha}",
            "author": _PERSON,
            "committer": _PERSON,
            "message": "Start",
            "comment_count": 0,
            "tree": {"sha": _TREE, "url": f"{me}/git/trees/{_TREE}"},
            "verification": _UNSIGNED,
        },
        "author": user(base, "contributor", "User"),
        "committer": user(base, "contributor", "User"),
        "parents": [],
    }
