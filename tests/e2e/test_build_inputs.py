"""What a build may need: Debian packages, a set-up command, variables, a toolchain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.scene import Scene
from tests.e2e.stage import OWN_CRATES, QUICK, SLOWER, copy, report, shown, the_error

pytestmark = pytest.mark.container

BUDGET = {"time_budget": "0.5"}


@pytest.fixture(scope="module")
def needy(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A crate whose build script wants a library, a generated file and a variable."""
    folder = tmp_path_factory.mktemp("needy")
    crate = copy(QUICK, folder / "crate")
    script = OWN_CRATES.parent / "overlays" / "needy" / "build.rs"
    (crate / "build.rs").write_bytes(script.read_bytes())
    with Scene(folder / "scene", crate, SLOWER) as scene:
        yield scene


def test_packages_set_up_and_variables_reach_the_build(needy: Scene) -> None:
    asked = {
        "system_packages": "libzstd-dev, pkg-config",
        "setup": "mkdir -p generated\necho 'made in '\"$PWD\" > generated/words.txt",
        "environment": "WANTED_WORD",
    }
    result = needy.pull_request(BUDGET | asked, env={"WANTED_WORD": "sesame", "OTHER_WORD": "hidden"})
    assert (result.exit_code, result.outputs["verdict"]) == (1, "regressed"), shown(result)


def test_a_build_that_lacks_something_says_what_the_compiler_said(needy: Scene) -> None:
    result = needy.pull_request(BUDGET)
    assert (result.exit_code, result.outputs["verdict"]) == (4, "failed")
    assert "The build script of quick v0.0.0 failed: WANTED_WORD is not set" in the_error(result)
    assert "WANTED_WORD is not set" in shown(result)


def test_a_package_that_debian_does_not_have_is_named(needy: Scene) -> None:
    result = needy.pull_request(BUDGET | {"system_packages": "no-such-package-anywhere"})
    assert (result.exit_code, result.outputs["verdict"]) == (4, "failed")
    assert "no-such-package-anywhere" in the_error(result) and "`system_packages`" in the_error(result)


def test_a_set_up_that_fails_is_told_with_its_last_words(needy: Scene) -> None:
    result = needy.pull_request(BUDGET | {"setup": "echo it all went wrong >&2; exit 3"})
    assert (result.exit_code, result.outputs["verdict"]) == (4, "failed")
    assert "it all went wrong" in the_error(result) and "`setup`" in the_error(result)


def with_toolchain(folder: Path, channel: str) -> Path:
    crate = copy(QUICK, folder / "crate")
    (crate / "rust-toolchain.toml").write_text(f'[toolchain]\nchannel = "{channel}"\n')
    return crate


def test_a_toolchain_file_that_the_image_satisfies_costs_no_download(image: str, tmp_path: Path) -> None:
    with Scene(tmp_path / "scene", with_toolchain(tmp_path, "1.95"), SLOWER) as scene:
        result = scene.pull_request(BUDGET)
        assert result.outputs["verdict"] == "regressed"
        assert "rustc 1.95.0" in report(scene.last_workspace)["environment"]["rustc"]
        assert "from `rust-toolchain.toml`" in shown(result) and "Installing" not in shown(result)


def test_a_toolchain_that_nobody_has_is_named(image: str, tmp_path: Path) -> None:
    with Scene(tmp_path / "scene", with_toolchain(tmp_path, "1.999.0"), SLOWER) as scene:
        result = scene.pull_request(BUDGET)
    assert (result.exit_code, result.outputs["verdict"]) == (4, "failed")
    assert "1.999.0" in the_error(result) and "rust-toolchain.toml" in the_error(result)
