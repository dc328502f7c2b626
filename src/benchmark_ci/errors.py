"""What can go wrong, one class per kind of failure, each with its exit code (DESIGN 6) and a remedy."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """What the process answers; publishing trouble never changes it."""

    OK = 0
    REGRESSION = 1
    BAD_INPUT = 2
    NOTHING_COMPARED = 3
    NO_VERDICT = 4


class BenchmarkCIError(Exception):
    """A failure that a person can act on.

    `message` says what happened and names the input, file or ref; `remedy` says what to do next.
    """

    exit_code: ExitCode = ExitCode.NO_VERDICT
    title: str = "Benchmark CI failed"

    def __init__(self, message: str, remedy: str = "") -> None:
        """Keep both sentences apart, so that a log, a comment and a terminal can lay them out."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Both sentences on one line."""
        return f"{self.message} {self.remedy}".strip()


class BadInput(BenchmarkCIError):
    """An input, a configuration or a usage error, found before anything is measured."""

    exit_code = ExitCode.BAD_INPUT
    title = "Bad input"


class BadInputs(BadInput):
    """All bad inputs of a run, reported together."""

    def __init__(self, problems: list[BadInput]) -> None:
        """Join the problems, one per line."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class BadFile(BadInput):
    """A file that was handed to us (recording, report, Criterion file, event) is not what it should be."""

    title = "Unreadable file"


UNWRITABLE = (FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)
"""What the system says of a place that nothing can be written to; a full disk is no bad input."""


def unwritable(output: Path, error: OSError) -> BadInput:
    """The flag `--output` names a place that nothing can be written to."""
    return BadInput(
        f"Flag `--output`: `{output}` cannot be written: {error.strerror}.", "Name a place that can be."
    )


class ArtifactRejected(BadInput):
    """Another run's artifact is not what it should be; nothing of it is published."""

    title = "Artifact rejected"


class GitHubFailed(BenchmarkCIError):
    """GitHub's API refused what a job cannot do without, or gave no answer."""

    title = "GitHub refused"


class Stopped(BenchmarkCIError):
    """What a recording says of the error that stopped its run."""

    def __init__(self, title: str, message: str, remedy: str, exit_code: int) -> None:
        """Bring back an error as it was."""
        super().__init__(message, remedy)
        self.title = title
        self.exit_code = ExitCode(exit_code)


class Unexpected(BenchmarkCIError):
    """A bug of ours, or a machine that does what no machine should."""

    title = "Unexpected failure"


class NothingCompared(BenchmarkCIError):
    """No benchmark could be compared."""

    exit_code = ExitCode.NOTHING_COMPARED
    title = "Nothing was compared"


class GitFailed(BenchmarkCIError):
    """Git, the network or credentials failed."""

    title = "Git failed"


class BuildFailed(BenchmarkCIError):
    """A side could not be built at all."""

    title = "Build failed"


class MeasurementFailed(BenchmarkCIError):
    """Measuring could not go on."""

    title = "Measuring failed"


class Interrupted(BenchmarkCIError):
    """SIGINT or SIGTERM arrived; what was measured so far is kept."""

    title = "Interrupted"
