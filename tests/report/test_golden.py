"""The full renderings as people get them, against the stored ones."""

from pathlib import Path

import pytest

from tests.report.golden import renderings


@pytest.mark.parametrize("path", renderings(), ids=lambda path: path.name)
def test_rendering_is_the_stored_one(path: Path) -> None:
    wanted = renderings()[path]
    assert path.read_text(encoding="utf-8") == wanted, "after a look: python -m tests.report.golden"
