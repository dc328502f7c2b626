from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from benchmark_ci.errors import BadInput, BadInputs
from benchmark_ci.inputs import INPUTS
from benchmark_ci.model import CommentWhen, FailOn, Settings
from benchmark_ci.settings import flags, from_flags, read_inputs, read_job

ROOT = Path(__file__).parents[1]
ACTION = YAML(typ="safe").load(ROOT / "action.yml")
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


def problems(**inputs: str) -> list[BadInput]:
    with pytest.raises(BadInputs) as raised:
        read_inputs({f"INPUT_{name.upper()}": value for name, value in inputs.items()})
    return raised.value.problems


def test_nothing_set_is_the_default() -> None:
    assert read_inputs({}) == Settings()
    assert read_inputs({f"INPUT_{one.name.upper()}": " " for one in INPUTS}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "field", "expected"),
    [
        ("threshold", "7.5", "threshold_percent", 7.5),
        ("threshold", " 10% ", "threshold_percent", 10.0),
        ("threshold", "10 %", "threshold_percent", 10.0),
        ("threshold", "1000", "threshold_percent", 1000.0),
        ("baseline_ref", "release/1.x", "baseline_ref", "release/1.x"),
        ("baseline_ref", "dépendance-#7", "baseline_ref", "dépendance-#7"),
        ("working_directory", "crates/./core/", "working_directory", PurePosixPath("crates/core")),
        ("working_directory", "/github/workspace/crates", "working_directory", PurePosixPath("crates")),
        ("working_directory", "/github/workspace", "working_directory", PurePosixPath(".")),
        ("packages", "core, io\nnet", "packages", ("core", "io", "net")),
        ("benches", "parse parse", "benches", ("parse",)),
        ("features", "simd,core/fast", "features", ("simd", "core/fast")),
        ("all_features", "TRUE", "all_features", True),
        ("no_default_features", "False", "no_default_features", False),
        ("filter", "^a{1,2} b$\n\n c|d ", "filter", ("^a{1,2} b$", "c|d")),
        ("skip", "slow, very slow", "skip", ("slow, very slow",)),
        ("toolchain", "nightly-2026-01-31", "toolchain", "nightly-2026-01-31"),
        ("toolchain", "1.85.0", "toolchain", "1.85.0"),
        ("toolchain", "stable-x86_64-unknown-linux-gnu", "toolchain", "stable-x86_64-unknown-linux-gnu"),
        ("system_packages", "libssl-dev g++=4:12.2.0-3", "system_packages", ("libssl-dev", "g++=4:12.2.0-3")),
        ("setup", "  make data\n  # two\n", "setup", "  make data\n  # two\n"),
        ("environment", "DATA_DIR,THREADS", "environment", ("DATA_DIR", "THREADS")),
        ("time_budget", "0.5", "time_budget_minutes", 0.5),
        ("fail_on", "never", "fail_on", FailOn.NEVER),
        ("comment", "changes", "comment", CommentWhen.CHANGES),
        ("config", "ci/./limits.toml", "config", PurePosixPath("ci/limits.toml")),
        ("config", "/github/workspace/limits.toml", "config", PurePosixPath("limits.toml")),
        ("name", " ubuntu-24.04 (arm), größer ", "name", "ubuntu-24.04 (arm), größer"),
    ],
)
def test_what_is_taken(name: str, text: str, field: str, expected: object) -> None:
    settings = read_inputs({f"INPUT_{name.upper()}": text})

    assert getattr(settings, field) == expected
    assert getattr(from_flags({{"baseline_ref": "baseline"}.get(name, name): text}), field) == expected


NUMBERS = [
    "0",
    "-1",
    "nan",
    "NaN",
    "inf",
    "Infinity",
    "ten",
    "1e3",
    "1_0",
    "+5",
    "%",
    "١٠",
    "5 5",
    "0.0",
    "9" * 400,
]
REFS = [
    "-x",
    "--upload-pack=x",
    "a..b",
    "HEAD~1",
    "a^",
    "a:b",
    "a b",
    "@{1}",
    "a\nb",
    "x.lock",
    "/a",
    "a//b",
    "@",
    "*",
    "a\\b",
]
VARIABLES = [
    "GITHUB_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "INPUT_X",
    "runner_temp",
    "GH_TOKEN",
    "A=B",
    "1A",
    "A-B",
]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("threshold", text) for text in [*NUMBERS, "1000.1", "10%%"]),
        *(("time_budget", text) for text in [*NUMBERS, "10%", "100001"]),
        *(("baseline_ref", text) for text in REFS),
        *(("environment", text) for text in VARIABLES),
        *(("all_features", text) for text in ["yes", "1", "tRUE", "on"]),
        *(
            ("working_directory", text)
            for text in ["..", "a/../..", "/etc", "/github/workspace/../x", "a\nb"]
        ),
        *(("config", text) for text in ["../limits.toml", "/etc/passwd", "a\nb"]),
        *(("toolchain", text) for text in ["../x", "/opt/rust", "my-own", "-v", "1", "stable; rm"]),
        *(("system_packages", text) for text in ["-y", "a;b", "./x.deb", "Lib", "x=", "x=-o"]),
        *(("packages", text) for text in ["-p", "../x", "--config=x"]),
        *(("benches", text) for text in ["--all", "a/b", "a;b"]),
        *(("features", text) for text in ["-x", "a b;c"]),
        *(("filter", text) for text in ["(", "a\n[", "*"]),
        ("fail_on", "always"),
        ("comment", "Never"),
        *(
            ("name", text)
            for text in ["a/b", "a\\b", "a:b", "a|b", 'a"b', "a\nb", "a\u202eb", "-a", "a.", "..", "x" * 101]
        ),
        ("github_token", "ghs_x\nevil: 1"),
    ],
)
def test_what_is_refused(name: str, text: str) -> None:
    (problem,) = problems(**{name: text})

    assert problem.message.startswith(f"Input `{name}` is ")
    assert "allowed: " in problem.message
    assert "default" in problem.remedy
    assert "\n" not in problem.message
    assert len(str(problem)) < 900


def test_all_problems_come_together() -> None:
    found = problems(threshold="fast", fail_on="sometimes", time_budget="0")

    assert [re.findall("`([^`]+)`", problem.message)[:2] for problem in found] == [
        ["threshold", "fast"],
        ["time_budget", "0"],
        ["fail_on", "sometimes"],
    ]
    assert "regression, inconclusive, never" in found[2].message


def test_a_bad_token_is_not_shown() -> None:
    (problem,) = problems(github_token="ghs_secret x")

    assert "ghs_secret" not in str(problem)
    assert "ghs_secret" not in repr(read_inputs({"INPUT_GITHUB_TOKEN": "ghs_secret"}))


def test_the_documented_spelling_wins() -> None:
    both = {"INPUT_BASELINE-REF": "hyphen", "INPUT_BASELINE_REF": "underscore"}

    assert read_inputs(both).baseline_ref == "underscore"
    assert read_inputs({"INPUT_BASELINE-REF": "hyphen"}).baseline_ref == "hyphen"
    assert read_inputs(both | {"INPUT_BASELINE_REF": " "}).baseline_ref == "hyphen"


def test_the_threshold_of_the_pipeline_we_replace() -> None:
    assert read_inputs({"REGRESSION_THRESHOLD": "15"}).threshold_percent == 15
    assert read_inputs({"REGRESSION_THRESHOLD": "x", "INPUT_THRESHOLD": "5"}).threshold_percent == 5
    assert from_flags({}, {"REGRESSION_THRESHOLD": "15%"}).threshold_percent == 15
    with pytest.raises(BadInputs, match="variable `REGRESSION_THRESHOLD` is `x`"):
        read_inputs({"REGRESSION_THRESHOLD": "x"})


def test_what_was_given_is_known_from_what_is_usual() -> None:
    """A threshold that was given wins over the file's, also when it is the default's number."""
    assert "threshold_percent" not in read_inputs({}).model_fields_set
    assert "threshold_percent" in read_inputs({"INPUT_THRESHOLD": "10"}).model_fields_set
    assert "threshold_percent" in from_flags({}, {"REGRESSION_THRESHOLD": "10"}).model_fields_set
    assert flags(read_inputs({})) == ()
    assert flags(read_inputs({"INPUT_HISTORY": "false"})) == ()  # a matter of jobs
    assert flags(read_inputs({"INPUT_THRESHOLD": "10", "INPUT_CONFIG": "x.toml"})) == (
        "--threshold=10",
        "--config=x.toml",
    )


def test_the_jobs_own_workspace_is_taken_off() -> None:
    environ = {
        "GITHUB_WORKSPACE": "/home/runner/work/p/p",
        "INPUT_WORKING_DIRECTORY": "/home/runner/work/p/p/c",
    }

    assert read_inputs(environ).working_directory == PurePosixPath("c")


def test_flags_are_named_with_dashes() -> None:
    with pytest.raises(BadInputs) as raised:
        from_flags({"time-budget": "0", "fail_on": "x", "--current": "-x", "colour": "red"})

    assert [problem.message.split(" is ")[0] for problem in raised.value.problems] == [
        "There",
        "Flag `--time-budget`",
        "Flag `--fail-on`",
        "Flag `--current`",
    ]
    assert from_flags({"current": "feature", "baseline": "main"}).current_ref == "feature"


@given(TEXT)
def test_a_number_is_in_its_range_or_refused(text: str) -> None:
    try:
        settings = read_inputs({"INPUT_THRESHOLD": text, "INPUT_TIME_BUDGET": text})
    except BadInputs:
        return
    assert math.isfinite(settings.threshold_percent)
    assert 0 < settings.threshold_percent <= 1000


@given(st.floats(min_value=1e-6, max_value=1000).map(lambda number: round(number, 6)))
def test_every_plain_number_in_range_is_taken(number: float) -> None:
    assert read_inputs({"INPUT_THRESHOLD": f"{number:.6f}%"}).threshold_percent == number


@given(TEXT)
def test_a_ref_can_never_be_an_option_or_a_range(text: str) -> None:
    assume(text.strip())
    try:
        ref = read_inputs({"INPUT_BASELINE_REF": text}).baseline_ref
    except BadInputs:
        return
    assert not ref.startswith("-")
    assert not re.search(r"\.\.|[\x00-\x20\x7f:^~]", ref)


@given(
    st.lists(st.from_regex(r"[a-z][a-z0-9_-]{0,9}", fullmatch=True)),
    st.sampled_from([",", " ", "\n", ", ", "\r\n"]),
)
def test_a_list_takes_every_separator(names: list[str], separator: str) -> None:
    taken = read_inputs({"INPUT_PACKAGES": separator.join(names)}).packages

    assert taken == tuple(dict.fromkeys(names))


@given(st.dictionaries(st.sampled_from([one.name for one in INPUTS]), TEXT))
def test_any_text_is_taken_or_refused_by_name(inputs: dict[str, str]) -> None:
    try:
        read_inputs({f"INPUT_{name.upper()}": text for name, text in inputs.items()})
    except BadInputs as bad:
        assert {problem.message.split("`")[1] for problem in bad.problems} <= inputs.keys()


def test_the_job() -> None:
    job = read_job(
        {
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_WORKSPACE": "/github/workspace",
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_SERVER_URL": "https://ghe.example/",
            "GITHUB_RUN_ID": "17",
            "GITHUB_RETENTION_DAYS": "many",
            "ACTIONS_RUNTIME_TOKEN": "secret",
            "RUNNER_DEBUG": "1",
        }
    )

    assert job.server_url == "https://ghe.example"
    assert (job.run_id, job.run_attempt, job.retention_days, job.debug) == (17, 1, None, True)
    assert "secret" not in repr(job)


@pytest.mark.parametrize("missing", ["GITHUB_EVENT_NAME", "GITHUB_WORKSPACE"])
def test_outside_of_a_job(missing: str) -> None:
    environ = {"GITHUB_EVENT_NAME": "push", "GITHUB_WORKSPACE": "/w"} | {missing: ""}

    with pytest.raises(BadInput, match=missing) as problem:
        read_job(environ)
    assert "benchmark-ci run" in problem.value.remedy


def test_action_yml_has_these_inputs_and_words() -> None:
    assert list(ACTION["inputs"]) == [one.name for one in INPUTS]
    for one in INPUTS:
        described = ACTION["inputs"][one.name]
        assert described["description"] == one.words
        assert described["required"] is False
        assert described.get("default") == ("${{ github.token }}" if one.name == "github_token" else None)


def test_every_input_is_a_setting() -> None:
    assert {one.field or one.name for one in INPUTS} | {"current_ref"} == set(Settings.model_fields)


def test_action_yml_has_the_promised_outputs() -> None:
    assert set(ACTION["outputs"]) == {
        *("verdict", "regressed", "improved", "unchanged", "inconclusive", "compared", "targets_missed"),
        *("baseline_sha", "current_sha", "report", "comment_url", "artifact_url"),
    }


def test_action_yml_is_what_github_takes() -> None:
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions")
    finished = subprocess.run((*check, "action.yml"), cwd=ROOT, capture_output=True, text=True)

    assert finished.returncode == 0, finished.stdout + finished.stderr
