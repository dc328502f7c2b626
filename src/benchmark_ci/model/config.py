"""What `benchmark-ci.toml` says, as far as it was found to be sound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypeVar

from pydantic import Field

from benchmark_ci.model.base import Noun, Side
from benchmark_ci.model.build import BenchmarkId
from benchmark_ci.model.patterns import pattern
from benchmark_ci.model.reference import ReferenceTarget

MOST_RULES = 1000
LONGEST_PATTERN = 500
BYTES_PER_MB = 1_000_000

Percent = Annotated[float, Field(gt=0, le=1000)]
Megabytes = Annotated[float, Field(gt=0, le=10_000_000)]
LimitSeconds = Annotated[float, Field(ge=1, le=21_600)]
MeasurementSeconds = Annotated[float, Field(ge=0.01, le=60)]


class Rule(Noun):
    """What holds for the benchmarks that a pattern matches."""

    pattern: str = Field(min_length=1, max_length=LONGEST_PATTERN)
    line: int = 0  # in the file

    def matches(self, benchmark: BenchmarkId) -> bool:
        """Whether it is about this benchmark."""
        return pattern(self.pattern).matches(benchmark)


class SkipRule(Rule):
    """Benchmarks that are left out."""


class LimitRule(Rule):
    """Limits; what is None is left to less specific rules."""

    threshold_percent: Percent | None = None
    memory_threshold_percent: Percent | None = None
    memory_limit_mb: Megabytes | None = None


class TimesRule(Rule):
    """Times of slow benchmarks; what is None is left to less specific rules."""

    limit_seconds: LimitSeconds | None = None
    measurement_seconds: MeasurementSeconds | None = None


class Times(Noun):
    """The times of one benchmark; None: as for every other."""

    limit_seconds: float | None = None  # that one process may take
    measurement_seconds: float | None = None  # that a process measures


class Config(Noun):
    """The rules of a run, from the file that counted."""

    path: str
    side: Side  # whose commit it was read from
    threshold_percent: Percent | None = None  # for benchmarks without a rule of their own
    memory_threshold_percent: Percent | None = None
    memory_limit_mb: Megabytes | None = None
    skip: tuple[SkipRule, ...] = Field(default=(), max_length=MOST_RULES)
    limits: tuple[LimitRule, ...] = Field(default=(), max_length=MOST_RULES)
    times: tuple[TimesRule, ...] = Field(default=(), max_length=MOST_RULES)
    targets: tuple[ReferenceTarget, ...] = Field(default=(), max_length=MOST_RULES)

    def skipped_by(self, benchmark: BenchmarkId) -> SkipRule | None:
        """The first rule that leaves this benchmark out."""
        return next((rule for rule in self.skip if rule.matches(benchmark)), None)

    def limit_rules(self, benchmark: BenchmarkId, setting: str) -> tuple[LimitRule, ...]:
        """The most specific rules that set this limit; several only where they are equally specific."""
        return _most_specific(self.limits, benchmark, setting)

    def times_of(self, benchmark: BenchmarkId) -> Times:
        """The benchmark's times; of equally specific rules the longer time holds."""
        found = {
            setting: [getattr(rule, setting) for rule in _most_specific(self.times, benchmark, setting)]
            for setting in Times.model_fields
        }
        return Times.model_validate({name: max(values) for name, values in found.items() if values})


AnyRule = TypeVar("AnyRule", LimitRule, TimesRule)


def _most_specific(rules: Iterable[AnyRule], benchmark: BenchmarkId, setting: str) -> tuple[AnyRule, ...]:
    matching = [rule for rule in rules if getattr(rule, setting) is not None and rule.matches(benchmark)]
    best = max((pattern(rule.pattern).rank for rule in matching), default=None)
    return tuple(rule for rule in matching if pattern(rule.pattern).rank == best)
