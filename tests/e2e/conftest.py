"""The image is built once, and each test module stages what it needs with it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.doubles.scene import IMAGE, Scene
from tests.e2e.stage import QUICK, ROOT, SLOWER


@pytest.fixture(scope="session")
def image() -> str:
    """The action's image, built as it is now."""
    subprocess.run(["docker", "build", "--quiet", "-t", IMAGE, str(ROOT)], check=True, capture_output=True)
    return IMAGE


@pytest.fixture(scope="module")
def quick_scene(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A pull request after which `quick/parse` takes twice as long."""
    with Scene(tmp_path_factory.mktemp("quick"), QUICK, SLOWER) as scene:
        yield scene
