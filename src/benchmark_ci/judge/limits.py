"""Which limit holds for a benchmark, and which rule of `benchmark-ci.toml` says so."""

from __future__ import annotations

from benchmark_ci.model import BYTES_PER_MB, BenchmarkId, Config, LimitRule, Noun


class Limit(Noun):
    """The change in time that a benchmark may show, in percent."""

    percent: float
    rule: str = ""  # pattern and line; empty: the run's threshold


class MemoryLimits(Noun):
    """What peak memory a benchmark may have; None: the file does not say."""

    threshold_percent: float | None = None  # of growth
    limit_bytes: int | None = None
    fails: bool = False  # the job, where there is something to warn of


def limit_of(benchmark: BenchmarkId, threshold_percent: float, config: Config | None) -> Limit:
    """The limit of the most specific rule, else the run's threshold.

    Where several rules are equally specific, the lowest limit holds.
    """
    rule = _strictest(benchmark, "threshold_percent", config)
    if rule is None or rule.threshold_percent is None:
        return Limit(percent=threshold_percent)
    return Limit(percent=rule.threshold_percent, rule=f"{rule.pattern} (line {rule.line})")


def memory_limits_of(benchmark: BenchmarkId, config: Config | None) -> MemoryLimits:
    """The memory limits of the most specific rules, else the file's for all benchmarks."""
    if config is None:
        return MemoryLimits()
    growth = _strictest(benchmark, "memory_threshold_percent", config) or config
    most = _strictest(benchmark, "memory_limit_mb", config) or config
    failing = config.limit_rules(benchmark, "memory_fails") or (config,)
    return MemoryLimits(
        threshold_percent=growth.memory_threshold_percent,
        limit_bytes=None if most.memory_limit_mb is None else round(most.memory_limit_mb * BYTES_PER_MB),
        fails=any(one.memory_fails for one in failing),
    )


def _strictest(benchmark: BenchmarkId, setting: str, config: Config | None) -> LimitRule | None:
    rules = config.limit_rules(benchmark, setting) if config else ()
    return min(rules, key=lambda rule: float(getattr(rule, setting)), default=None)
