"""The invisible lines at a comment's start: which configuration it is of, and which run wrote it."""

from __future__ import annotations

import hashlib
import re

from benchmark_ci.model import Noun

_RUN = re.compile(r"^<!-- benchmark-ci run=(\d{1,19})\.(\d{1,9}) -->$", re.MULTILINE)


class Run(Noun):
    """A run of a workflow. GitHub numbers runs upwards, so that a later push has the higher id."""

    id: int
    attempt: int = 1

    @property
    def order(self) -> tuple[int, int]:
        """Later is greater; a late attempt of an older run is still older."""
        return self.id, self.attempt


def comment_marker(workflow: str, job: str, name: str) -> str:
    """The first line, by which a later run finds the comment of the same configuration.

    Names come from strangers' workflow files, so that only letters, digits and single dashes remain of
    them; a digest keeps apart what looks the same then.
    """
    words = "-".join(re.findall(r"[A-Za-z0-9]+", f"{workflow} {job} {name}"))[:80].strip("-")
    digest = hashlib.sha256("\0".join((workflow, job, name)).encode("utf-8", "replace")).hexdigest()[:12]
    return f"<!-- benchmark-ci comment={words or 'job'}-{digest} -->"


def marked(body: str, marker: str, run: Run | None) -> str:
    """The body as it is posted."""
    rest = body.removeprefix(marker).removeprefix("\n")
    line = f"<!-- benchmark-ci run={run.id}.{run.attempt} -->\n" if run else ""
    return f"{marker}\n{line}{rest}"


def newer(body: str, run: Run | None) -> bool:
    """Whether a comment that stands was written for a later run than this."""
    found = _RUN.search(body, 0, 400)  # only where we write it
    return bool(found and run and (int(found[1]), int(found[2])) > run.order)
