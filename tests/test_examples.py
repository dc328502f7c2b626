"""The example crate's own tests, which show that its reference computes the same as it does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.engine import ROOT

QUANTIZER = ROOT / "examples" / "quantizer"


@pytest.mark.cargo
@pytest.mark.slow
def test_the_quantizer_s_reference_computes_the_same(tmp_path: Path) -> None:
    answer = subprocess.run(
        ["cargo", "test", "--locked", "--test", "reference"],
        cwd=QUANTIZER,
        capture_output=True,
        text=True,
        env={**os.environ, "CARGO_TARGET_DIR": str(tmp_path)},
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "test result: ok. 3 passed" in answer.stdout


@pytest.mark.parametrize("arguments", [[], ["channel_equalization"], ["none", "64"], ["x", "y", "--print"]])
def test_the_reference_says_how_it_is_called(arguments: list[str]) -> None:
    script = str(QUANTIZER / "reference" / "quantize.py")
    answer = subprocess.run(["python3", script, *arguments], capture_output=True, text=True)
    assert answer.returncode == 1
    assert answer.stderr.startswith(("usage:", "there is no benchmark"))
