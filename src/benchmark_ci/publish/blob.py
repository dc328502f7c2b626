"""The blob store behind the artifact service: an Azure block blob at a signed address.

The address is a secret and stays a string: it is appended to, never taken apart, never shown. Blocks go
one after another, because nektos/act's server appends them in the order of their arrival.
"""

from __future__ import annotations

import base64
import itertools
import uuid
from typing import IO
from urllib.parse import quote

import requests

from benchmark_ci.publish import transport
from benchmark_ci.publish.patience import Patience

BLOCK_BYTES = 8 * 1024 * 1024
_VERSION = {"x-ms-version": "2023-11-03"}


class BlobFailed(Exception):
    """The blob store did not take or give the bytes; the message holds no address."""


def upload(url: str, file: IO[bytes], *, mime_type: str, patience: Patience) -> None:
    """Store a file's bytes. Raises BlobFailed."""
    with transport.session() as http:
        transfer = uuid.uuid4()
        ids: list[str] = []
        for number in itertools.count():
            block = file.read(BLOCK_BYTES)
            if not block and ids:
                break
            ids.append(base64.b64encode(f"{transfer}{number:012d}".encode()).decode())
            query = f"comp=block&blockid={quote(ids[-1], safe='')}"
            _put(http, _with(url, query), block, {"Content-Type": "application/octet-stream"}, patience)
        latest = "".join(f"<Latest>{block_id}</Latest>" for block_id in ids)
        listing = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><BlockList>{latest}</BlockList>'
        headers = {"Content-Type": "application/xml", "x-ms-blob-content-type": mime_type}
        _put(http, _with(url, "comp=blocklist"), listing.encode(), headers, patience)


def read_tail(url: str, size: int, count: int) -> bytes:
    """The last `count` bytes of a blob of `size` bytes. Raises BlobFailed."""
    # Azure knows no "the last n bytes", only a range with a beginning.
    headers = {"Range": f"bytes={max(0, size - count)}-", **_VERSION}
    try:
        with transport.session() as http:
            answer = transport.send(http, "GET", url, headers=headers)
    except requests.RequestException:
        raise BlobFailed("the blob store gave no answer") from None
    if answer.status_code not in (200, 206):
        raise BlobFailed(f"the blob store answered {answer.status_code}")
    return answer.content[-count:]


def _put(http: requests.Session, url: str, data: bytes, headers: dict[str, str], patience: Patience) -> None:
    attempt = 0
    while True:
        attempt += 1
        asked = None
        try:
            answer = transport.send(http, "PUT", url, headers={**headers, **_VERSION}, data=data)
        except requests.RequestException:
            why = "the blob store gave no answer"  # the exception's own text holds the address
        else:
            if answer.ok:
                return
            why = f"the blob store answered {answer.status_code}"
            if answer.status_code not in transport.RETRIED:
                raise BlobFailed(why)
            asked = transport.retry_after(answer)
        if not patience.pause(attempt, asked):
            raise BlobFailed(why)


def _with(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"
