"""The variables that a container action finds (protocol 1.6 and 1.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.doubles.github import FakeGitHub


@dataclass(frozen=True)
class RunnerJob:
    """Which job of which run it is."""

    repository: str = "octo/crate"
    workflow: str = "CI"
    job: str = "benchmark"
    sha: str = "c" * 40
    ref: str = "refs/pull/7/merge"
    base_ref: str = "main"
    head_ref: str = "feature"
    run_id: int = 987654
    run_attempt: int = 1
    retention_days: int = 90
    actor: str = "octocat"
    server_url: str = "https://github.com"
    run_backend_id: str = "ce7f54c7-61c7-4aae-887f-30da475f5f1a"
    job_backend_id: str = "ca395085-040a-526b-2ce8-bdc85f692774"
    artifacts: bool = True  # whether the server names an artifact service
    debug: bool = False


def environment(
    job: RunnerJob,
    event_name: str,
    inputs: Mapping[str, str],
    server: FakeGitHub,
    suffix: str,
    leaked: Mapping[str, str],
) -> dict[str, str]:
    """`leaked` comes first, as what the workflow or an earlier step set: the runner's own values win."""
    variables = {**leaked, **{_input(name): value for name, value in inputs.items()}}
    variables |= {f"GITHUB_{name}": value for name, value in _github(job, event_name, server, suffix).items()}
    variables |= {
        "HOME": "/github/home",
        "RUNNER_OS": "Linux",
        "RUNNER_ARCH": "X64",
        "RUNNER_NAME": "GitHub Actions 1",
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_TOOL_CACHE": "/opt/hostedtoolcache",  # a host path, as on GitHub
        "RUNNER_TEMP": "/github/runner_temp",
        "RUNNER_WORKSPACE": f"/home/runner/work/{job.repository.split('/')[-1]}",
        "ACTIONS_RUNTIME_URL": f"{server.url}/runtime/",
        "ACTIONS_RUNTIME_TOKEN": server.artifacts.runtime_token(job.run_backend_id, job.job_backend_id),
        "ACTIONS_CACHE_URL": f"{server.url}/cache/",
    }
    if job.artifacts:
        variables["ACTIONS_RESULTS_URL"] = f"{server.url}/results/"
    if job.debug:
        variables["RUNNER_DEBUG"] = "1"
    return variables


def _input(name: str) -> str:
    return f"INPUT_{name.replace(' ', '_').upper()}"


def _github(job: RunnerJob, event_name: str, server: FakeGitHub, suffix: str) -> dict[str, str]:
    owner, _ = job.repository.split("/")
    files = "/github/file_commands"
    return {
        "ACTION": "__octo_benchmark-ci",
        "ACTION_REF": "v1",
        "ACTION_REPOSITORY": "octo/benchmark-ci",
        "ACTOR": job.actor,
        "ACTOR_ID": "583231",
        "API_URL": server.api_url,
        "BASE_REF": job.base_ref,
        "ENV": f"{files}/set_env_{suffix}",
        "EVENT_NAME": event_name,
        "EVENT_PATH": "/github/workflow/event.json",
        "GRAPHQL_URL": server.graphql_url,
        "HEAD_REF": job.head_ref,
        "JOB": job.job,
        "OUTPUT": f"{files}/set_output_{suffix}",
        "PATH": f"{files}/add_path_{suffix}",
        "REF": job.ref,
        "REF_NAME": job.ref.removeprefix("refs/pull/").removeprefix("refs/heads/").removeprefix("refs/tags/"),
        "REF_PROTECTED": "false",
        "REF_TYPE": "tag" if job.ref.startswith("refs/tags/") else "branch",
        "REPOSITORY": job.repository,
        "REPOSITORY_ID": "4242",
        "REPOSITORY_OWNER": owner,
        "REPOSITORY_OWNER_ID": "99",
        "RETENTION_DAYS": str(job.retention_days),
        "RUN_ATTEMPT": str(job.run_attempt),
        "RUN_ID": str(job.run_id),
        "RUN_NUMBER": "42",
        "SERVER_URL": job.server_url,
        "SHA": job.sha,
        "STATE": f"{files}/save_state_{suffix}",
        "STEP_SUMMARY": f"{files}/step_summary_{suffix}",
        "TRIGGERING_ACTOR": job.actor,
        "WORKFLOW": job.workflow,
        "WORKFLOW_REF": f"{job.repository}/.github/workflows/ci.yml@{job.ref}",
        "WORKFLOW_SHA": job.sha,
        "WORKSPACE": "/github/workspace",
    }
