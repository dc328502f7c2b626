"""How GitHub's REST API shows its objects; checked against its own OpenAPI description."""

from __future__ import annotations

import zlib
from typing import Any

_REPOSITORY_URLS = (
    "archive assignees blobs branches collaborators comments commits compare contents contributors "
    "deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events "
    "issues keys labels languages merges milestones notifications pulls releases stargazers statuses "
    "subscribers subscription tags teams trees"
)
_USER_URLS = "events followers following gists organizations received_events repos starred subscriptions"
WHEN = "2026-11-23T06:30:00Z"


def user(base: str, login: str, kind: str) -> dict[str, Any]:
    number = 1 + sum(login.encode())
    me = f"{base}/users/{login}"
    return {
        "login": login,
        "id": number,
        "node_id": f"U_{number}",
        "avatar_url": f"{base}/avatars/{number}",
        "gravatar_id": "",
        "url": me,
        "html_url": f"https://github.com/{login}",
        "type": kind,
        "site_admin": False,
        **{f"{name}_url": f"{me}/{name}" for name in _USER_URLS.split()},
    }


def repository_id(full_name: str) -> int:
    """4242 is the repository's own; a fork has another one."""
    return 4242 if full_name == "octo/crate" else zlib.crc32(full_name.encode())


def repository(base: str, full_name: str) -> dict[str, Any]:
    owner, name = full_name.split("/")
    me, page = f"{base}/repos/{full_name}", f"https://github.com/{full_name}"
    counts = "forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count"
    flags = "has_issues has_projects has_wiki has_pages has_discussions has_downloads archived disabled"
    return {
        "id": repository_id(full_name),
        "node_id": f"R_{repository_id(full_name)}",
        "name": name,
        "full_name": full_name,
        "owner": user(base, owner, "Organization"),
        "private": False,
        "html_url": page,
        "description": None,
        "fork": False,
        "url": me,
        "default_branch": "main",
        "homepage": None,
        "language": "Rust",
        "license": None,
        "mirror_url": None,
        "clone_url": f"{page}.git",
        "git_url": f"git://github.com/{full_name}.git",
        "ssh_url": f"git@github.com:{full_name}.git",
        "svn_url": page,
        **dict.fromkeys(("created_at", "updated_at", "pushed_at"), WHEN),
        **{f"{field}_url": f"{me}/{field}" for field in _REPOSITORY_URLS.split()},
        **dict.fromkeys(counts.split(), 0),
        **dict.fromkeys(flags.split(), False),
        "network_count": 0,
        "subscribers_count": 0,
    }


def comment(base: str, full_name: str, number: int, stored: Any) -> dict[str, Any]:
    """An issue comment; `stored` has id, login, kind, body."""
    return {
        "id": stored.id,
        "node_id": f"IC_{stored.id}",
        "url": f"{base}/repos/{full_name}/issues/comments/{stored.id}",
        "html_url": f"https://github.com/{full_name}/pull/{number}#issuecomment-{stored.id}",
        "issue_url": f"{base}/repos/{full_name}/issues/{number}",
        "user": user(base, stored.login, stored.kind),
        "created_at": WHEN,
        "updated_at": WHEN,
        "author_association": "NONE",
        "body": stored.body,
        "performed_via_github_app": None,
    }


def pull(base: str, full_name: str, stored: Any) -> dict[str, Any]:
    """A pull request; `stored` is a Pull."""
    me, page = f"{base}/repos/{full_name}/pulls/{stored.number}", f"https://github.com/{full_name}/pull"
    issue = f"{base}/repos/{full_name}/issues/{stored.number}"
    links = {
        "comments_url": f"{issue}/comments",
        "commits_url": f"{me}/commits",
        "review_comment_url": f"{base}/repos/{full_name}/pulls/comments{{/number}}",
        "review_comments_url": f"{me}/comments",
        "statuses_url": f"{base}/repos/{full_name}/statuses/{stored.head_sha}",
    }
    nothing = "assignee body closed_at merged_at milestone auto_merge merged_by mergeable merge_commit_sha"
    counts = "additions changed_files comments commits deletions review_comments"
    return {
        "_links": {
            name: {"href": href}
            for name, href in {
                "self": me,
                "html": f"{page}/{stored.number}",
                "issue": issue,
                **{name.removesuffix("_url"): href for name, href in links.items()},
            }.items()
        },
        **links,
        **dict.fromkeys(nothing.split(), None),
        **dict.fromkeys(counts.split(), 0),
        "url": me,
        "id": 100 + stored.number,
        "node_id": f"PR_{stored.number}",
        "number": stored.number,
        "html_url": f"{page}/{stored.number}",
        "diff_url": f"{page}/{stored.number}.diff",
        "patch_url": f"{page}/{stored.number}.patch",
        "issue_url": issue,
        "state": stored.state,
        "locked": stored.locked,
        "title": "A change",
        "user": user(base, "contributor", "User"),
        "labels": [],
        "created_at": WHEN,
        "updated_at": WHEN,
        "author_association": "CONTRIBUTOR",
        "mergeable_state": "clean",
        "merged": False,
        "maintainer_can_modify": False,
        "head": _end(base, stored.head_repository or full_name, stored.head_ref, stored.head_sha),
        "base": _end(base, full_name, stored.base_ref, stored.base_sha),
    }


def _end(base: str, full_name: str, ref: str, sha: str) -> dict[str, Any]:
    owner = full_name.split("/")[0]
    return {
        "label": f"{owner}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(base, owner, "Organization"),
        "repo": repository(base, full_name),
    }
