"""Criterion's files, 0.3 to 0.8: `new/benchmark.json` says which benchmark, `new/sample.json` what it took.

Nothing else of Criterion's is read: its estimates treat the samples of one process as independent.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from benchmark_ci.errors import BadFile
from benchmark_ci.model import Noun, SamplingMode, Throughput
from benchmark_ci.wall import files

MOST_FILES = 10_000
MOST_SAMPLES = 100_000
LONGEST_ID = 10_000
MOST_ITERATIONS = 1e20
SHORTEST_NS, LONGEST_NS = 1e-20, 1e20  # other measurements than time have other units
KEPT_FILES = ("benchmark.json", "sample.json", "estimates.json", "tukey.json")

Wire = TypeVar("Wire", bound=BaseModel)
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]


class _WireBenchmark(BaseModel):
    model_config = ConfigDict(extra="ignore")
    full_id: str = Field(max_length=LONGEST_ID)
    throughput: dict[str, Any] | None = None


class _WireSample(BaseModel):
    """`{"sampling_mode", "iters", "times"}` since 0.3.3, `[[iters…], [times…]]` before."""

    model_config = ConfigDict(extra="ignore")
    sampling_mode: SamplingMode = SamplingMode.LINEAR
    iters: tuple[Positive, ...] = Field(min_length=1, max_length=MOST_SAMPLES)
    times: tuple[NotNegative, ...]

    @model_validator(mode="before")
    @classmethod
    def _from_pair(cls, value: object) -> object:
        if isinstance(value, list) and len(value) == 2:
            return {"iters": value[0], "times": value[1]}
        return value

    @model_validator(mode="after")
    def _paired(self) -> _WireSample:
        if problem := flaw(self.iters, self.times):
            raise ValueError(problem)
        return self


def flaw(iters: tuple[float, ...], times: tuple[float, ...]) -> str:
    """What is wrong with samples, if something is: they must give times per iteration above 0, and finite."""
    if len(iters) != len(times):
        return f"{len(iters)} iters but {len(times)} times"
    if not all(times):
        return "a sample took 0 ns"
    if not all(1 <= count <= MOST_ITERATIONS for count in iters):
        return "a sample has no sensible number of iterations"
    if not all(SHORTEST_NS <= time <= LONGEST_NS for time in times):
        return "a sample took no sensible time"
    return ""


class CriterionResult(Noun):
    """One benchmark's samples as Criterion left them. `times` are ns per sample, `iters` counts."""

    full_id: str
    folder: Path  # the benchmark's, relative to Criterion's home; holds `new/`
    sampling_mode: SamplingMode
    iters: tuple[float, ...]
    times: tuple[float, ...]
    throughput: Throughput | None


def read_results(home: Path) -> list[CriterionResult]:
    """Every benchmark below a Criterion home. Raises BadFile naming the file that cannot be read."""
    found = []
    for number, file in enumerate(sorted(home.glob("**/new/benchmark.json"))):
        if number >= MOST_FILES:
            raise BadFile(f"`{home.name}` holds more than {MOST_FILES} benchmarks.")
        found.append(read_result(home, file.parent.parent))
    return found


def read_result(home: Path, folder: Path, saved_as: str = "new") -> CriterionResult:
    """The benchmark in `folder`: its last run, or the one that was saved as a baseline.

    Raises BadFile naming the file that is cut off, or holds nonsense.
    """
    benchmark = _parse(_WireBenchmark, home, folder / saved_as / "benchmark.json")
    sample = _parse(_WireSample, home, folder / saved_as / "sample.json")
    return CriterionResult(
        full_id=benchmark.full_id,
        folder=folder.relative_to(home),
        sampling_mode=sample.sampling_mode,
        iters=sample.iters,
        times=sample.times,
        throughput=throughput(benchmark.throughput),
    )


def _parse(kind: type[Wire], home: Path, file: Path) -> Wire:
    name = file.relative_to(home)
    try:
        return TypeAdapter(kind).validate_json(files.read(home, file))
    except FileNotFoundError as error:
        raise BadFile(f"Criterion's file `{name}` is missing.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadFile(
            f"Criterion's file `{name}` cannot be used: {place + ': ' if place else ''}"
            f"{first['msg'].removeprefix('Value error, ')}.",
            "Delete it and run the benchmark again.",
        ) from error


def throughput(wire: dict[str, Any] | None) -> Throughput | None:
    """Criterion writes `{"Bytes": n}`, and since 0.8 `{"ElementsAndBytes": {"elements": n, "bytes": n}}`."""
    for kind, amount in (wire or {}).items():
        if kind == "ElementsAndBytes" and isinstance(amount, dict):
            amount = amount.get("elements")
        unit = {"Bits": "bits", "Bytes": "bytes", "BytesDecimal": "bytes"}.get(kind, "elements")
        if isinstance(amount, int) and amount > 0:
            return _throughput(unit, amount)
    return None


@lru_cache(maxsize=1000)  # many benchmarks of a suite do as much work
def _throughput(unit: str, per_iteration: int) -> Throughput:
    return Throughput.model_validate({"unit": unit, "per_iteration": per_iteration})
