"""Which two commits are compared."""

from __future__ import annotations

from benchmark_ci.model.base import Noun, Sha
from benchmark_ci.model.config import Config


class Commit(Noun):
    """One side's commit: resolved once, only the SHA is used afterwards."""

    sha: Sha
    what: str  # what a person calls it: "main", "v1.2.0", "merge of pull request #12"
    head_sha: Sha | None = None  # on a pull request: its head, which is what people know
    uncommitted: bool = False  # the working tree with changes that no commit of the user's holds


class Plan(Noun):
    """Which two commits are compared, and why these."""

    baseline: Commit
    current: Commit
    reason: str
    cautions: tuple[str, ...] = ()
    config: Config | None = None  # of `benchmark-ci.toml`, where there is one

    @property
    def same(self) -> bool:
        """Whether both sides are one commit."""
        return self.baseline.sha == self.current.sha
