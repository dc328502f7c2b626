"""`benchmark-ci run --container`: the same command in the action's image, through the docker SDK."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import docker
from docker.errors import DockerException, ImageNotFound
from docker.models.containers import Container
from rich.console import Console

from benchmark_ci.errors import BadInput, BuildFailed, ExitCode

PROGRAM = ["/opt/benchmark-ci/bin/python", "-I", "-m", "benchmark_ci", "run"]
CHECKOUT, RESULTS = "/github/checkout", "/github/results"
"""Below `/github`, which the wall closes to builds and benchmarks."""


def run_in_container(
    directory: Path,
    output: Path | None,
    flags: Sequence[str],
    environment: Mapping[str, str],
    image: str,
    console: Console,
) -> ExitCode:
    """Run in a container: the repository is mounted read-only, the report comes back through a folder.

    Raises BadInput when the image or the directory is not there, BuildFailed when no engine answers.
    """
    if not directory.is_dir():
        raise BadInput(f"There is no directory {directory}.", "Name a directory of a checkout.")
    root = _repository(directory.resolve())
    results = (output or directory / "benchmark-results").resolve()
    results.mkdir(parents=True, exist_ok=True)
    below = directory.resolve().relative_to(root)
    command = [*PROGRAM, str(Path(CHECKOUT) / below), f"--output={RESULTS}", *flags]
    try:
        engine = docker.from_env()
        container = engine.containers.run(
            image,
            entrypoint=command,
            detach=True,
            working_dir="/",
            environment=dict(environment),
            volumes={
                str(root): {"bind": CHECKOUT, "mode": "ro"},
                str(results): {"bind": RESULTS, "mode": "rw"},
            },
        )
    except ImageNotFound as error:
        raise BadInput(
            f"There is no image `{image}` here.",
            "Run `make image` in Benchmark CI's repository, or name an image with `--image`.",
        ) from error
    except DockerException as error:
        raise BuildFailed(
            f"The Docker engine does not answer: {error}.", "Start it, or run without `--container`."
        ) from error
    code = _follow(container, console)
    console.print(f"Report: {results / 'report.html'}", markup=False, highlight=False)
    return code


def _repository(directory: Path) -> Path:
    for folder in (directory, *directory.parents):
        if (folder / ".git").is_file():
            raise BadInput(
                f"{folder} is a git worktree, whose repository lies elsewhere.",
                "Run without `--container`, or in the main checkout.",
            )
        if (folder / ".git").exists():
            return folder
    raise BadInput(f"{directory} is not in a git checkout.", "Name a directory of a checkout.")


def _follow(container: Container, console: Console) -> ExitCode:
    """Show what the container prints until it ends; Ctrl-C stops it, and its report is still written."""
    try:
        for chunk in container.logs(stream=True, follow=True):
            console.file.write(chunk.decode("utf-8", "replace"))
            console.file.flush()
    except KeyboardInterrupt:
        container.stop(timeout=10)
    try:
        return ExitCode(container.wait()["StatusCode"])
    except ValueError:
        return ExitCode.NO_VERDICT
    finally:
        container.remove(force=True)
