"""A GitHub that answers as the real one does, and a fork's finished run on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.github import FakeGitHub
from tests.stranger import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with FakeGitHub() as github:
        yield Stage(github, tmp_path)
