"""Patterns: what they match, and which is the most specific."""

from __future__ import annotations

import re
import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.model import BenchmarkId, Config, LimitRule, Side, Times, TimesRule
from benchmark_ci.model.patterns import escaped, pattern
from tests.engine import bench

SMALL = st.text("ab/*?", max_size=8)
IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def config(**limits: float) -> Config:
    rules = tuple(
        LimitRule(pattern=one, line=line, threshold_percent=limit)
        for line, (one, limit) in enumerate(limits.items(), start=1)
    )
    return Config(path="benchmark-ci.toml", side=Side.CURRENT, limits=rules)


@pytest.mark.parametrize(
    ("text", "full_id", "matches"),
    [
        ("parse", "parse", True),
        ("parse", "parse/x", False),
        ("parse/*", "parse/x", True),
        ("parse/*", "parse/x/1024", True),
        ("parse/*", "parse/", True),
        ("parse/*", "parse", False),
        ("parse/*", "reparse/x", False),
        ("*", "", True),
        ("*/1024", "a/b/1024", True),
        ("*/1024", "a/b/10240", False),
        ("p?rse", "parse", True),
        ("p?rse", "prse", False),
        ("a[bc]", "a[bc]", True),
        ("a[bc]", "ab", False),
        ("a.b", "axb", False),
        (r"a\*", "a*", True),
        (r"a\*", "ab", False),
        (r"a\?b", "a?b", True),
        ("a\\\\*", "a\\b", True),
        ("a\\n", "a\\n", True),
        ("a\\", "a\\", True),
        ("*", "two\nlines", True),
        ("Parse", "parse", False),
        ("größe/*", "größe/1", True),
        ("crate/bench: parse/*", "parse/x", True),
        ("crate/*: parse/*", "parse/x", True),
        ("other/bench: parse/*", "parse/x", False),
        ("c?ate/bench: *", "parse/x", True),
        ("crate/bench: parse", "crate/bench: parse", False),
        (r"crate/bench\: parse", "crate/bench: parse", True),
        ("sum: all", "sum: all", True),
    ],
)
def test_what_a_pattern_matches(text: str, full_id: str, matches: bool) -> None:
    assert pattern(text).matches(bench(full_id)) is matches


@given(SMALL.filter(bool), st.text("ab/", max_size=8))
def test_wildcards_are_those_of_a_shell_that_knows_no_folders(text: str, full_id: str) -> None:
    assert pattern(text).matches(bench(full_id)) == fnmatchcase(full_id, text)


@given(IDS, IDS)
def test_an_escaped_id_matches_itself_alone(full_id: str, other: str) -> None:
    one = pattern(escaped(full_id))
    assert one.exact
    assert one.matches(bench(full_id))
    assert one.matches(bench(other)) == (full_id == other)


@given(SMALL.filter(bool), SMALL.filter(bool), st.text("ab/", max_size=8))
def test_equal_patterns_match_the_same(one: str, other: str, full_id: str) -> None:
    if pattern(one) == pattern(other):
        assert pattern(one).matches(bench(full_id)) == pattern(other).matches(bench(full_id))


def test_neighbouring_wildcards_have_one_spelling() -> None:
    assert pattern("a**b") == pattern("a*b")
    assert pattern("a*?*?b") == pattern("a??*b")


@given(st.text(min_size=1, max_size=500), IDS)
def test_any_text_is_a_pattern(text: str, full_id: str) -> None:
    one = pattern(text)
    assert one.matches(bench(full_id)) in (True, False)
    assert one.exact == (one.rank[0])


def test_no_pattern_is_slow() -> None:
    started = time.monotonic()
    assert not pattern("*a" * 200 + "b").matches(bench("a" * 5000))
    assert not pattern("*?" * 250 + "b").matches(bench("a" * 5000))
    assert time.monotonic() - started < 5


ORDER = [
    "*",
    "*/1024",
    "crate/*: */1024",
    "crate/bench: */1024",
    "p*24",
    "parse/*",
    "parse/*/*",
    "parse/*/1024",
    "parse/json/*",
    "parse/json/10?4",
    "parse/json/102?",
    "parse/json/1024",
    "crate/bench: parse/json/1024",
]
"""From the least specific to the most; all match `parse/json/1024`."""


def test_the_most_specific_pattern_decides() -> None:
    ranks = [pattern(one).rank for one in ORDER]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


@given(st.lists(st.sampled_from(ORDER), min_size=1, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_lines_never_matters(patterns: list[str], source: object) -> None:
    rules = config(**{one: ORDER.index(one) + 1 for one in patterns})
    (rule,) = rules.limit_rules(bench("parse/json/1024"), "threshold_percent")
    assert rule.pattern == max(patterns, key=ORDER.index)


def test_each_value_has_its_own_most_specific_rule() -> None:
    rules = Config(
        path="benchmark-ci.toml",
        side=Side.CURRENT,
        times=(
            TimesRule(pattern="train/*", line=1, limit_seconds=900, measurement_seconds=1),
            TimesRule(pattern="train/big", line=2, limit_seconds=1800),
            TimesRule(pattern="t*/big", line=3, limit_seconds=3600),
        ),
    )
    assert rules.times_of(bench("train/big")) == Times(limit_seconds=1800, measurement_seconds=1)
    assert rules.times_of(bench("train/small")) == Times(limit_seconds=900, measurement_seconds=1)
    assert rules.times_of(bench("parse")) == Times()


def test_of_equally_specific_times_the_longest_holds() -> None:
    rules = Config(
        path="benchmark-ci.toml",
        side=Side.CURRENT,
        times=(
            TimesRule(pattern="a*?c", line=1, limit_seconds=900),
            TimesRule(pattern="a*c?", line=2, limit_seconds=1800),
        ),
    )
    assert rules.times_of(bench("abcc")) == Times(limit_seconds=1800)


def test_package_and_target_are_parts_of_a_benchmark() -> None:
    other = BenchmarkId(package="crate", target="other", full_id="parse/x")
    assert pattern("crate/bench: parse/*").matches(bench("parse/x"))
    assert not pattern("crate/bench: parse/*").matches(other)
    assert re.match("crate/other: ", str(other)), "as benchmarks are shown"
