"""What two files say differently, in a few words: whoever reviews a change should see a looser limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmark_ci.model import Config, LimitRule
from benchmark_ci.parsers import shown

NAMED = 5

_UNITS = {
    "threshold_percent": ("threshold", " %"),
    "memory_threshold_percent": ("memory_threshold", " %"),
    "memory_limit_mb": ("memory_limit", " MB"),
    "memory_fails": ("memory_fail", ""),
}
_Limits = Mapping[tuple[str, str], float]  # pattern (empty: for all), setting → value


def difference(baseline: Config, current: Config) -> str:
    """`threshold 5 → 50 %, `parse/*` threshold 5 % → none`; empty where both say the same.

    Lines, comments and order say nothing.
    """
    found = [
        *_limits(_limits_of(baseline), _limits_of(current)),
        *_skips({rule.pattern for rule in baseline.skip}, {rule.pattern for rule in current.skip}),
        *(name for name in ("times", "targets") if _said(baseline, name) != _said(current, name)),
    ]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more


def _limits_of(config: Config) -> _Limits:
    """Every value that is set."""
    rules: tuple[tuple[str, Config | LimitRule], ...] = (
        ("", config),
        *((rule.pattern, rule) for rule in config.limits),
    )
    return {
        (pattern, setting): value
        for pattern, rule in rules
        for setting in _UNITS
        if (value := getattr(rule, setting)) is not None
    }


def _limits(baseline: _Limits, current: _Limits) -> Iterator[str]:
    for key in dict.fromkeys([*baseline, *current]):
        before, now = baseline.get(key), current.get(key)
        if before != now:
            pattern, (name, unit) = key[0], _UNITS[key[1]]
            where = f"{shown(pattern)} " if pattern else ""
            yield f"{where}{name} {_value(before, unit)} → {_value(now, unit)}"


def _value(value: float | None, unit: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "unset" if value is None else f"{value:g}{unit}"


def _skips(baseline: set[str], current: set[str]) -> Iterator[str]:
    yield from (f"{shown(one)} skipped" for one in sorted(current - baseline))
    yield from (f"{shown(one)} no longer skipped" for one in sorted(baseline - current))


def _said(config: Config, rules: str) -> list[str]:
    return sorted(str(rule.model_dump(exclude={"line"})) for rule in getattr(config, rules))
