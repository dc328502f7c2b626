from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plan.repositories import Project, Served, serve


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that is served; tests only read what it holds."""
    root = tmp_path_factory.mktemp("projects")
    Project(root / "owner" / "project.git")
    return root


@pytest.fixture(scope="session")
def project(projects: Path) -> Project:
    return Project(projects / "owner" / "other")


@pytest.fixture
def served(projects: Path, project: Project) -> Iterator[Served]:
    with serve(projects) as server:
        yield server
