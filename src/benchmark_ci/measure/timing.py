"""How long a benchmark process measures: as short as its answer allows."""

from __future__ import annotations

from benchmark_ci.model import Noun

FEWEST_SAMPLES = 10
MOST_SAMPLES = 100
AVERAGED_ITERATIONS = 5
"""Iterations that a sample should hold for its time to be an average (`judge/endpoints.py`)."""

RESAMPLES = "1001"
"""Criterion's own statistics are not used; this is the least it takes without complaint."""

SHORT_ROUNDS = 9
"""Rounds with short processes. What they leave undecided is worth longer ones."""


class Timing(Noun):
    """Criterion's times for one process, in seconds; 0.3 takes whole ones only."""

    warm_up_seconds: float
    measurement_seconds: float
    samples: int = MOST_SAMPLES

    def flags(self, fractional: bool) -> tuple[str, ...]:
        """As flags of the executable."""

        def seconds(value: float) -> str:
            return f"{value:g}" if fractional else str(max(1, round(value)))

        return (
            f"--warm-up-time={seconds(self.warm_up_seconds)}",
            f"--measurement-time={seconds(self.measurement_seconds)}",
            f"--sample-size={self.samples}",
            f"--nresamples={RESAMPLES}",
            "--noplot",
        )


CALIBRATION = Timing(warm_up_seconds=0.05, measurement_seconds=0.05, samples=FEWEST_SAMPLES)
SHORT = Timing(warm_up_seconds=0.08, measurement_seconds=0.16)
LONG = Timing(warm_up_seconds=0.2, measurement_seconds=0.4)
LONGEST_SECONDS = 1.0
"""What a process of a slow benchmark measures at least as long as it can be ten samples."""


def timing_for(iteration_ns: float, round_number: int, measurement_seconds: float | None = None) -> Timing:
    """The timing of a judged process whose benchmark takes `iteration_ns` per iteration.

    Short processes first: a calm machine or a large change is decided by them. As many samples as hold
    enough iterations for an average; a benchmark too slow for that gets as many as fit into a second.
    Every process measures for `measurement_seconds` where `benchmark-ci.toml` says so.
    """
    if measurement_seconds is not None:
        return _timing_of(measurement_seconds, iteration_ns)
    for timing in (SHORT, LONG) if round_number <= SHORT_ROUNDS else (LONG,):
        averages = int(timing.measurement_seconds * 1e9 / (AVERAGED_ITERATIONS * iteration_ns))
        if averages >= FEWEST_SAMPLES:
            return timing.model_copy(update={"samples": min(MOST_SAMPLES, averages)})
    samples = int(LONGEST_SECONDS * 1e9 / iteration_ns)
    return LONG.model_copy(update={"samples": max(FEWEST_SAMPLES, min(MOST_SAMPLES, samples))})


def _timing_of(measurement_seconds: float, iteration_ns: float) -> Timing:
    """As many samples as hold enough iterations for an average, else as many as fit."""
    fitting = measurement_seconds * 1e9 / iteration_ns
    averages = int(fitting / AVERAGED_ITERATIONS)
    samples = averages if averages >= FEWEST_SAMPLES else int(fitting)
    return Timing(
        warm_up_seconds=measurement_seconds / 2,
        measurement_seconds=measurement_seconds,
        samples=max(FEWEST_SAMPLES, min(MOST_SAMPLES, samples)),
    )
