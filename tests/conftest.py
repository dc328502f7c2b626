"""What every test may ask of the machine: engines that are missing skip a test, but fail it in CI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer  # type: ignore[import-untyped]  # pytest-xdist has no types
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # the same

from tests.engine import SMALL_DISK_MIB, Built, build_fixture_crate

settings.register_profile(
    "house",
    deadline=None,  # other builds share the machine
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


_SHARED = {"crates": r"\bfixture_crate\b", "variants": r"(?s)mark\.cargo\b.*\b(built|proven): "}
"""Groups of files that share what a fixture of this name has built."""


class _Groups(LoadScopeScheduling):  # type: ignore[misc]  # the same
    """What stays with one worker: tests of containers, files that share a build, and else each file.

    pytest-xdist 3.8 has groups by a mark, which do nothing with pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _group(self.config.rootpath / nodeid.partition("::")[0])


@lru_cache
def _group(file: Path) -> str:
    text = file.read_text("utf-8")
    if re.search(r"mark\.(container|act)\b", text):
        return "containers"
    return next((name for name, fixture in _SHARED.items() if re.search(fixture, text)), str(file))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Groups:
    return _Groups(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    engines: dict[str, Callable[[], str]] = {
        "cargo": _no_cargo,
        "container": _no_docker,
        "act": _no_act,
        "actionlint": _no_actionlint,
    }
    for name, missing in engines.items():
        if item.get_closest_marker(name) is None or not (reason := missing()):
            continue
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} tests must run in CI: {reason}", pytrace=False)
        pytest.skip(reason)


def _no_cargo() -> str:
    return "" if shutil.which("cargo") else "cargo is not on the PATH"


@lru_cache
def _no_docker() -> str:
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=5)
    except DockerException as error:
        return f"no Docker engine answers: {error}"
    try:
        client.ping()
    except (DockerException, OSError) as error:
        return f"no Docker engine answers: {error}"
    finally:
        client.close()
    return ""


def _no_act() -> str:
    return _no_docker() or ("" if shutil.which("act") else "act is not on the PATH")


def _no_actionlint() -> str:
    return "" if shutil.which("actionlint") else "actionlint is not on the PATH"


@pytest.fixture(scope="session")
def fixture_crate(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    """A crate of tests/crates, built once on both sides; Criterion is compiled once for all that share it."""
    root = tmp_path_factory.mktemp("built")
    cache: list[Path] = []

    @lru_cache
    def built(name: str) -> Built:
        one = build_fixture_crate(root / name, name, cache[-1] if cache else None)
        cache.append(one.target)
        return one

    return built


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own of 64 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    folder = tmp_path / "small"
    folder.mkdir()
    size = f"size={SMALL_DISK_MIB}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
