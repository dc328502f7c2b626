"""The documents say what the code does: names, defaults, links, examples, samples."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from benchmark_ci import model
from benchmark_ci.action import outputs
from benchmark_ci.cli import FLAGS
from benchmark_ci.config import wire
from benchmark_ci.config.read import read_config
from benchmark_ci.config.wire import json_schema
from benchmark_ci.errors import ExitCode
from benchmark_ci.inputs import INPUTS
from benchmark_ci.judge.arrangements import HOPELESS, MOST_ARRANGEMENTS
from benchmark_ci.judge.endpoints import SHORTEST_SAMPLE_NS
from benchmark_ci.judge.looks import LOOKS
from benchmark_ci.judge.placement import NEARLY_AS_MANY
from benchmark_ci.judge.suite import CONFIRMING_ROUNDS
from benchmark_ci.measure.arrangements import FEWEST_ARRANGEMENTS
from benchmark_ci.measure.arrangements import ROUNDS as ARRANGED_ROUNDS
from benchmark_ci.measure.recording import Line, Recorder
from benchmark_ci.model import Links, Noun, Overall, Report, Result, SideTime, Throughput, Verdict
from benchmark_ci.prove.proof import MOST_UNLIKE
from benchmark_ci.prove.repetition import MOST_ROUNDS
from benchmark_ci.publish.publication import Published
from benchmark_ci.report.comment import comment
from benchmark_ci.report.memory import memory_results
from tests.report import samples

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
CONFIGURATION = DOCS / "configuration.md"
DOCUMENTS = (README, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")))
WORKFLOWS = sorted((ROOT / "examples" / "workflows").glob("*.yml"))
BASELINE = "01bada152405b958af7e5fe4c072d1cee851aa3b"
HEAD = "1a954628a960aaef81d7b2d4521929579f3541e6"
MERGE = "14091a9f2461267ee7e02525b4f1f2923f1c9849"


# --- reading Markdown


def section(document: Path, title: str) -> str:
    """What stands below a heading, down to the next heading of the same or a higher level."""
    text = document.read_text(encoding="utf-8")
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{document.name} has no section {title!r}"
    return found[2]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row but the head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    ruled = [number for number, line in enumerate(lines) if set(line) <= set("|-: ")]
    heads = {number - 1 for number in ruled} | set(ruled)
    return [row for number, row in enumerate(cells) if number not in heads]


def unquoted(cell: str) -> str:
    return re.sub(r"^`(.*)`$", r"\1", cell)


def fenced(document: Path, language: str) -> list[str]:
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


# --- a sample


def timed(
    name: str,
    verdict: Verdict,
    change: float,
    half: float,
    baseline_ns: float,
    rounds: int,
    elements: int | None = None,
    instructions: tuple[int, int] | None = None,
    differs: tuple[str, ...] = (),
) -> Result:
    current_ns = baseline_ns * (1 + change / 100)
    return Result(
        id=name,
        package="quantizer",
        target="quantizer",
        verdict=verdict,
        limit_percent=10,
        rounds=rounds,
        change_percent=change,
        change_low_percent=change - half,
        change_high_percent=change + half,
        baseline=SideTime(time_ns=baseline_ns, floor_ns=baseline_ns, typical_ns=baseline_ns),
        current=SideTime(time_ns=current_ns, floor_ns=current_ns, typical_ns=current_ns),
        throughput=Throughput(unit="elements", per_iteration=elements) if elements else None,
        timed_because="its code differs",
        differs=differs,
        baseline_instructions=instructions[0] if instructions else None,
        current_instructions=instructions[1] if instructions else None,
    )


def proven(name: str) -> Result:
    return Result(
        id=name, package="quantizer", target="quantizer", verdict=Verdict.IDENTICAL, limit_percent=10
    )


def sample() -> Report:
    """A small report with invented numbers, for the README."""
    scale = ("quantizer::scale::fit",)
    benchmarks = (
        timed("channel/256", Verdict.REGRESSED, 23.5, 1.6, 184_200, 9, 65_536, (401_502, 498_013), scale),
        timed("channel/64", Verdict.UNCHANGED, 4.3, 0.9, 46_130, 7, 16_384, (100_411, 104_520), scale),
        *(proven(f"{group}/{size}") for group in ("spatial", "timestep") for size in (8, 16, 32, 64)),
    )
    verdicts = [one.verdict for one in benchmarks]
    counts = {verdict.value: verdicts.count(verdict) for verdict in Verdict}
    return Report(
        tool_version="0.1.0",
        verdict=Overall.REGRESSED,
        fails_job=True,
        fail_on=model.FailOn.REGRESSION,
        threshold_percent=10,
        started="2026-01-05T09:30:00+00:00",
        baseline=model.Commit(sha=BASELINE, what="main"),
        current=model.Commit(sha=MERGE, what="merge of pull request #12 into main", head_sha=HEAD),
        baseline_reason="the exact base that the pull request was merged with",
        environment=model.Environment(
            rustc="rustc 1.95.0", cpu="AMD EPYC 7763", cores=4, os="Linux", walled=True
        ),
        counts=counts | {"compared": len(benchmarks)},
        benchmarks=benchmarks,
        noise_percent=0.8,
        smallest_visible_percent=11.2,
        controls=model.Controls(timed=3, low_percent=-0.4, high_percent=0.6),
        proof_seconds=2.1,
        rounds=9,
        measuring_seconds=61,
        total_seconds=142,
    )


def test_the_comment_in_the_readme_is_what_the_renderer_writes() -> None:
    quoted = [line for line in section(README, "The comment").splitlines() if line.startswith(">")]
    shown = "\n".join(line.removeprefix(">").removeprefix(" ") for line in quoted)
    marker = "<!-- marker -->"
    drawn = comment(sample(), Links(), marker).removeprefix(marker)
    assert shown.strip() == drawn.strip()


# --- inputs, outputs, flags


@pytest.mark.parametrize("document", [README, CONFIGURATION], ids=["README", "configuration"])
def test_inputs_are_documented_with_their_defaults(document: Path) -> None:
    documented = [(unquoted(row[0]), row[1]) for row in rows(section(document, "Inputs"))]
    assert documented == [(one.name, one.default) for one in INPUTS]


def test_the_readme_describes_inputs_in_the_code_s_words() -> None:
    assert [row[2] for row in rows(section(README, "Inputs"))] == [one.description for one in INPUTS]


def test_action_yml_has_the_same_inputs() -> None:
    described = yaml((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert {name: one["description"] for name, one in described.items()} == {
        one.name: one.words for one in INPUTS
    }


@pytest.mark.parametrize("document", [README, CONFIGURATION], ids=["README", "configuration"])
def test_outputs_are_documented(document: Path) -> None:
    described = yaml((ROOT / "action.yml").read_text(encoding="utf-8"))["outputs"]
    documented = {unquoted(row[0]): row[1] for row in rows(section(document, "Outputs"))}
    assert documented == {name: one["description"] for name, one in described.items()}
    assert documented.keys() == {*outputs(sample()), *(Published.model_fields.keys() - {"refusals"})}


def test_flags_are_documented() -> None:
    documented = {unquoted(row[0]).removeprefix("--") for row in rows(section(CONFIGURATION, "Flags of run"))}
    assert documented == offered("run")
    assert documented == {*FLAGS, "output", "container", "image", "verbose"}


def test_commands_and_their_flags_are_documented() -> None:
    text = section(CONFIGURATION, "Command line")
    for command in ("run", "judge", "render"):
        assert f"benchmark-ci {command} " in text
    for command in ("judge", "render"):
        assert all(f"--{flag}" in text for flag in offered(command))


def offered(command: str) -> set[str]:
    """The flags that `--help` offers."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmark_ci", command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "1000"},
    )
    return set(re.findall(r"^  (?:-\w, )?--([a-z-]+)", answer.stdout, re.MULTILINE)) - {"help"}


@pytest.mark.parametrize("document", [README, CONFIGURATION], ids=["README", "configuration"])
def test_exit_codes_are_documented(document: Path) -> None:
    assert [int(row[0]) for row in rows(section(document, "Exit codes"))] == sorted(ExitCode)


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("Keys of the file", wire.File),
        ("Keys of a limit", wire.Limits),
        ("Keys of times", wire.Times),
        ("Keys of a target", wire.Target),
    ],
)
def test_keys_of_the_file_are_documented_in_the_code_s_words(title: str, keys: type[BaseModel]) -> None:
    documented = [(unquoted(row[0]), row[2]) for row in rows(section(CONFIGURATION, title))]
    assert documented == [(name, field.description) for name, field in keys.model_fields.items()]


def test_the_documented_bounds_are_the_model_s() -> None:
    times = {unquoted(row[0]): row[1] for row in rows(section(CONFIGURATION, "Keys of times"))}
    bounds = json_schema()["$defs"]["Times"]["properties"]
    assert times == {name: f"{one['minimum']} to {one['maximum']}" for name, one in bounds.items()}
    assert {row[1] for row in rows(section(CONFIGURATION, "Keys of a limit"))} == {
        "a number above 0, at most 1000",
        "a number above 0",
        "`true`, `false`",
    }
    assert json_schema()["$defs"]["Limits"]["properties"]["threshold"]["maximum"] == 1000


@pytest.mark.parametrize("document", [README, CONFIGURATION], ids=["README", "configuration"])
def test_the_files_shown_can_be_read(document: Path) -> None:
    (shown,) = fenced(document, "toml")
    assert read_config(shown.encode(), PurePosixPath("benchmark-ci.toml"), model.Side.CURRENT).limits


def test_every_field_of_the_memory_results_is_documented() -> None:
    documented = [unquoted(row[0]) for row in rows(section(CONFIGURATION, "Memory results"))]
    written = json.loads(memory_results(samples.rich()))
    assert written and all(list(one) == documented for one in written)


# --- methodology and recording


def test_the_methodology_has_the_code_s_numbers() -> None:
    text = (DOCS / "methodology.md").read_text(encoding="utf-8")
    looks = [(int(row[0]), float(row[1].removesuffix(" %")) / 100) for row in rows(section_of(text, "Looks"))]
    assert looks == list(LOOKS)
    assert ", ".join(map(str, CONFIRMING_ROUNDS)) in text
    assert f"{SHORTEST_SAMPLE_NS / 1000:.0f} µs" in text
    assert f"up to {2**MOST_ROUNDS - 1:,} iterations in all" in text
    assert f"by no more than {MOST_UNLIKE:.1%}".replace("%", " %") in text


def test_the_methodology_has_the_numbers_of_the_arrangements() -> None:
    text = section_of((DOCS / "methodology.md").read_text(encoding="utf-8"), "Slower only by its place")
    assert f"the counts differ by less than {NEARLY_AS_MANY * 100:g} %" in text
    assert f"the benchmark gets {ARRANGED_ROUNDS} rounds" in text
    assert f"after {FEWEST_ARRANGEMENTS} to {MOST_ARRANGEMENTS} arrangements" in text
    assert f"is more than {HOPELESS} times the distance" in text
    assert f"{sum(level for _, level in LOOKS) * 100:.1f} %, the sum of the levels" in text


def section_of(text: str, title: str) -> str:
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def line_models() -> dict[str, type[Noun]]:
    union = get_args(get_args(Line)[0])
    nested = (
        model.Commit,
        model.Environment,
        model.Discovered,
        model.BenchmarkId,
        model.Target,
        model.TargetFailure,
        model.HarnessMemory,
        model.Throughput,
        model.Config,
        model.SkipRule,
        model.LimitRule,
        model.TimesRule,
        model.ReferenceTarget,
        model.Course,
    )
    return {kind.model_fields["kind"].default: kind for kind in union} | {one.__name__: one for one in nested}


@pytest.mark.parametrize("title", line_models())
def test_every_field_of_a_recording_is_documented(title: str) -> None:
    documented = [unquoted(row[0]) for row in rows(section(DOCS / "recording.md", f"`{title}`"))]
    assert documented == list(line_models()[title].model_fields)


def test_the_reading_example_runs(tmp_path: Path) -> None:
    write_recording(tmp_path / "recording.jsonl.gz")
    (code,) = fenced(DOCS / "recording.md", "python")
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "g/f baseline: 20.0 ns in 1 processes\n"


def test_the_example_lines_are_lines_of_a_recording(tmp_path: Path) -> None:
    file = tmp_path / "recording.jsonl.gz"
    write_recording(file)
    (shown,) = fenced(DOCS / "recording.md", "json")
    assert shown.splitlines() == gzip.decompress(file.read_bytes()).decode().splitlines()[:1]


def write_recording(file: Path) -> None:
    recorder = Recorder(file)
    recorder.add(
        model.Header(
            tool_version="0.1.0",
            started="2026-01-05T09:30:00+00:00",
            seed=7,
            threshold_percent=10,
            fail_on=model.FailOn.REGRESSION,
            time_budget_minutes=20,
            baseline=model.Commit(sha=BASELINE, what="main"),
            current=model.Commit(sha=HEAD, what="feature"),
            baseline_reason="the commit where feature left main",
        )
    )
    benchmark = model.BenchmarkId(package="p", target="t", full_id="g/f")
    for number in (0, 1):  # calibration is not judged
        recorder.add(
            model.Process(
                id=benchmark,
                side=model.Side.BASELINE,
                round=number,
                first=True,
                wall_seconds=0.7,
                sampling_mode=model.SamplingMode.LINEAR,
                iters=(10, 20),
                times=(210, 400),
            )
        )
    recorder.close()


# --- links and workflows


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_relative_links_lead_somewhere(document: Path) -> None:
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        leads_to = document.parent / file if file else document
        assert leads_to.exists(), target
        assert not anchor or anchor in anchors(leads_to), target


def anchors(document: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_readme_shows_the_first_workflow() -> None:
    assert fenced(README, "yaml")[0] == (ROOT / "examples/workflows/start.yml").read_text(encoding="utf-8")


def test_workflows_are_valid() -> None:
    command: list[str | Path] = [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows"]
    answer = subprocess.run([*command, *WORKFLOWS], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout


def test_workflows_are_safe(tmp_path: Path) -> None:
    """Tags instead of SHAs are the only thing that the examples allow themselves: docs/security.md."""
    tagged = ("actions/checkout", "actions/download-artifact", "OWNER/benchmark-ci")
    policies = f"{{{', '.join(f'{action}: ref-pin' for action in tagged)}}}"
    config = tmp_path / "zizmor.yml"
    config.write_text(f"rules: {{unpinned-uses: {{config: {{policies: {policies}}}}}}}\n", encoding="utf-8")
    command: list[str | Path] = [TOOLS / "zizmor", "--quiet", "--offline", "--config", config]
    answer = subprocess.run([*command, *WORKFLOWS], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.actionlint
def test_workflows_pass_actionlint() -> None:
    answer = subprocess.run(["actionlint", "-no-color", *WORKFLOWS], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
def test_the_readme_names_every_workflow(workflow: Path) -> None:
    shown = workflow.name == "start.yml"
    assert shown or f"(examples/workflows/{workflow.name})" in README.read_text(encoding="utf-8")


def test_the_gate_waits_for_every_other_job_of_the_complete_pipeline() -> None:
    jobs = yaml((ROOT / "examples/workflows/complete.yml").read_text(encoding="utf-8"))["jobs"]
    *others, gate = jobs
    assert (others, gate) == (["benchmark", "benchmark-trend", "memory-benchmark"], "all-benchmarks-passed")
    assert jobs[gate]["needs"] == others and jobs[gate]["if"] == "always()"


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
def test_workflows_use_inputs_that_exist(workflow: Path) -> None:
    steps = [
        step
        for job in yaml(workflow.read_text(encoding="utf-8"))["jobs"].values()
        for step in job["steps"]
        if "benchmark-ci" in step.get("uses", "")
    ]
    assert steps
    assert all(step.get("with", {}).keys() <= {one.name for one in INPUTS} for step in steps)
