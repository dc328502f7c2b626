"""What a recording of a stranger's may claim: bounds beyond its format, so that judging it stays cheap."""

from __future__ import annotations

from benchmark_ci.errors import ArtifactRejected
from benchmark_ci.model import Recording

MOST_BENCHMARKS = 10_000
MOST_ROUND = 40
"""Our own runs end at 20 rounds; a repeated one has a number of its own."""


def check_claims(recording: Recording) -> None:
    """Raises ArtifactRejected for what no run of ours leaves."""
    header, end = recording.header, recording.end
    found = recording.preparation.benchmarks if recording.preparation else ()
    if end is None:
        raise _rejected("it ends before its run did")
    if not 0 <= header.seed < 2**63 or not 0 < header.threshold_percent <= 1000:
        raise _rejected("its seed or threshold is none that a run can have")
    if not 0 <= end.exit_code <= 4:
        raise _rejected("its exit code does not exist")
    if header.baseline.uncommitted or header.current.uncommitted:
        raise _rejected("it was measured on a working tree")
    if len(found) > MOST_BENCHMARKS:
        raise _rejected(f"it has more than {MOST_BENCHMARKS} benchmarks")
    known = {one.id for one in found}
    if any(process.round > MOST_ROUND or process.id not in known for process in recording.processes):
        raise _rejected("it has more rounds, or other benchmarks, than it can have")


def _rejected(why: str) -> ArtifactRejected:
    return ArtifactRejected(f"The recording in the artifact is not a whole run's: {why}.")
