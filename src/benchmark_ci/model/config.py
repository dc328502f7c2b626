"""What `benchmark-ci.toml` says, as far as it was found to be sound."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, TypeVar

from pydantic import Field

from benchmark_ci.model.base import Noun, Side
from benchmark_ci.model.build import BenchmarkId
from benchmark_ci.model.matching import Matching
from benchmark_ci.model.reference import ReferenceTarget

MOST_RULES = 1000
LONGEST_PATTERN = 500
BYTES_PER_MB = 1_000_000
WITH_WARM_UP = 1.5
"""A process that measures for a time that the file sets takes so many times that: half of it warms up."""

Percent = Annotated[float, Field(gt=0, le=1000)]
Megabytes = Annotated[float, Field(gt=0, le=10_000_000)]
LimitSeconds = Annotated[float, Field(ge=1, le=21_600)]
MeasurementSeconds = Annotated[float, Field(ge=0.01, le=60)]


class Rule(Noun):
    """What holds for the benchmarks that a pattern matches."""

    pattern: str = Field(min_length=1, max_length=LONGEST_PATTERN)
    line: int = 0  # in the file


class SkipRule(Rule):
    """Benchmarks that are left out."""


class LimitRule(Rule):
    """Limits; what is None is left to less specific rules."""

    threshold_percent: Percent | None = None
    memory_threshold_percent: Percent | None = None
    memory_limit_mb: Megabytes | None = None
    memory_fails: bool | None = None  # what is warned of fails the job


class TimesRule(Rule):
    """Times of slow benchmarks; what is None is left to less specific rules."""

    limit_seconds: LimitSeconds | None = None
    measurement_seconds: MeasurementSeconds | None = None


class Times(Noun):
    """The times of one benchmark; None: as for every other."""

    limit_seconds: float | None = None  # that one process may take
    measurement_seconds: float | None = None  # that a process measures

    @property
    def contradictory(self) -> bool:
        """Whether a process that measures so long cannot end in time."""
        if self.limit_seconds is None or self.measurement_seconds is None:
            return False
        return self.measurement_seconds * WITH_WARM_UP > self.limit_seconds


class Config(Noun):
    """The rules of a run, from the file that counted."""

    path: str
    side: Side  # whose commit it was read from
    threshold_percent: Percent | None = None  # for benchmarks without a rule of their own
    memory_threshold_percent: Percent | None = None
    memory_limit_mb: Megabytes | None = None
    memory_fails: bool | None = None
    skip: tuple[SkipRule, ...] = Field(default=(), max_length=MOST_RULES)
    limits: tuple[LimitRule, ...] = Field(default=(), max_length=MOST_RULES)
    times: tuple[TimesRule, ...] = Field(default=(), max_length=MOST_RULES)
    targets: tuple[ReferenceTarget, ...] = Field(default=(), max_length=MOST_RULES)

    def skipped_by(self, benchmark: BenchmarkId) -> SkipRule | None:
        """The first rule that leaves this benchmark out."""
        return self._skips.first(benchmark)

    def limit_rules(self, benchmark: BenchmarkId, setting: str) -> tuple[LimitRule, ...]:
        """The most specific rules that set this limit; several only where they are equally specific."""
        return self._limits[setting].most_specific(benchmark)

    def times_rules(self, benchmark: BenchmarkId, setting: str) -> tuple[TimesRule, ...]:
        """The most specific rules that set this time; several only where they are equally specific."""
        return self._times[setting].most_specific(benchmark)

    def times_of(self, benchmark: BenchmarkId) -> Times:
        """The benchmark's times; of equally specific rules the longer time holds."""
        found = {
            setting: [getattr(rule, setting) for rule in self.times_rules(benchmark, setting)]
            for setting in self._times
        }
        return Times.model_validate({name: max(values) for name, values in found.items() if values})

    @cached_property
    def _skips(self) -> Matching[SkipRule]:
        return Matching(self.skip)

    @cached_property
    def _limits(self) -> dict[str, Matching[LimitRule]]:
        return _by_setting(self.limits, LimitRule)

    @cached_property
    def _times(self) -> dict[str, Matching[TimesRule]]:
        return _by_setting(self.times, TimesRule)


AnyRule = TypeVar("AnyRule", LimitRule, TimesRule)


def _by_setting(rules: tuple[AnyRule, ...], kind: type[AnyRule]) -> dict[str, Matching[AnyRule]]:
    """The rules that set it, for each setting of their kind."""
    settings = [name for name in kind.model_fields if name not in Rule.model_fields]
    return {name: Matching(rule for rule in rules if getattr(rule, name) is not None) for name in settings}
