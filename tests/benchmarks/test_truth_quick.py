"""The study's quick form, live: it demands only what cannot be noise."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmark_ci.model import Side
from benchmark_ci.prove.elf import Image
from benchmarks.truth import quick, study
from benchmarks.truth.workshop import OF_A_COUNT, ReopenedSite, Workshop, differing


@pytest.mark.cargo
@pytest.mark.slow
def test_no_red_among_equal_benchmarks_and_a_large_slowdown_is_found() -> None:
    answer = quick.quick(study.WORK)

    assert len(answer.verdicts) == quick.REPETITIONS
    assert answer.sound, str(answer)


@pytest.mark.cargo
@pytest.mark.slow
def test_what_is_planted_is_a_number_and_moves_no_code(tmp_path: Path) -> None:
    pair = Workshop(study.WORK, study.Quietly()).pair(quick.QUICK, quick.CHANGE)
    assert differing(pair.site, pair.build) == OF_A_COUNT

    copied = ReopenedSite(Path(shutil.copytree(pair.site.root, tmp_path / "copy", symlinks=True)))
    [exe] = [one for one in pair.build.executables if one.side is Side.CURRENT]
    file = copied.folder(Side.CURRENT) / exe.path.relative_to(pair.site.here)
    content = file.read_bytes()
    [code] = [one for one in Image(content).sections if one.name == ".text"]
    assert code.data and content.count(code.data) == 1
    at = content.index(code.data) + 100
    file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    copied.here = pair.site.here  # where its executables were built
    assert differing(copied, pair.build) == {*OF_A_COUNT, ".text"}
