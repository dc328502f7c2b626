"""The runner double, tried with a toy action."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.github import FakeGitHub
from tests.doubles.runner import gateway, run_action
from tests.doubles.runner_environment import RunnerJob
from tests.doubles.runner_grammar import FileCommandError, StepLog, read_command, read_key_values

IMAGE = "benchmark-ci-test/toy-action"
DOCKERFILE = """
FROM debian:bookworm-slim
COPY action.sh /action.sh
ENTRYPOINT ["/bin/bash", "/action.sh"]
"""
ACTION = r"""
echo "::warning title=a%2Cb::careful"
echo "##[error]old form" >&2
echo "::add-mask::hush-hush"
echo "say hush-hush"
echo "::stop-commands::tokentoken"; echo "::error::not one"; echo "::tokentoken::"
echo "name=$(id -u) $HOME $PWD" >> "$GITHUB_OUTPUT"
printf 'event<<E\n%s\nE\n' "$(cat "$GITHUB_EVENT_PATH")" >> "$GITHUB_OUTPUT"
echo "input=$(env | grep '^INPUT_BASE-REF=')" >> "$GITHUB_OUTPUT"
echo "owner=$(stat -c %u . "$GITHUB_OUTPUT" | tr '\n' ' ')" >> "$GITHUB_OUTPUT"
echo "token=${GITHUB_TOKEN:-none} $CI $GITHUB_ACTIONS $LEAKED" >> "$GITHUB_OUTPUT"
echo "sock=$(stat -c %F /var/run/docker.sock) $(ls /github | tr '\n' ' ')" >> "$GITHUB_OUTPUT"
read -r nothing; echo "stdin=$?" >> "$GITHUB_OUTPUT"
api=${GITHUB_API_URL#http://}
exec 3<>"/dev/tcp/${api%:*}/${api#*:}"
printf 'GET /repos/octo/crate HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$api" >&3
echo "status=$(head -n1 <&3 | tr -d '\r')" >> "$GITHUB_OUTPUT"
echo "# Summary" >> "$GITHUB_STEP_SUMMARY"
touch made-by-root
trap 'echo interrupted; exit 130' INT
[ -n "$INPUT_SLEEP" ] && { sleep 60 & wait; }
exit 3
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("toy")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "action.sh").write_text(ACTION)
    try:
        subprocess.run(["docker", "build", "-q", "-t", IMAGE, str(folder)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no Docker engine answers ({type(error).__name__})")
    yield IMAGE
    subprocess.run(["docker", "rmi", "-f", IMAGE], check=False, capture_output=True)


@pytest.fixture
def github(image: str) -> Iterator[FakeGitHub]:
    with FakeGitHub(host=gateway()) as fake:
        yield fake


@pytest.mark.container
def test_a_step_runs_as_on_github(image: str, github: FakeGitHub, tmp_path: Path) -> None:
    result = run_action(
        image,
        event_name="pull_request",
        event={"number": 7},
        workspace=tmp_path,
        inputs={"base-ref": "main", "sleep": ""},
        server=github,
        job=RunnerJob(run_id=5),
        env={"LEAKED": "yes", "GITHUB_RUN_ID": "a user's"},
    )
    assert result.exit_code == 3
    assert result.failed
    assert result.outputs == {
        "name": "0 /github/home /github/workspace",
        "event": '{"number": 7}',
        "input": "INPUT_BASE-REF=main",
        "owner": "1001 1001 ",
        "token": "none true true yes",
        "sock": "socket file_commands home runner_temp workflow workspace ",
        "stdin": "1",
        "status": "HTTP/1.1 401 Unauthorized",
    }
    assert result.summary == "# Summary\n"
    assert [(c.data, c.properties) for c in result.log.named("warning")] == [("careful", {"title": "a,b"})]
    assert [c.data for c in result.log.named("error")] == ["old form"]
    assert "say ***" in result.log.lines
    assert "::error::not one" in result.log.lines
    assert result.left_by_root == [str(tmp_path / "made-by-root")]
    assert result.file_errors == []
    (asked,) = github.requests()
    assert asked.headers["host"] == github.url.removeprefix("http://")


@pytest.mark.container
def test_a_cancelled_job_gets_its_signal(image: str, github: FakeGitHub, tmp_path: Path) -> None:
    result = run_action(
        image,
        event_name="push",
        event={},
        workspace=tmp_path,
        inputs={"sleep": "yes"},
        server=github,
        runner_temp_mounted=False,
        cancel_after_seconds=3,
    )
    assert result.exit_code == 130
    assert "interrupted" in result.stdout
    assert "runner_temp" not in result.outputs["sock"]


@pytest.mark.parametrize(
    "text", ["novalue\n", "a<<E\nx\n", "a<<E\nx\nE E", "=x\n", "<<E\nx\nE\n", "a<<\nx\n"]
)
def test_malformed_files_fail_a_step(text: str) -> None:
    with pytest.raises(FileCommandError):
        read_key_values(text)


def test_the_runners_reading_of_files() -> None:
    assert read_key_values("a=1=2\n\nb<<E=F\nx\n\ny\r\nE=F\nc= x <<y\n") == {
        "a": "1=2",
        "b": "x\n\ny\r",
        "c": " x <<y",
    }


@pytest.mark.parametrize(
    "line", ["::nothing::x", ":: error::x", "x ::error::x", ":error::x", "##[nothing]x", "::error:x"]
)
def test_what_is_no_command(line: str) -> None:
    assert read_command(line) is None


def test_commands_that_fail_a_step() -> None:
    log = StepLog()
    for line in ("::set-env name=X::y", "::stop-commands::", "  ::ERROR::x"):
        log.feed(line)
    assert len(log.failures) == 2
    assert log.named("error")[0].data == "x"
