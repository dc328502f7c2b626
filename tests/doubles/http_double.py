"""A threaded HTTP server with a request log and planned faults; what it answers is a subclass's business."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str  # without the query
    query: str  # as it was sent
    headers: dict[str, str]  # lower-case names
    body: bytes

    @property
    def base(self) -> str:
        """How the client reached us."""
        return f"http://{self.headers.get('host', '')}"

    @property
    def parameters(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.query, keep_blank_values=True).items()}

    def json(self) -> Any:
        return json.loads(self.body or b"null")


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: Any = None  # bytes as they are, None empty, all else JSON
    headers: dict[str, str] = field(default_factory=dict)

    def payload(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Exchange:
    request: Request
    answer: Answer
    fault: str = ""  # what interfered


@dataclass(frozen=True)
class Respond:
    """Answer this instead; the request is not carried out."""

    answer: Answer


@dataclass(frozen=True)
class StoreThen:
    """Carry the request out, and answer this."""

    answer: Answer


@dataclass(frozen=True)
class Drop:
    """Close the connection without an answer."""

    carried_out: bool = False


@dataclass(frozen=True)
class Truncate:
    """Carry the request out, and close the connection in the middle of the answer."""


@dataclass(frozen=True)
class Pass:
    """Do not interfere with this one."""


Fault = Respond | StoreThen | Drop | Truncate | Pass


def status(code: int, message: str = "Server Error", **headers: str) -> Respond:
    """Answer a status as GitHub words it; `Retry_After="2"` becomes a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Respond(Answer(code, {"message": message, "msg": message}, named))


class HttpDouble:
    """Listens on a free port of `host` while it is entered."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.lock = threading.RLock()
        self.exchanges: list[Exchange] = []
        self._faults: list[tuple[str, re.Pattern[str], list[Fault]]] = []
        self._server = _Server((host, 0), _Handler)
        self._server.double = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fail(self, method: str, path: str, *faults: Fault) -> None:
        """Plan faults for the next requests whose path and query match the regular expression, in order."""
        self._faults.append((method, re.compile(path), list(faults)))

    def requests(self, method: str = "", path: str = "") -> list[Request]:
        """The requests so far that match."""
        found = [exchange.request for exchange in self.exchanges]
        return [r for r in found if method in ("", r.method) and re.search(path, f"{r.path}?{r.query}")]

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError

    def handle(self, request: Request) -> tuple[Answer, Fault]:
        with self.lock:
            fault = self._next_fault(request)
            if isinstance(fault, Respond):
                answer = fault.answer
            elif fault == Drop(carried_out=False):
                answer = Answer(0)
            else:
                answer = self.answer(request)
                if isinstance(fault, StoreThen):
                    answer = fault.answer
            self.exchanges.append(Exchange(request, answer, type(fault).__name__ if fault != Pass() else ""))
            return answer, fault

    def _next_fault(self, request: Request) -> Fault:
        for method, path, faults in self._faults:
            if method == request.method and path.search(f"{request.path}?{request.query}") and faults:
                return faults.pop(0)
        return Pass()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    double: HttpDouble


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 20
    wbufsize = -1  # head and body in one packet: apart, each answer waits 40 ms for an acknowledgement

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        request = Request(self.command, parts.path, parts.query, headers, body)
        answer, fault = self.server.double.handle(request)
        if isinstance(fault, Drop) or answer.status == 0:
            self.close_connection = True
            return
        payload = answer.payload()
        self.send_response(answer.status)
        if not isinstance(answer.body, bytes):
            self.send_header("Content-Type", "application/json; charset=utf-8")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if isinstance(fault, Truncate):
            payload, self.close_connection = payload[: len(payload) // 2], True
        self.wfile.write(payload)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815
