"""Plain HTTP for the artifact service and its blob store."""

from __future__ import annotations

from collections.abc import Mapping

import requests

TIMEOUT = (15.0, 60.0)
"""Seconds to connect, and without a byte."""

RETRIED = frozenset({408, 429, 500, 502, 503, 504})


def session(user_agent: str = "benchmark-ci") -> requests.Session:
    """A session that adds nothing of its own to a request."""
    made = requests.Session()
    made.headers["User-Agent"] = user_agent
    made.auth = _as_it_is  # or requests would take credentials from a .netrc
    return made


def send(
    http: requests.Session,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    data: bytes | None = None,
    stream: bool | None = None,
) -> requests.Response:
    """Send one request to exactly this address, following nothing; `stream`: the body is read later.

    The address is set again after requests prepared it, which would rewrite a signature's
    escapes (urllib3 still writes their letters large, which means the same).
    Raises requests.RequestException.
    """
    prepared = http.prepare_request(requests.Request(method, url, headers=dict(headers), data=data))
    prepared.url = url
    settings = http.merge_environment_settings(url, {}, stream=stream, verify=None, cert=None)
    return http.send(prepared, timeout=TIMEOUT, allow_redirects=False, **settings)


def retry_after(response: requests.Response) -> float | None:
    """Seconds that the server asks us to wait, if it does."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
