"""A pull request from its first push to the one that mends it, on a real crate with a planted slowdown."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.doubles.github import Comment
from tests.doubles.github_artifacts import PREFIX
from tests.doubles.github_contract import Contract, description
from tests.doubles.runner import RunnerResult
from tests.doubles.scene import IMAGE, NUMBER, REPOSITORY, Scene
from tests.e2e.stage import ROOT, members, recording, report, results
from tests.plan.repositories import HEADER, git

pytestmark = pytest.mark.container

SLOWED, UNTOUCHED = "channel_equalization/64", "time_aware_grouping/25"
INPUTS = {"time_budget": "2", "filter": f"^{SLOWED}$\n^{UNTOUCHED}$"}
CHANGE = r"\| \*\*\+[\d.]+\s%\*\*"
SLOWDOWN, INNOCENT = (ROOT / "examples" / "demo" / f"{name}.patch" for name in ("slowdown", "innocent"))


@dataclass(frozen=True)
class Push:
    """A push to the pull request and what came of it."""

    scene: Scene
    head: str
    merge: str
    result: RunnerResult
    workspace: Path
    comments: tuple[Comment, ...]
    authorizations: tuple[list[str], ...]

    @property
    def report(self) -> dict[str, Any]:
        return report(self.workspace)


def apply(repository: Path, *patches: Path, reverse: bool = False) -> None:
    for patch in patches:
        flags = ["--reverse"] if reverse else []
        subprocess.run(["git", "apply", *flags, str(patch)], cwd=repository, check=True)


def push(scene: Scene) -> Push:
    """Run on the pull request as it is, checked out with credentials as actions/checkout v5 does."""
    workspace = scene.workspace(scene.merge, f"refs/remotes/pull/{NUMBER}/merge")
    git(workspace, "config", f"http.{scene.remote.url}/.extraheader", HEADER)
    scene.remote.authorizations.clear()
    result = scene.run("pull_request", scene.event(), workspace, INPUTS)
    return Push(
        scene,
        scene.head,
        scene.merge,
        result,
        workspace,
        tuple(Comment(**vars(one)) for one in scene.github.comments(NUMBER)),
        tuple(scene.remote.authorizations),
    )


@pytest.fixture(scope="module")
def scene(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    crate = ROOT / "examples" / "quantizer"
    folder = tmp_path_factory.mktemp("pull-request")
    with Scene(folder, crate, lambda here: apply(here, SLOWDOWN, INNOCENT), private=True) as scene:
        scene.github.add_comment(NUMBER, "Looks good to me.", login="octocat", kind="User")
        yield scene


@pytest.fixture(scope="module")
def slow(scene: Scene) -> Push:
    return push(scene)


@pytest.fixture(scope="module")
def mended(scene: Scene, slow: Push) -> Push:
    scene.push(lambda here: apply(here, SLOWDOWN, reverse=True))
    return push(scene)


def ours(push: Push) -> Comment:
    (only,) = [comment for comment in push.comments if comment.login != "octocat"]
    return only


def test_the_slowdown_fails_the_job(slow: Push) -> None:
    assert slow.result.exit_code == 1
    assert not slow.result.file_errors and not slow.result.log.failures


def test_the_slowed_benchmark_is_the_one_that_regressed(slow: Push) -> None:
    by_id = {one["id"]: one for one in slow.report["benchmarks"]}
    assert {name: one["verdict"] for name, one in by_id.items()} == {
        SLOWED: "regressed",
        UNTOUCHED: "identical",
    }
    # with so few, it is timed as the control: what timing says of it is said, and turns no verdict
    called = by_id[UNTOUCHED]["control"]
    changed = int(called in ("regressed", "improved"))
    assert changed or called in ("unchanged", "inconclusive")
    assert slow.report["controls"] == {**slow.report["controls"], "timed": 1, "called_changed": changed}
    guilty = by_id[SLOWED]
    assert guilty["baseline_instructions"] < guilty["current_instructions"]
    assert any("channel" in name for name in guilty["differs"])
    assert guilty["limit_percent"] == 10 < guilty["change_low_percent"] <= guilty["change_percent"]
    assert guilty["baseline"]["time_ns"] < guilty["current"]["time_ns"]
    assert guilty["throughput"] == {"unit": "elements", "per_iteration": 2 * 64 * 64}


def test_the_outputs_are_complete(slow: Push) -> None:
    artifact = slow.scene.github.artifacts
    first_report = next(
        one for one in artifact.stored if (one.run, one.name) == ("run-1001", "benchmark-report")
    )
    run = f"https://github.com/{REPOSITORY}/actions/runs/1001"
    assert slow.result.outputs == {
        "verdict": "regressed",
        "regressed": "1",
        "improved": "0",
        "unchanged": "0",
        "inconclusive": "0",
        "compared": "2",
        "targets_missed": "0",
        "baseline_sha": slow.scene.base,
        "current_sha": slow.merge,
        "report": "benchmark-results",
        "comment_url": f"https://github.com/{REPOSITORY}/pull/{NUMBER}#issuecomment-{ours(slow).id}",
        "artifact_url": f"{run}/artifacts/{first_report.id}",
    }
    assert slow.result.env == {}


def test_the_comment_says_everything_in_its_order_and_nothing_else(slow: Push) -> None:
    body = ours(slow).body.replace("\xa0", " ")
    assert slow.result.outputs["artifact_url"] in body
    order = [
        r"### ❌ 1 of 2 benchmarks is slower by more than 10 %\n\n\(1 runs the same code, 1 timed\)",
        rf"Baseline \[`{slow.scene.base[:7]}`\].*current \[`{slow.head[:7]}`\].*rustc 1\.95\.0 · .* rounds",
        rf"\| `{SLOWED}`<br><sub>differs: .*</sub> \|.* → .*{CHANGE} \[\+[\d.]+, \+[\d.]+\] \| 10\s% \| "
        r"\*\*regressed\*\*",
        r"Noise of this run: .* inconclusive\.",
        rf"benchmark-ci run --baseline {slow.scene.base} --current {slow.head} .*--filter",
        rf"<details><summary>Why 1 benchmark was timed</summary>.*`{SLOWED}` differs: `quantizer::",
        rf"<details><summary>1 runs the same code</summary>.*`{UNTOUCHED}`.*</details>",
        r"\[Full report and raw data\].*\[Workflow run\]",
    ]
    found = [re.search(pattern, body, re.DOTALL if "details" in pattern else 0) for pattern in order]
    assert all(found), body
    places = [match.start() for match in found if match]
    assert places == sorted(places)


def test_the_summary_tells_the_same(slow: Push) -> None:
    assert "❌ 1 of 2 benchmarks is slower by more than 10 %" in slow.result.summary
    assert f"`{SLOWED}`" in slow.result.summary and f"`{UNTOUCHED}`" in slow.result.summary


def test_the_checks_page_names_the_regression_in_at_most_ten_lines(slow: Push) -> None:
    errors, warnings = slow.result.log.named("error"), slow.result.log.named("warning")
    assert [one.properties["title"] for one in errors] == [f"Slower: {SLOWED}"]
    assert len(errors) + len(warnings) <= 10


def test_the_report_keeps_to_its_schema(slow: Push) -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text())
    Draft202012Validator(schema).validate(slow.report)
    assert slow.report["current"]["sha"] == slow.merge
    assert slow.report["current"]["head_sha"] == slow.head


def test_the_artifacts_are_kept_for_ninety_days(slow: Push) -> None:
    stored = [one for one in slow.scene.github.artifacts.stored if one.run == "run-1001"]
    names = {
        "benchmark-report",
        "benchmark-results-current",
        "benchmark-results-baseline",
        "memory-benchmark-results",
    }
    assert {one.name for one in stored if one.final} == names
    soon = datetime.now(UTC) + timedelta(days=90)
    for one in stored:
        expires = datetime.fromisoformat(str(one.expires_at))
        assert timedelta() <= soon - expires < timedelta(hours=1)


def compared(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """`benchmark-ci compare` in the image, which sees only the unpacked artifacts; exit code and report."""
    command = ["docker", "run", "--rm", "--volume", f"{folder}:/here", "--workdir", "/here"]
    command += ["--entrypoint", "benchmark-ci", IMAGE, "compare", *words, "--output", "report.json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.stderr, done.stderr
    loaded: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return done.returncode, loaded


def test_compare_reads_the_artifacts(slow: Push, tmp_path: Path) -> None:
    for side in ("baseline", "current"):
        for name, content in members(slow.scene.github, f"benchmark-results-{side}").items():
            (tmp_path / side / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / side / name).write_bytes(content)
    trees = ("--baseline", "baseline", "--current", "current", "--threshold", "10", "--format", "json")
    code, told = compared(tmp_path, *trees)
    assert {one["id"] for one in told["benchmarks"]} == {SLOWED, UNTOUCHED}
    (slowed,) = (one for one in told["benchmarks"] if one["id"] == SLOWED)
    (in_turns,) = (one for one in slow.report["benchmarks"] if one["id"] == SLOWED)
    width, narrow = (one["change_high_percent"] - one["change_low_percent"] for one in (slowed, in_turns))
    assert width > narrow, "one process a side tells less"
    assert (code, told["verdict"] == "regressed") in ((1, True), (0, False)), "which one is chance"


def test_compare_reads_the_memory_artifact(slow: Push, tmp_path: Path) -> None:
    content = members(slow.scene.github, "memory-benchmark-results")["memory-benchmark-results.json"]
    (tmp_path / "old.json").write_bytes(content)
    larger = [one | {"peak_memory_mb": one["peak_memory_mb"] * 2} for one in json.loads(content)]
    (tmp_path / "new.json").write_text(json.dumps(larger))
    code, told = compared(tmp_path, "old.json", "new.json")
    assert (code, told["verdict"]) == (0, "regressed"), "it warns"
    assert compared(tmp_path, "old.json", "new.json", "--fail-on", "regression")[0] == 1
    grown = {(one["id"], one["target"]) for one in told["benchmarks"] if one["verdict"] == "regressed"}
    assert {column for _, column in grown} == {"peak_memory_mb"} and len(grown) == len(larger)


def test_the_report_artifact_holds_what_the_workspace_holds(slow: Push) -> None:
    held = members(slow.scene.github, "benchmark-report")
    assert set(held) == {"report.json", "report.md", "report.html", "recording.jsonl.gz"}
    assert held == {name: (results(slow.workspace) / name).read_bytes() for name in held}


@pytest.mark.parametrize("side", ["baseline", "current"])
def test_each_results_artifact_is_a_tree_that_critcmp_reads(slow: Push, side: str) -> None:
    held = members(slow.scene.github, f"benchmark-results-{side}")
    found = {
        json.loads(content)["full_id"]: json.loads(held[name.replace("benchmark.json", "estimates.json")])
        for name, content in held.items()
        if name.endswith("/new/benchmark.json")
    }
    assert set(found) == {SLOWED, UNTOUCHED}
    assert all(one["mean"]["point_estimate"] > 0 for one in found.values())
    assert all(re.search(r"/new/(benchmark|sample|estimates|tukey)\.json$", name) for name in held)


def test_nothing_in_workspace_or_temp_is_left_to_root(slow: Push, mended: Push) -> None:
    assert slow.result.left_by_root == mended.result.left_by_root == []


def test_every_git_request_has_one_authorization_header(slow: Push) -> None:
    assert slow.authorizations
    assert {len(given) for given in slow.authorizations} == {1}


def test_the_artifact_service_is_called_in_its_order(slow: Push) -> None:
    paths = [request.path for request in slow.scene.github.requests("POST", f"^{PREFIX}")]
    assert [path.removeprefix(PREFIX) for path in paths[:2]] == ["CreateArtifact", "FinalizeArtifact"]


def test_requests_keep_to_the_published_interface_of_github(slow: Push, mended: Push) -> None:
    if not description().exists():
        pytest.skip(f"{description()} is not here")
    contract = Contract(description())
    exchanges = [one for one in slow.scene.github.exchanges if one.request.path.startswith("/rep")]
    assert [contract.check(one) for one in exchanges] == [True] * len(exchanges) != []


def test_the_recording_holds_every_process(slow: Push) -> None:
    kept = recording(slow.workspace)
    assert kept.end and kept.end.reason == "decided"
    assert {process.id.full_id for process in kept.processes} == {SLOWED, UNTOUCHED}
    assert kept.preparation and kept.preparation.environment.walled


def test_the_push_that_mends_it_turns_the_same_comment_green(slow: Push, mended: Push) -> None:
    assert mended.result.exit_code == 0
    assert mended.result.outputs["verdict"] == "identical"
    assert mended.result.outputs["comment_url"] == slow.result.outputs["comment_url"]
    assert ours(mended).id == ours(slow).id
    said = "### ✅ No benchmark is slower by more than 10 %\n\n(all 2 run the same code)"
    assert said in ours(mended).body.replace("\xa0", " ")
    assert recording(mended.workspace).processes == (), "the same code is not timed"
    assert mended.head[:7] in ours(mended).body and slow.head[:7] not in ours(mended).body


def test_comments_of_others_stay_as_they_are(slow: Push, mended: Push) -> None:
    assert [one.body for one in mended.comments if one.login == "octocat"] == ["Looks good to me."]
