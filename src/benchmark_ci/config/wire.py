"""The keys of `benchmark-ci.toml`, as they are written; docs/benchmark-ci.schema.json is made of this."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from benchmark_ci import model
from benchmark_ci.model import (
    LONGEST_PATTERN,
    MOST_RULES,
    LimitSeconds,
    MeasurementSeconds,
    Megabytes,
    Percent,
)


class _Wire(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must not hold control characters or other signs that cannot be seen")
    if text != text.strip():
        raise ValueError("must not begin or end with a blank")
    return text


def _passable(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not hold a NUL: no program can be given one")
    return text


def _as_table(value: object) -> object:
    """A number alone is the threshold."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return {"threshold": value} if number else value


PatternText = Annotated[str, Field(min_length=1, max_length=LONGEST_PATTERN), AfterValidator(_printable)]
Argument = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_passable)]


class Limits(_Wire):
    """Limits of the benchmarks that a pattern matches."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    threshold: Percent | None = None
    """Percent slower that counts as a regression."""
    memory_threshold: Percent | None = None
    """Percent of growth of peak memory that is warned of."""
    memory_limit: Megabytes | None = None
    """Peak memory in MB (a million bytes) beyond which it is warned."""
    memory_fail: bool | None = None
    """Whether what is warned of these benchmarks' peak memory fails the job."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("sets no limit")
        return self


LimitsOrThreshold = Annotated[Limits, BeforeValidator(_as_table, json_schema_input_type=Percent | Limits)]


class Times(_Wire):
    """Times of the slow benchmarks that a pattern matches."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    limit_seconds: LimitSeconds | None = None
    """Seconds that one process of such a benchmark may take."""
    measurement_seconds: MeasurementSeconds | None = None
    """Seconds that each process measures, after half as many of warm-up."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("sets no time")
        times = model.Times(limit_seconds=self.limit_seconds, measurement_seconds=self.measurement_seconds)
        if times.contradictory:
            raise ValueError(
                f"measures for {self.measurement_seconds:g} s after half as much warm-up, "
                f"longer than the {self.limit_seconds:g} s of its limit_seconds"
            )
        return self


class Target(_Wire):
    """How a benchmark must stand against a reference that is measured beside it."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["reference"]}, {"required": ["command"]}],
            "anyOf": [{"required": ["times_faster"]}, {"required": ["memory_percent"]}],
        }
    )

    benchmark: PatternText
    """Full id of a benchmark of current."""
    reference: PatternText | None = None
    """Full id of another benchmark of the suite."""
    command: Annotated[list[Argument], Field(min_length=1, max_length=1000)] | None = None
    """Program and arguments that do the same work, started in the working directory."""
    times_faster: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    """At least: the reference's time divided by the benchmark's."""
    memory_percent: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    """At most: the benchmark's peak memory in percent of the reference's."""
    fail: bool = False
    """Whether a missed target fails the job; otherwise it warns."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.reference is None) == (self.command is None):
            raise ValueError("needs exactly one of `reference` and `command`")
        if self.reference == self.benchmark:
            raise ValueError("names the same benchmark as its reference")
        if self.times_faster is None and self.memory_percent is None:
            raise ValueError("needs `times_faster` or `memory_percent`, or both")
        return self


class File(_Wire):
    """Limits and all that does not fit inputs, for Benchmark CI."""

    threshold: Percent | None = None
    """Percent slower that counts as a regression, for benchmarks without a limit of their own."""
    memory_threshold: Percent | None = None
    """Percent of growth of peak memory that is warned of, for benchmarks without their own."""
    memory_limit: Megabytes | None = None
    """Peak memory in MB (a million bytes) beyond which it is warned, for benchmarks without their own."""
    memory_fail: bool | None = None
    """Whether what is warned of peak memory fails the job, for benchmarks without their own."""
    skip: Annotated[list[PatternText], Field(max_length=MOST_RULES)] = Field(default_factory=list)
    """Patterns of benchmarks that are left out."""
    limits: Annotated[
        dict[
            PatternText,
            Annotated[Limits, BeforeValidator(_as_table, json_schema_input_type=Percent | Limits)],
        ],
        Field(max_length=MOST_RULES),
    ] = Field(default_factory=dict)
    """Limits by pattern: a number is the threshold, a table sets more."""
    times: Annotated[dict[PatternText, Times], Field(max_length=MOST_RULES)] = Field(default_factory=dict)
    """Times of slow benchmarks by pattern."""
    targets: Annotated[list[Target], Field(max_length=MOST_RULES)] = Field(default_factory=list)
    """Benchmarks that must stand so and so against a reference."""


def json_schema() -> dict[str, Any]:
    """The file's JSON Schema, for editors."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "benchmark-ci.toml"}
    body: dict[str, Any] = _for_toml(File.model_json_schema())
    return head | body


def _for_toml(schema: Any) -> Any:
    """Without what only Python needs: null, which TOML lacks, and titles that repeat the key."""
    if isinstance(schema, list):
        return [_for_toml(one) for one in schema if one != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    if len(schema.get("anyOf", ())) == 2 and {"type": "null"} in schema["anyOf"]:
        value = next(one for one in schema["anyOf"] if one != {"type": "null"})
        schema = value | {name: said for name, said in schema.items() if name not in ("anyOf", "default")}
    return {
        name: _for_toml(said)
        for name, said in schema.items()
        if not (name == "title" and isinstance(said, str))
    }
