"""Real Criterion as people have it: old releases, workspaces, broken and foreign targets."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.runner import RunnerResult
from tests.doubles.scene import Scene
from tests.e2e.stage import CRATES, copy, members, recording, report, shown, verdicts

pytestmark = pytest.mark.container

VERSIONS = ("criterion-0.3", "criterion-0.5", "criterion-0.7")
UNOPTIMISED_DEPENDENCIES = '\n[profile.bench.package."*"]\nopt-level = 0\n'  # they compile in half the time
WORKSPACE = '[workspace]\nmembers = {members}\nresolver = "2"\n' + UNOPTIMISED_DEPENDENCIES


@dataclass(frozen=True)
class Ran:
    scene: Scene
    result: RunnerResult
    workspace: Path

    @property
    def report(self) -> dict[str, Any]:
        return report(self.workspace)

    def failures(self, target: str) -> list[dict[str, Any]]:
        """Why a bench target gives no benchmarks, on each side."""
        return [one for one in self.report["target_failures"] if one["target"]["name"] == target]


@pytest.fixture(scope="module")
def ancient(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A workspace below `rust`, its lock ignored: each old Criterion, and a target behind a feature."""
    folder = tmp_path_factory.mktemp("ancient")
    rust = copy(CRATES / "workspace", folder / "repository" / "rust")
    for name in VERSIONS:
        copy(CRATES / name, rust / name)
    manifest = (rust / "Cargo.toml").read_text()
    every = '"beta", ' + ", ".join(f'"{name}"' for name in VERSIONS)
    manifest = manifest.replace('"beta"', every) + UNOPTIMISED_DEPENDENCIES
    (rust / "Cargo.toml").write_text(manifest)
    (folder / "repository" / ".gitignore").write_text("Cargo.lock\ntarget\n")
    with Scene(folder / "scene", folder / "repository", lambda repository: None) as scene:
        asked = {
            "working_directory": "rust",
            "packages": "beta, criterion-0-3 criterion-0-5\ncriterion-0-7",
            "benches": "mixing gated",
            "features": "beta/extra",
            "filter": "^plain$\n^gated/",
            "threshold": "300",
            "time_budget": "2",
            "prove": "false",  # each is to be measured
        }
        yield Ran(scene, scene.pull_request(asked), scene.last_workspace)


def test_every_criterion_from_the_third_to_the_eighth_is_measured(ancient: Ran) -> None:
    assert (ancient.result.exit_code, ancient.result.outputs["verdict"]) == (0, "unchanged")
    judged = {
        (one["package"], one["target"], one["id"], one["verdict"]) for one in ancient.report["benchmarks"]
    }
    assert judged == {
        ("criterion-0-3", "mixing", "plain", "unchanged"),
        ("criterion-0-5", "mixing", "plain", "unchanged"),
        ("criterion-0-7", "mixing", "plain", "unchanged"),
        ("beta", "gated", "gated/thrice", "unchanged"),
    }


def test_one_id_in_three_packages_is_three_benchmarks_in_the_artifact(ancient: Ran) -> None:
    held = members(ancient.scene.github, "benchmark-results-current")
    assert len([name for name in held if name.endswith("new/benchmark.json")]) == 4


def test_targets_and_packages_that_were_not_asked_for_are_not_built(ancient: Ran) -> None:
    preparation = recording(ancient.workspace).preparation
    assert preparation and {str(target) for target in preparation.targets} == {
        "criterion-0-3/mixing",
        "criterion-0-5/mixing",
        "criterion-0-7/mixing",
        "beta/gated",
    }


def test_an_ignored_lock_is_resolved_once_and_that_is_said(ancient: Ran) -> None:
    assert any("resolved once and used for both sides" in one for one in ancient.report["cautions"])
    _, _, current = shown(ancient.result).partition("Build current")
    assert "Downloaded" not in current and "Compiling criterion v" not in current


@pytest.fixture(scope="module")
def messy(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A workspace with every kind of bench target, one of which current breaks."""
    folder = tmp_path_factory.mktemp("messy")
    names = ("mixed", "broken-on-current", "traps")
    for name in names:
        copy(CRATES / name, folder / "repository" / name)
    members_ = "[" + ", ".join(f'"{name}"' for name in names) + "]"
    (folder / "repository" / "Cargo.toml").write_text(WORKSPACE.format(members=members_))

    def break_it(repository: Path) -> None:
        patch = ["git", "apply", "--directory=broken-on-current", "broken-on-current/current.patch"]
        subprocess.run(patch, cwd=repository, check=True)

    with Scene(folder / "scene", folder / "repository", break_it) as scene:
        asked = {
            "benches": "good custom broken forgotten libtest panics api stays snoops daemon prints",
            "skip": "^daemon/quiet$\n^prints/(not_utf8|much)$",
            "threshold": "300",
            "time_budget": "2",
            "prove": "false",  # odd as they are, they are to be measured
        }
        yield Ran(scene, scene.pull_request(asked), scene.last_workspace)


def test_what_stops_building_counts_as_a_regression(messy: Ran) -> None:
    assert (messy.result.exit_code, messy.result.outputs["verdict"]) == (1, "regressed")
    (stopped,) = [one for one in messy.report["benchmarks"] if one["id"] == "api/mix_twice"]
    assert (stopped["verdict"], stopped["fails"]) == ("failed", True)
    assert "cannot find function `mix_twice`" in stopped["reason"] + str(messy.failures("api"))
    assert "1 benchmark stopped working" in messy.scene.comment.splitlines()[3]


def test_all_others_are_judged(messy: Ran) -> None:
    others = {name: verdict for name, verdict in verdicts(messy.workspace).items() if name != "api/mix_twice"}
    assert others == dict.fromkeys(
        ("good/mix", "stays/mix", "snoops/doors", "daemon/holds_output", "prints/commands"), "unchanged"
    )


def test_a_target_that_does_not_compile_is_told_with_the_compilers_first_error(messy: Ran) -> None:
    failures = messy.failures("broken")
    assert [one["kind"] for one in failures] == ["build", "build"]
    assert all("cannot find function `no_such_function`" in one["reason"] for one in failures)


def test_a_forgotten_line_in_the_manifest_is_named(messy: Ran) -> None:
    failures = messy.failures("forgotten")
    assert [one["kind"] for one in failures] == ["no-harness-false"] * 2
    assert all('Add `harness = false` to `[[bench]] name = "forgotten"`' in one["remedy"] for one in failures)


@pytest.mark.parametrize(
    ("target", "harness"), [("libtest", "libtest's"), ("custom", "a harness of its own")]
)
def test_other_harnesses_are_named_and_passed_over(messy: Ran, target: str, harness: str) -> None:
    failures = messy.failures(target)
    assert [one["kind"] for one in failures] == ["not-criterion"] * 2
    assert all(harness in one["reason"] for one in failures)


def test_a_target_that_panics_is_told_with_its_last_words(messy: Ran) -> None:
    failures = messy.failures("panics")
    assert [one["kind"] for one in failures] == ["list"] * 2
    assert all("the input of this benchmark" in one["reason"] for one in failures)


def test_every_target_without_benchmarks_stands_in_the_comment(messy: Ran) -> None:
    unnamed = [
        name
        for name in ("broken", "forgotten", "libtest", "custom", "panics")
        if name not in messy.scene.comment
    ]
    assert unnamed == []


def test_real_benchmarks_that_snoop_and_print_get_nowhere(messy: Ran) -> None:
    assert "SNOOPED" not in messy.result.output
    log = messy.result.log
    assert [one for one in log.commands if "planted" in one.data] == [] and log.outputs == {}
    assert "e" not in log.masks and messy.result.stderr == ""
