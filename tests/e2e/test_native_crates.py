"""Crates that bind Rust to C and to Python, as people have them: below the root, stripped, with LTO."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.runner import RunnerResult
from tests.doubles.scene import Scene
from tests.e2e.stage import OWN_CRATES, QUICK, copy, report, shown, verdicts

pytestmark = pytest.mark.container

INPUTS = {
    "working_directory": "rust",
    "system_packages": "zlib1g-dev pkg-config",
    "setup": "mkdir codec/generated\nprintf 'made by the set-up' > codec/generated/bytes",
    "environment": "CODEC_SEED",
    "threshold": "30",
    "time_budget": "2",
}


@pytest.fixture(scope="module")
def scene(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A pull request after which one of two checksums is taken three times."""
    folder = tmp_path_factory.mktemp("native")
    crate = copy(OWN_CRATES / "native", folder / "crate")
    calls = (QUICK / "benches" / "quick.rs").read_text().replace("use quick::", "use pyext::")
    (crate / "rust" / "pyext" / "benches").mkdir()
    (crate / "rust" / "pyext" / "benches" / "calls.rs").write_text(calls)

    def slower(repository: Path) -> None:
        source = repository / "rust" / "codec" / "src" / "lib.rs"
        before = source.read_text()
        source.write_text(before.replace("TIMES: u32 = 1", "TIMES: u32 = 3"))
        assert source.read_text() != before

    with Scene(folder / "scene", crate, slower) as scene:
        yield scene


@dataclass(frozen=True)
class Ran:
    scene: Scene
    result: RunnerResult
    workspace: Path

    def failures(self, target: str) -> list[dict[str, Any]]:
        """Why a bench target gives no benchmarks, on each side."""
        return [one for one in report(self.workspace)["target_failures"] if one["target"]["name"] == target]


@pytest.fixture(scope="module")
def ran(scene: Scene) -> Ran:
    result = scene.pull_request(INPUTS, env={"CODEC_SEED": "sesame"})
    return Ran(scene, result, scene.last_workspace)


def test_a_crate_with_a_c_library_a_set_up_and_a_variable_is_measured(ran: Ran) -> None:
    assert (ran.result.exit_code, ran.result.outputs["verdict"]) == (1, "regressed"), shown(ran.result)
    assert verdicts(ran.workspace)["crc"] == "regressed"
    assert not ran.failures("checksum")


def test_what_differs_has_a_name_although_the_profile_strips(ran: Ran) -> None:
    """Symbols are kept for the proof; LTO moves both checksums into one function, so both may be timed."""
    rows = {one["id"]: one for one in report(ran.workspace)["benchmarks"]}
    assert rows["crc"]["timed_because"] and rows["crc"]["differs"]
    assert rows["adler"]["verdict"] in ("identical", "unchanged")


def test_a_file_that_the_manifest_does_not_declare_is_listed(ran: Ran) -> None:
    failures = ran.failures("undeclared")
    assert [one["kind"] for one in failures] == ["not-criterion"] * 2
    assert all("libtest's" in one["reason"] for one in failures)


def test_a_python_extension_that_cannot_link_is_told_with_the_remedy(ran: Ran) -> None:
    failures = ran.failures("calls")
    assert [one["kind"] for one in failures] == ["build"] * 2
    for one in failures:
        first = one["reason"].splitlines()[0]
        assert first == "It cannot be linked: Python's own functions are not there (`PyLong_FromLong`)."
        assert "`extension-module`" in one["remedy"] and "`no_default_features: true`" in one["remedy"]
    assert "PyLong_FromLong" in ran.scene.comment and "no_default_features" in ran.scene.comment


def test_the_remedy_helps(scene: Scene) -> None:
    again = scene.pull_request(
        {
            "working_directory": "rust",
            "packages": "pyext",
            "no_default_features": "true",
            "time_budget": "0.5",
        }
    )
    assert again.exit_code == 0, shown(again)
    assert verdicts(scene.last_workspace) == {"calls/boxed": "unchanged"}  # codec's source differs beside it
    assert report(scene.last_workspace)["target_failures"] == []
