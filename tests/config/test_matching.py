"""Rules that are sorted to be found quickly are those that a walk over all of them finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.model import BenchmarkId, Config, LimitRule, Side, SkipRule
from benchmark_ci.model.matching import Matching, Meeting
from benchmark_ci.model.patterns import pattern

TEXTS = st.text("ab/", max_size=5)
PATTERNS = st.text("ab/*?", min_size=1, max_size=5) | st.text("ab/*?", min_size=1, max_size=3).map(
    "crate/b*: {}".format
)
RULES = st.lists(PATTERNS, max_size=12).map(
    lambda texts: tuple(SkipRule(pattern=text, line=line) for line, text in enumerate(texts))
)
BENCHMARKS = st.builds(
    BenchmarkId, package=st.just("crate"), target=st.sampled_from(["bench", "other"]), full_id=TEXTS
)


@given(RULES, BENCHMARKS)
def test_the_first_and_the_most_specific_are_those_of_a_walk_over_all(
    rules: tuple[SkipRule, ...], benchmark: BenchmarkId
) -> None:
    matching = [rule for rule in rules if pattern(rule.pattern).matches(benchmark)]
    best = max((pattern(rule.pattern).rank for rule in matching), default=None)
    found = Matching(rules)
    assert found.first(benchmark) == (matching[0] if matching else None)
    assert found.most_specific(benchmark) == tuple(
        rule for rule in matching if pattern(rule.pattern).rank == best
    )


@given(RULES, st.lists(BENCHMARKS, max_size=6))
def test_whether_any_is_met(rules: tuple[SkipRule, ...], benchmarks: list[BenchmarkId]) -> None:
    together = Meeting(benchmarks)
    for rule in rules:
        assert together.any(rule) == any(pattern(rule.pattern).matches(one) for one in benchmarks)


def test_few_rules_of_many_are_tried_on_a_benchmark() -> None:
    """Counted in what is looked at, not in time: a rule with another beginning is never tried."""
    rules = tuple(LimitRule(pattern=f"many{n}/*", line=n, threshold_percent=5) for n in range(1000))
    config = Config(path="benchmark-ci.toml", side=Side.CURRENT, limits=rules)
    benchmark = BenchmarkId(package="crate", target="bench", full_id="many7/parse")
    assert config.limit_rules(benchmark, "threshold_percent") == (rules[7],)
    assert config.limit_rules(benchmark, "memory_limit_mb") == ()
    compiled = [rule for rule in rules if "_what" in vars(pattern(rule.pattern))]
    assert compiled == [rules[7]]
