"""Holds the fake, and what we send it, against GitHub's own OpenAPI description.

The description is public data beside the repository (`BENCHMARK_CI_SHARED`, else `../shared`).
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, quote

from openapi_core import OpenAPI
from openapi_core.templating.responses.exceptions import ResponseNotFound
from openapi_core.testing import MockRequest, MockResponse

from tests.doubles.http_double import Exchange

_ROOT = Path(__file__).resolve().parents[2]


def description() -> Path:
    """Where the description lies, if it does."""
    shared = os.environ.get("BENCHMARK_CI_SHARED") or str(_ROOT.parent / "shared")
    return Path(shared) / "data" / "github-openapi.json"


class Contract:
    def __init__(self, path: Path) -> None:
        self._api = OpenAPI.from_dict(json.loads(path.read_text()))

    def check(self, exchange: Exchange, prefix: str = "") -> bool:
        """Raise when request or answer breaks the contract; False when it knows no such answer."""
        sent = exchange.request
        path = sent.path.removeprefix(prefix).replace("/repositories/4242", "/repos/octo/crate")
        path = re.sub(r"(?<=/git/ref/).+|(?<=/git/refs/).+", lambda ref: quote(ref[0], safe=""), path)
        request = MockRequest(
            "https://api.github.com",
            sent.method.lower(),
            path,
            args=dict(parse_qsl(sent.query)),
            headers=sent.headers,
            data=sent.body or None,
        )
        self._api.validate_request(request)
        given = MockResponse(
            exchange.answer.payload(), exchange.answer.status, exchange.answer.headers, "application/json"
        )
        try:
            self._api.validate_response(request, given)
        except ResponseNotFound:
            return False
        return True
