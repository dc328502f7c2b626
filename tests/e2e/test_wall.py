"""Strangers' code against the wall: a build script and benchmarks that look, write, print, stay and lie in
wait, in a job whose environment earlier steps have spoilt.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmark_ci.model import Side
from tests.doubles.runner import RunnerResult
from tests.doubles.runner_environment import RunnerJob
from tests.doubles.scene import NUMBER, Scene
from tests.e2e.stage import OWN_CRATES, QUICK, copy, recording, shown, verdicts
from tests.plan.repositories import git

pytestmark = pytest.mark.container

SPOILT = {
    "PATH": "/nonexistent",
    "PYTHONPATH": "/github/workspace/planted",
    "PYTHONHOME": "/nonexistent",
    "LD_LIBRARY_PATH": "/github/workspace",
    "BASH_ENV": "/github/workspace/canary.sh",
    "CARGO_HOME": "/home/runner/.cargo",
    "CARGO_INCREMENTAL": "1",
    "CARGO_TARGET_DIR": "/nonexistent",
    "CARGO_BUILD_TARGET": "wasm32-unknown-unknown",
    "RUSTFLAGS": "-D warnings --cfg spoilt",
    "RUSTC_WRAPPER": "sccache",
    "RUSTUP_HOME": "/nonexistent",
    "RUSTUP_TOOLCHAIN": "1.1.1",
    "GIT_DIR": "/nonexistent",
    "GIT_CONFIG_GLOBAL": "/nonexistent",
    "GIT_SSH_COMMAND": "/github/workspace/canary.sh",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "a-token-of-the-job",
    "CLOUD_SECRET": "a-secret-of-an-earlier-step",
    "ASKED_FOR": "yes",
}
OURS = {
    "PATH", "LANG", "TERM", "CI", "HOME", "TMPDIR", "CARGO", "CARGO_HOME", "RUSTC", "RUSTDOC",
    "CARGO_TERM_COLOR", "CARGO_INCREMENTAL", "RUST_BACKTRACE", "LD_LIBRARY_PATH", "CRITERION_HOME",
    "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME", "CARGO_PKG_VERSION", "OUT_DIR",
}  # fmt: skip
TRUST_STORES = {"SSL_CERT_FILE", "SSL_CERT_DIR", "CARGO_HTTP_CAINFO", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE"}
CANARY = "#!/bin/sh\ntouch /github/workspace/canary-sang\n"
SETUP = r"""printf '::error::planted\n\r::set-env name=x::planted\n##[error]planted\n' | tee /dev/stderr"""


@dataclass(frozen=True)
class Attack:
    scene: Scene
    workspace: Path
    result: RunnerResult

    def told(self, side: Side, word: str) -> list[str]:
        """What the benchmark said of one thing that it looked for."""
        failures = recording(self.workspace).failures
        (told,) = [one for one in failures if (one.side, one.id.full_id) == (side, "walls/tells")]
        (words,) = [line.split() for line in told.last_lines.splitlines() if line.startswith(word)]
        return words[1:]

    def built(self, word: str) -> list[list[str]]:
        """The same from the build scripts of both sides."""
        found = re.findall(rf"PROBE {word}(.*)", shown(self.result))
        return [line.split() for line in found]


@pytest.fixture(scope="module")
def attack(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    folder = tmp_path_factory.mktemp("walls")
    crate = copy(QUICK, folder / "crate")
    shutil.copytree(OWN_CRATES.parent / "overlays" / "walls", crate, dirs_exist_ok=True)
    (crate / "planted").mkdir()
    (crate / "planted" / "json.py").write_text("raise SystemExit('planted')\n")
    with Scene(folder / "scene", crate, lambda repository: None) as scene:
        workspace = scene.workspace(scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
        canary = workspace / "canary.sh"
        canary.write_text(CANARY)
        canary.chmod(0o755)
        for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "credential.helper"):
            git(workspace, "config", key, "/github/workspace/canary.sh")
        git(workspace, "config", "core.hooksPath", "/github/workspace")
        result = scene.run(
            "pull_request",
            scene.event(),
            workspace,
            {"time_budget": "0.5", "environment": "ASKED_FOR", "setup": SETUP, "prove": "false"},
            job=RunnerJob(sha=scene.merge, debug=True),
            env=SPOILT,
            runner_temp_mounted=False,
        )
        yield Attack(scene, workspace, result)


SIDES = pytest.mark.parametrize("side", list(Side))


def test_the_job_works_all_the_same(attack: Attack) -> None:
    assert (attack.result.exit_code, attack.result.outputs["verdict"]) == (0, "unchanged")
    assert attack.scene.comment and attack.result.left_by_root == []


@SIDES
def test_a_benchmark_sees_the_variables_of_our_list_and_those_asked_for(attack: Attack, side: Side) -> None:
    assert set(attack.told(side, "VARIABLES")) - TRUST_STORES == OURS | {"ASKED_FOR"}


def test_a_build_script_sees_no_variable_of_the_job(attack: Attack) -> None:
    for names in attack.built("VARIABLES"):
        assert "OUT_DIR" in names and "ASKED_FOR" in names  # it is cargo's environment
        assert [name for name in names if name.startswith(("ACTIONS_", "GITHUB_", "INPUT_", "RUNNER_"))] == []
        assert not {"CLOUD_SECRET", "GIT_DIR", "RUSTFLAGS", "RUSTC_WRAPPER", "PYTHONPATH"} & set(names)
    assert len(attack.built("VARIABLES")) == len(Side)


@SIDES
def test_no_value_of_the_job_reaches_a_benchmark(attack: Attack, side: Side) -> None:
    values = " ".join(attack.told(side, "VALUES"))
    tokens = [attack.scene.token, *attack.scene.github.artifacts.tokens]
    assert not [secret for secret in (*tokens, SPOILT["CLOUD_SECRET"], "/nonexistent") if secret in values]


@SIDES
def test_a_benchmark_has_no_privilege_and_no_way_to_one(attack: Attack, side: Side) -> None:
    assert _facts(attack.told(side, "STATUS")) == UNPRIVILEGED


def test_a_build_script_has_no_privilege_and_no_way_to_one(attack: Attack) -> None:
    assert [_facts(status) for status in attack.built("STATUS")] == [UNPRIVILEGED] * len(Side)


@SIDES
def test_a_benchmark_inherits_its_three_streams_and_nothing_else(attack: Attack, side: Side) -> None:
    assert sorted(attack.told(side, "DESCRIPTORS")) == ["0=/dev/null", "1=pipe", "2=pipe"]


def test_a_build_script_inherits_nothing_but_cargos_pipes(attack: Attack) -> None:
    for descriptors in attack.built("DESCRIPTORS"):
        assert {each.split("=")[1] for each in descriptors} == {"/dev/null", "pipe"}


@SIDES
def test_no_forbidden_door_opens_to_a_benchmark(attack: Attack, side: Side) -> None:
    assert attack.told(side, "OPENED") == []
    assert attack.told(side, "SOCKET") == ["false"]


def test_no_forbidden_door_opens_to_a_build_script(attack: Attack) -> None:
    assert attack.built("OPENED") == [[], []]
    assert attack.built("SOCKET") == [["false"], ["false"]]


@SIDES
def test_nothing_that_others_run_can_be_changed(attack: Attack, side: Side) -> None:
    assert attack.told(side, "WRITABLE") == []
    assert attack.built("WRITABLE") == [[], []]


@SIDES
def test_libraries_left_for_root_are_loaded_by_strangers_alone(attack: Attack, side: Side) -> None:
    loaders = {int(name.removeprefix("loaded-by-")) for name in attack.told(side, "LOADED")}
    assert loaders, "the trap itself does not work"
    assert 0 not in loaders


def test_daemons_are_gone_before_the_next_process_starts(attack: Attack) -> None:
    """Each process of this benchmark fails where it finds another one of its user."""
    assert verdicts(attack.workspace)["walls/stays"] == "unchanged"


def test_no_printed_command_is_obeyed(attack: Attack) -> None:
    log = attack.result.log
    assert attack.result.output.count("planted") > 10, "nothing was printed"
    assert [command for command in log.commands if "planted" in command.data + command.name] == []
    assert log.outputs == {} and log.failures == [] and "e" not in log.masks
    assert attack.result.stderr == ""


def test_the_command_files_hold_what_the_action_wrote(attack: Attack) -> None:
    files = attack.result.command_files
    assert (files["set_env"], files["add_path"], files["save_state"]) == (b"", b"", b"")
    assert set(attack.result.outputs) == {
        "verdict", "regressed", "improved", "unchanged", "inconclusive", "compared",
        "targets_missed", "baseline_sha", "current_sha", "report", "comment_url", "artifact_url",
    }  # fmt: skip


def test_the_checkouts_own_programs_never_run(attack: Attack) -> None:
    assert not (attack.workspace / "canary-sang").exists()


def test_a_debugged_job_says_no_secret(attack: Attack) -> None:
    secrets = [attack.scene.token, *attack.scene.github.artifacts.tokens, "sig=", "Authorization"]
    assert [secret for secret in secrets if secret in shown(attack.result)] == []


UNPRIVILEGED = {
    "Groups": "",
    "CapInh": "0000000000000000",
    "CapPrm": "0000000000000000",
    "CapEff": "0000000000000000",
    "CapBnd": "0000000000000000",
    "CapAmb": "0000000000000000",
    "NoNewPrivs": "1",
}


def _facts(words: list[str]) -> dict[str, str]:
    return dict(word.split(":", 1) for word in words)
