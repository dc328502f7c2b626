"""The results service and its blob store, as GitHub and Azure behave, or as nektos/act does."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import xml.etree.ElementTree as ET
import zlib
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.http_double import Answer, Request

PREFIX = "/twirp/github.actions.results.api.v1.ArtifactService/"
_KNOWN_TO_ACT = {
    "workflow_run_backend_id", "workflow_job_run_backend_id", "name", "expires_at", "version", "size", "hash",
    "name_filter", "id_filter",
}  # fmt: skip


@dataclass
class Artifact:
    id: str
    run: str
    job: str
    name: str
    sig: str
    number: int
    expires_at: str | None = None
    blocks: dict[str, bytes] = field(default_factory=dict)
    blob: bytes | None = None
    content_type: str = ""
    final: bool = False
    expired: bool = False
    size: int | None = None  # what the REST API says of it; None: the truth

    @property
    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.blob or b'').hexdigest()}"


@dataclass
class Artifacts:
    """State, and the answers that it gives. `act`: as nektos/act's server; `oldest`: knows version 4 only."""

    act: bool = False
    oldest: bool = False
    tokens: dict[str, tuple[str, str]] = field(default_factory=dict)  # token → (run, job)
    stored: list[Artifact] = field(default_factory=list)
    next_id: int = 100

    def runtime_token(self, run: str, job: str) -> str:
        """A token of the known form that is good for this job's artifacts."""
        parts = [
            {"typ": "JWT", "alg": "HS256"},
            {"scp": f"Actions.Example Actions.Results:{run}:{job}", "nonce": secrets.token_hex(8)},
        ]
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        token = ".".join([*encoded, secrets.token_urlsafe(32)])
        self.tokens[token] = (run, job)
        return token

    def find(self, name: str) -> Artifact:
        return next(artifact for artifact in self.stored if artifact.name == name and artifact.final)

    def answer_twirp(self, request: Request) -> Answer:
        method = request.path.removeprefix(PREFIX)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        asked = request.json()
        if self.act:
            if set(asked) - _KNOWN_TO_ACT:
                return Answer(500)  # strict protojson, and no body
            asked = {"workflow_run_backend_id": "1", "workflow_job_run_backend_id": "1", **asked}
        elif token not in self.tokens:
            return _twirp(401, "unauthenticated", "token is not valid")
        elif asked.get("workflow_run_backend_id") != self.tokens[token][0]:
            return _twirp(403, "permission_denied", "token is for another run")
        serve = {
            "CreateArtifact": self._create,
            "FinalizeArtifact": self._finalize,
            "ListArtifacts": self._list,
            "GetSignedArtifactURL": self._sign,
            "DeleteArtifact": self._delete,
        }.get(method)
        return self._spelled(serve(request, asked)) if serve else _twirp(404, "bad_route", "no such method")

    def answer_blob(self, request: Request) -> Answer:
        match = re.fullmatch(r"/blob/(\d+)\.zip", request.path)
        found = next((a for a in self.stored if match and a.number == int(match[1])), None)
        if "authorization" in request.headers:
            return Answer(400, b"<Error><Code>InvalidAuthenticationInfo</Code></Error>")
        if found is None or f"sig={found.sig}" not in request.query.split("&"):
            return Answer(403, b"<Error><Code>AuthenticationFailed</Code></Error>")
        if request.method == "GET":
            return self._read(request, found)
        part = request.parameters.get("comp", "")
        if self.act:
            if part == "block":
                found.blob = (found.blob or b"") + request.body
            return Answer(201 if part else 200)  # a whole blob in one PUT is accepted, and lost
        if part == "block":
            found.blocks[request.parameters["blockid"]] = request.body
            return Answer(201)
        return self._commit(request, found) if part == "blocklist" else self._put_blob(request, found)

    def _create(self, request: Request, asked: dict[str, Any]) -> Answer:
        if self.oldest and asked["version"] != 4:
            return _twirp(400, "invalid_argument", "unknown artifact version")
        if not self.act and (asked["version"] >= 7) != ("mime_type" in asked):
            return _twirp(400, "invalid_argument", "a valid mime_type is required for this artifact version")
        run, name = asked["workflow_run_backend_id"], asked["name"]
        taken = [a for a in self.stored if (a.run, a.name) == (run, name)]
        if taken and not self.act:
            return _twirp(
                409, "already_exists", "an artifact with this name already exists on the workflow run"
            )
        self.stored = [a for a in self.stored if a not in taken]
        self.next_id += 1
        number = zlib.crc32(name.encode()) if self.act else self.next_id
        sig = (
            base64.urlsafe_b64encode(secrets.token_bytes(31)).decode()
            if self.act
            else f"{secrets.token_hex(8)}%2Bs%7Eg%2F%3D"
        )
        job = asked["workflow_job_run_backend_id"]
        self.stored.append(Artifact(str(number), run, job, name, sig, number, asked.get("expires_at")))
        return Answer(200, {"ok": True, "signed_upload_url": self._address(request, self.stored[-1])})

    def _finalize(self, request: Request, asked: dict[str, Any]) -> Answer:
        for artifact in self._of(asked):
            if artifact.name == asked["name"] and not artifact.final:
                stored = (str(len(artifact.blob or b"")), artifact.digest)
                if artifact.blob is None or (
                    not self.act and stored != (asked["size"], asked.get("hash", stored[1]))
                ):
                    return Answer(200, {"ok": False})
                artifact.final = True
                return Answer(200, {"ok": True, "artifact_id": artifact.id})
        return _twirp(404, "not_found", "artifact not found")

    def _list(self, request: Request, asked: dict[str, Any]) -> Answer:
        if self.act and not self.stored:
            return Answer(0)  # it panics
        run = asked["workflow_run_backend_id"]
        found = [
            a for a in self.stored if a.final and a.run == run and a.name == asked.get("name_filter", a.name)
        ]
        return Answer(
            200, {"artifacts": [self._listed(a) for a in found if a.id == asked.get("id_filter", a.id)]}
        )

    def _sign(self, request: Request, asked: dict[str, Any]) -> Answer:
        for artifact in self._of(asked):
            if artifact.name == asked["name"] and artifact.final:
                return Answer(200, {"name": artifact.name, "signed_url": self._address(request, artifact)})
        return _twirp(404, "not_found", "artifact not found")

    def _delete(self, request: Request, asked: dict[str, Any]) -> Answer:
        for artifact in self._of(asked):
            if artifact.name == asked["name"]:
                self.stored.remove(artifact)
                return Answer(200, {"ok": True, "artifact_id": artifact.id})
        return _twirp(404, "not_found", "artifact not found")

    def _of(self, asked: dict[str, Any]) -> list[Artifact]:
        ids = (asked["workflow_run_backend_id"], asked["workflow_job_run_backend_id"])
        return [artifact for artifact in self.stored if (artifact.run, artifact.job) == ids]

    def _listed(self, artifact: Artifact) -> dict[str, Any]:
        return {
            "workflow_run_backend_id": artifact.run,
            "workflow_job_run_backend_id": artifact.job,
            "database_id": artifact.id,
            "name": artifact.name,
            "size": str(len(artifact.blob or b"")),
            "created_at": "2026-11-23T06:30:00.123Z",
            **({} if self.act else {"digest": artifact.digest}),
        }

    def _address(self, request: Request, artifact: Artifact) -> str:
        query = f"sv=2025-11-05&se=2026-11-23T08%3A00%3A00Z&sr=b&sp=rcw&sig={artifact.sig}"
        return f"{request.base}/blob/{artifact.number}.zip?{query}"

    def _read(self, request: Request, found: Artifact) -> Answer:
        if found.blob is None:
            return Answer(404, b"<Error><Code>BlobNotFound</Code></Error>")
        match = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        return Answer(206, found.blob[int(match[1]) :]) if match else Answer(200, found.blob)

    def _commit(self, request: Request, found: Artifact) -> Answer:
        ids = [element.text or "" for element in ET.fromstring(request.body)]  # noqa: S314
        if any(block not in found.blocks for block in ids):
            return Answer(400, b"<Error><Code>InvalidBlockList</Code></Error>")
        found.blob = b"".join(found.blocks[block] for block in ids)
        found.content_type = request.headers.get("x-ms-blob-content-type", "")
        return Answer(201)

    def _put_blob(self, request: Request, found: Artifact) -> Answer:
        if "x-ms-blob-type" not in request.headers:
            return Answer(400, b"<Error><Code>MissingRequiredHeader</Code></Error>")
        found.blob = request.body
        return Answer(201)

    def _spelled(self, answer: Answer) -> Answer:
        """Act's protojson writes camelCase."""
        return Answer(answer.status, _camel(answer.body), answer.headers) if self.act else answer


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {re.sub(r"_(\w)", lambda m: m[1].upper(), key): _camel(item) for key, item in value.items()}
    return [_camel(item) for item in value] if isinstance(value, list) else value


def _twirp(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"code": code, "msg": message})
