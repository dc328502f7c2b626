"""GitHub's git data API: blobs, trees, commits and refs, with git's own object ids.

Each request is atomic; a ref moves forward only, unless forced.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.doubles.http_double import Answer, Request

_WHEN = "2026-11-23T06:30:00Z"
_MODES = ("100644", "100755", "040000", "160000", "120000")
_MISSING = (404, "Not Found")


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class GitData:
    """State, and the answers that it gives. Trees are kept as (name → (mode, sha))."""

    objects: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    trees: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    commits: dict[str, dict[str, Any]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)

    def answer(self, request: Request, base: str, path: str, repository: str, *, may_write: bool) -> Answer:
        """`path` is what stands behind `/git/`."""
        here = f"{base}/repos/{repository}/git"
        try:
            if request.method == "GET":
                return Answer(200, self._get(here, path))
            if not may_write:
                raise Refused(403, "Resource not accessible by integration")
            return self._write(request, here, path)
        except Refused as refused:
            said = {"message": refused.message, "documentation_url": "https://docs.github.com/rest"}
            return Answer(refused.status, said)

    def files(self, ref: str) -> dict[str, bytes]:
        """Every file of a ref's tip by path."""
        return self._files(self.commits[self.refs[ref]]["tree"])

    def log(self, ref: str) -> list[str]:
        """The ref's commits, newest first."""
        found = [self.refs[ref]]
        while parents := self.commits[found[-1]]["parents"]:
            found.append(parents[0])
        return found

    def write_to(self, repository: Path) -> None:
        """Put everything into a real repository, so that git serves it."""
        folder = repository / ".git" if (repository / ".git").is_dir() else repository
        for sha, (kind, content) in self.objects.items():
            file = folder / "objects" / sha[:2] / sha[2:]
            file.parent.mkdir(exist_ok=True)
            if not file.exists():
                file.write_bytes(zlib.compress(b"%s %d\0%b" % (kind.encode(), len(content), content)))
        for ref, sha in self.refs.items():
            (folder / ref).parent.mkdir(parents=True, exist_ok=True)
            (folder / ref).write_text(f"{sha}\n")

    # --- reading

    def _get(self, here: str, path: str) -> dict[str, Any]:
        kind, _, name = path.partition("/")
        if kind == "ref" and f"refs/{name}" in self.refs:
            return self._shown_ref(here, f"refs/{name}")
        if kind == "commits" and name in self.commits:
            return self._shown_commit(here, name)
        if kind == "trees" and name in self.trees:
            return self._shown_tree(here, name)
        if kind == "blobs" and self.objects.get(name, ("", b""))[0] == "blob":
            content = self.objects[name][1]
            return {
                "sha": name,
                "node_id": f"B_{name}",
                "size": len(content),
                "url": f"{here}/blobs/{name}",
                "content": base64.encodebytes(content).decode(),
                "encoding": "base64",
            }
        raise Refused(*_MISSING)

    def _shown_ref(self, here: str, ref: str) -> dict[str, Any]:
        sha = self.refs[ref]
        target = {"sha": sha, "type": "commit", "url": f"{here}/commits/{sha}"}
        return {"ref": ref, "node_id": f"REF_{ref}", "url": f"{here}/{ref}", "object": target}

    def _shown_tree(self, here: str, sha: str) -> dict[str, Any]:
        entries = [self._shown_entry(here, name, *entry) for name, entry in self.trees[sha].items()]
        return {"sha": sha, "url": f"{here}/trees/{sha}", "tree": entries, "truncated": False}

    def _shown_entry(self, here: str, name: str, mode: str, sha: str) -> dict[str, Any]:
        kind = "tree" if mode == "040000" else "blob"
        shown: dict[str, Any] = {"path": name, "mode": mode, "type": kind, "sha": sha}
        if kind == "blob":
            shown["size"] = len(self.objects[sha][1])
        return shown | {"url": f"{here}/{kind}s/{sha}"}

    def _shown_commit(self, here: str, sha: str) -> dict[str, Any]:
        commit = self.commits[sha]
        page = here.replace("/git", "/commit")
        who = {
            "name": "github-actions[bot]",
            "email": "41898282+github-actions[bot]@users.noreply.github.com",
            "date": _WHEN,
        }
        unsigned = dict.fromkeys(("signature", "payload", "verified_at"))
        return {
            "sha": sha,
            "node_id": f"C_{sha}",
            "url": f"{here}/commits/{sha}",
            "html_url": f"{page}/{sha}",
            "author": who,
            "committer": who,
            "message": commit["message"],
            "tree": {"sha": commit["tree"], "url": f"{here}/trees/{commit['tree']}"},
            "parents": [
                {"sha": one, "url": f"{here}/commits/{one}", "html_url": f"{page}/{one}"}
                for one in commit["parents"]
            ],
            "verification": {"verified": False, "reason": "unsigned", **unsigned},
        }

    def _files(self, tree: str, before: str = "") -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for name, (mode, sha) in self.trees[tree].items():
            if mode == "040000":
                found |= self._files(sha, f"{before}{name}/")
            else:
                found[f"{before}{name}"] = self.objects[sha][1]
        return found

    # --- writing

    def _write(self, request: Request, here: str, path: str) -> Answer:
        asked = request.json()
        if (request.method, path) == ("POST", "blobs"):
            content = asked["content"]
            raw = base64.b64decode(content) if asked.get("encoding") == "base64" else content.encode()
            sha = self._store("blob", raw)
            return Answer(201, {"sha": sha, "url": f"{here}/blobs/{sha}"})
        if (request.method, path) == ("POST", "trees"):
            return Answer(201, self._shown_tree(here, self._new_tree(asked)))
        if (request.method, path) == ("POST", "commits"):
            return Answer(201, self._shown_commit(here, self._new_commit(asked)))
        if (request.method, path) == ("POST", "refs"):
            self._create_ref(asked)
            return Answer(201, self._shown_ref(here, asked["ref"]))
        if request.method == "PATCH" and path.startswith("refs/"):
            self._move_ref(path, asked)
            return Answer(200, self._shown_ref(here, path))
        raise Refused(*_MISSING)

    def _store(self, kind: str, content: bytes) -> str:
        sha = hashlib.sha1(b"%s %d\0%b" % (kind.encode(), len(content), content)).hexdigest()  # noqa: S324
        self.objects[sha] = (kind, content)
        return sha

    def _new_tree(self, asked: dict[str, Any]) -> str:
        base = asked.get("base_tree")
        if base is not None and base not in self.trees:
            raise Refused(404, "Not Found")
        for entry in asked["tree"]:
            if entry["mode"] not in _MODES or entry["path"].startswith("/") or ".." in entry["path"]:
                raise Refused(422, "tree.path contains a malformed path component")
            if ("content" in entry) == ("sha" in entry):
                raise Refused(422, "Must supply either tree.sha or tree.content, but not both")
            sha = self._store("blob", entry["content"].encode()) if "content" in entry else entry["sha"]
            if sha not in self.objects:
                raise Refused(422, f"tree.sha {sha} is not a valid blob")
            base = self._with(base, entry["path"].split("/"), (entry["mode"], sha))
        return str(base)

    def _with(self, tree: str | None, parts: list[str], entry: tuple[str, str]) -> str:
        """A tree that is like the one it starts from but for one path."""
        entries = dict(self.trees[tree]) if tree else {}
        if len(parts) > 1:
            below = entries.get(parts[0])
            inner = below[1] if below and below[0] == "040000" else None
            entry = ("040000", self._with(inner, parts[1:], entry))
        entries[parts[0]] = entry
        ordered = dict(sorted(entries.items(), key=lambda one: one[0] + "/" * (one[1][0] == "040000")))
        written = b"".join(
            b"%s %s\0%b" % (mode.lstrip("0").encode(), name.encode(), bytes.fromhex(sha))
            for name, (mode, sha) in ordered.items()
        )
        made = self._store("tree", written)
        self.trees[made] = ordered
        return made

    def _new_commit(self, asked: dict[str, Any]) -> str:
        parents = asked.get("parents") or []
        if asked["tree"] not in self.trees:
            raise Refused(422, "Tree SHA does not exist")
        if any(parent not in self.commits for parent in parents):
            raise Refused(422, "Parent SHA does not exist or is not a commit object")
        who = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com> 1763879400 +0000"
        head = [f"tree {asked['tree']}", *(f"parent {one}" for one in parents)]
        text = "\n".join([*head, f"author {who}", f"committer {who}", "", asked["message"]])
        sha = self._store("commit", text.encode())
        self.commits[sha] = {"tree": asked["tree"], "parents": parents, "message": asked["message"]}
        return sha

    def _create_ref(self, asked: dict[str, Any]) -> None:
        if not re.fullmatch(r"refs/[^/]+/.+", asked["ref"]):
            raise Refused(422, "Reference name must start with 'refs/' and have at least two slashes.")
        if asked["ref"] in self.refs:
            raise Refused(422, "Reference already exists")
        if asked["sha"] not in self.commits:
            raise Refused(422, "Object does not exist")
        self.refs[asked["ref"]] = asked["sha"]

    def _move_ref(self, ref: str, asked: dict[str, Any]) -> None:
        if ref not in self.refs:
            raise Refused(422, "Reference does not exist")
        if asked["sha"] not in self.commits:
            raise Refused(422, "Object does not exist")
        if not asked.get("force") and not self._descends(asked["sha"], self.refs[ref]):
            raise Refused(422, "Update is not a fast forward")
        self.refs[ref] = asked["sha"]

    def _descends(self, sha: str, ancestor: str) -> bool:
        waiting = [sha]
        while waiting:
            one = waiting.pop()
            if one == ancestor:
                return True
            waiting += self.commits[one]["parents"]
        return False
