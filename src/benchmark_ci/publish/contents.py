"""A file of a commit, by the REST API: for rules that must not come from a stranger."""

from __future__ import annotations

import base64
import binascii
from pathlib import PurePosixPath
from urllib.parse import quote

from benchmark_ci.errors import GitHubFailed
from benchmark_ci.publish.reader import Reader, Wire


class _File(Wire):
    type: str
    encoding: str
    content: str


def file_at(reader: Reader, sha: str, path: PurePosixPath) -> bytes | None:
    """The file's bytes; None where the commit has no such file.

    Raises GitHubFailed, also for folders, links and files above a megabyte, whose content GitHub leaves out.
    """
    what = f"file {path} of {sha[:12]}"
    found = reader.find(f"/contents/{quote(str(path), safe='/')}", _File, what, ref=sha)
    if found is None:
        return None
    try:
        if (found.type, found.encoding) == ("file", "base64"):
            return base64.b64decode(found.content.replace("\n", ""), validate=True)
    except binascii.Error:
        pass
    raise GitHubFailed(f"GitHub's API does not give the content of the {what}.", "Is it a small, plain file?")
