"""What the rules of `benchmark-ci.toml` do to the benchmarks that were found; none does it silently."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from benchmark_ci.build.discovery import asked_for
from benchmark_ci.errors import BadInput, BadInputs
from benchmark_ci.model import BenchmarkId, Config, Discovered, LimitRule, Rule, Settings, SkipRule, TimesRule
from benchmark_ci.model.matching import Meeting

NAMED = 5
"""Benchmarks and rules that a caution names; the others are counted."""


def insist_on_memory(config: Config | None, settings: Settings) -> None:
    """Raises BadInputs where targets demand something of memory, and the input `memory` switches it off."""
    if config is None or settings.memory:
        return
    problems = [
        BadInput(
            f"`{config.path}` of {config.side}, line {one.line}: the target of `{one.benchmark}` has "
            "`memory_percent`, but the input `memory` is off.",
            "Leave `memory` on, or take `memory_percent` out.",
        )
        for one in config.targets
        if one.memory_percent is not None and asked_for(one.benchmark, settings)
    ]
    if problems:
        raise BadInputs(problems)


def remarks(every: Iterable[Discovered], settings: Settings, config: Config | None) -> list[str]:
    """Cautions: what is skipped, which rules do nothing, and which limits contradict each other.

    `every` is what both sides list, before anything was left out.
    """
    if config is None:
        return []
    found = [one.id for one in every]
    skipped = {one: rule for one in found if (rule := config.skipped_by(one))}
    return [
        *_skips(config, {one: rule for one, rule in skipped.items() if asked_for(one.full_id, settings)}),
        *_without_effect(config, found, skipped.keys(), settings),
        *_contradictions(config, [one for one in found if one not in skipped]),
    ]


def _skips(config: Config, skipped: dict[BenchmarkId, SkipRule]) -> Iterator[str]:
    for rule in config.skip:
        names = [one.full_id for one, by in skipped.items() if by is rule]
        if names:
            what = "1 benchmark is" if len(names) == 1 else f"{len(names)} benchmarks are"
            yield f"{what} skipped by `{config.path}`, line {rule.line}: {_listed(names)}."


def _without_effect(
    config: Config, found: list[BenchmarkId], skipped: Collection[BenchmarkId], settings: Settings
) -> Iterator[str]:
    every = Meeting(found)
    idle = [rule for rule in (*config.skip, *config.limits, *config.times) if not every.any(rule)]
    if idle:
        narrowed = [f"`{name}`" for name in ("packages", "benches") if getattr(settings, name)]
        why = f" ({' and '.join(narrowed)} narrow{'s' * (len(narrowed) == 1)} it)" if narrowed else ""
        hint = "" if narrowed else _hint(idle, found)
        yield f"`{config.path}`: {_rules(idle)} {_verb(idle)} no benchmark of this run{why}.{hint}"
    left = Meeting(one for one in found if one not in skipped)
    void = []
    if skipped:
        left, idle_ones = Meeting(one for one in found if one not in skipped), set(map(id, idle))
        rest = (rule for rule in (*config.limits, *config.times) if id(rule) not in idle_ones)
        void = [rule for rule in rest if not left.any(rule)]
    if void:
        yield f"`{config.path}`: {_rules(void)} {_verb(void)} only benchmarks that the file skips."


def _hint(idle: list[Rule], found: list[BenchmarkId]) -> str:
    """A group's bare name is the likeliest mistake."""
    groups = {one.full_id.partition("/")[0] for one in found if "/" in one.full_id}
    meant = [f"`{rule.pattern}/*`" for rule in idle if rule.pattern in groups]
    return f" For a whole group write {', '.join(meant[:NAMED])}." if meant else ""


def _contradictions(config: Config, left: list[BenchmarkId]) -> Iterator[str]:
    """Rules that say different things of one benchmark: equally specific ones, and times that do not fit."""
    told: set[tuple[int, ...]] = set()  # by their lines
    for benchmark in left:
        for rules, what in _contradicting(config, benchmark):
            lines = tuple(rule.line for rule in rules)
            if lines not in told:
                told.add(lines)
                yield f"`{config.path}`: {_rules(rules)} {what.format(f'`{benchmark.full_id}`')}."


def _contradicting(config: Config, benchmark: BenchmarkId) -> Iterator[tuple[tuple[Rule, ...], str]]:
    """Rules, and what is the matter with them on {}."""
    equal = "are equally specific and contradict each other on {}; "
    for setting in _settings(LimitRule):
        limits = config.limit_rules(benchmark, setting)
        if len({getattr(rule, setting) for rule in limits}) > 1:
            yield limits, equal + ("it fails" if setting == "memory_fails" else "the lowest limit holds")
    times = {setting: config.times_rules(benchmark, setting) for setting in _settings(TimesRule)}
    for setting, rules in times.items():
        if len({getattr(rule, setting) for rule in rules}) > 1:
            yield rules, f"{equal}the longest time holds"
    if config.times_of(benchmark).contradictory:
        together = dict.fromkeys(rule for rules in times.values() for rule in rules)
        yield tuple(together), "let {} measure longer, with its warm-up, than limit_seconds lets it run"


def _settings(kind: type[Rule]) -> list[str]:
    return [name for name in kind.model_fields if name not in Rule.model_fields]


def _verb(rules: Sequence[Rule]) -> str:
    return "matches" if len(rules) == 1 else "match"


def _rules(rules: Iterable[Rule]) -> str:
    return _listed([f"{rule.pattern}` (line {rule.line})" for rule in rules], close="")


def _listed(names: list[str], close: str = "`") -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(f"`{name}{close}" for name in names[:NAMED]) + more
