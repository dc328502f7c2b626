"""What rules do to the benchmarks that were found is told."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark_ci.build.discovery import selected
from benchmark_ci.build.rules import insist_on_memory, remarks
from benchmark_ci.errors import BadInputs
from benchmark_ci.judge.comparison import compare
from benchmark_ci.judge.nothing import nothing_compared
from benchmark_ci.model import Config, LimitRule, ReferenceTarget, Settings, Side, SkipRule, TimesRule
from tests.engine import bench, discovered, header, recording

FOUND = [discovered(bench(name)) for name in ("parse/a", "parse/b", "io/net", "sum")]


def config(**rules: Any) -> Config:
    return Config(path="benchmark-ci.toml", side=Side.CURRENT, **rules)


def skip(*patterns: str) -> tuple[SkipRule, ...]:
    return tuple(SkipRule(pattern=one, line=line) for line, one in enumerate(patterns, start=1))


def limits(**patterns: float) -> tuple[LimitRule, ...]:
    return tuple(
        LimitRule(pattern=one, line=line, threshold_percent=limit)
        for line, (one, limit) in enumerate(patterns.items(), start=11)
    )


def told(rules: Config | None, **inputs: Any) -> list[str]:
    return remarks(FOUND, Settings(**inputs), rules)


def test_without_a_file_there_is_nothing_to_tell() -> None:
    assert told(None) == []
    assert told(config(limits=limits(**{"parse/*": 5, "sum": 3}))) == []


def test_what_is_skipped_is_named_with_the_line() -> None:
    rules = config(skip=skip("parse/*", "parse/a", "sum"))
    assert told(rules) == [
        "2 benchmarks are skipped by `benchmark-ci.toml`, line 1: `parse/a`, `parse/b`.",
        "1 benchmark is skipped by `benchmark-ci.toml`, line 3: `sum`.",
    ]
    left = [one.id.full_id for one in FOUND if selected(one.id, Settings(), rules)]
    assert left == ["io/net"]


def test_what_an_input_left_out_is_not_skipped_by_the_file() -> None:
    assert told(config(skip=skip("parse/*")), filter=("^parse/b$",)) == [
        "1 benchmark is skipped by `benchmark-ci.toml`, line 1: `parse/b`."
    ]
    assert told(config(skip=skip("parse/*")), filter=("^sum$",)) == []


def test_many_are_counted() -> None:
    many = [discovered(bench(f"g/{number}")) for number in range(12)]
    (only,) = remarks(many, Settings(), config(skip=skip("g/*")))
    assert only.startswith("12 benchmarks are skipped") and only.endswith("`g/4` and 7 more.")


def test_rules_that_match_nothing_are_named_together() -> None:
    rules = config(
        skip=skip("prase/*"),
        limits=limits(parse=5, sum=3),
        times=(TimesRule(pattern="train/*", line=20, limit_seconds=900),),
    )
    assert told(rules) == [
        "`benchmark-ci.toml`: `prase/*` (line 1), `parse` (line 11), `train/*` (line 20) match no "
        "benchmark of this run. For a whole group write `parse/*`."
    ]


def test_a_narrowed_run_says_so() -> None:
    (only,) = told(config(limits=limits(other=5)), benches=("parse",), packages=("p",))
    assert only.endswith("matches no benchmark of this run (`packages` and `benches` narrow it).")
    (only,) = told(config(limits=limits(other=5)), benches=("parse",))
    assert only.endswith("of this run (`benches` narrows it).")
    assert told(config(limits=limits(sum=5)), filter=("^io/",)) == [], "filters do not hide what is there"


def test_limits_of_what_is_skipped_have_no_effect() -> None:
    assert told(config(skip=skip("parse/*"), limits=limits(**{"parse/a": 5, "*/b": 3, "*": 7})))[1:] == [
        "`benchmark-ci.toml`: `parse/a` (line 11), `*/b` (line 12) match only benchmarks that the file skips."
    ]


def test_contradictions_are_named_with_both_lines() -> None:
    rules = config(limits=limits(**{"p*?a": 5, "p*a?": 6, "io/*": 3}))
    assert told(rules)[0].startswith("`benchmark-ci.toml`: `p*a?` (line 12) matches no benchmark")
    both = remarks([discovered(bench("paaa"))], Settings(), rules)
    assert both[-1] == (
        "`benchmark-ci.toml`: `p*?a` (line 11), `p*a?` (line 12) are equally specific and contradict each "
        "other on `paaa`; the lowest limit holds."
    )
    same = config(limits=limits(**{"p*?a": 5, "p*a?": 5}))
    assert remarks([discovered(bench("paaa"))], Settings(), same) == []


def times(**rules: tuple[float | None, float | None]) -> tuple[TimesRule, ...]:
    return tuple(
        TimesRule(pattern=one, line=line, limit_seconds=limit, measurement_seconds=measures)
        for line, (one, (limit, measures)) in enumerate(rules.items(), start=21)
    )


def test_times_that_contradict_each_other_are_named_with_their_lines() -> None:
    def of(**rules: tuple[float | None, float | None]) -> list[str]:
        return remarks([discovered(bench("paaa"))], Settings(), config(times=times(**rules)))

    assert of(**{"p*?a": (60, None), "p*a?": (90, None)}) == [
        "`benchmark-ci.toml`: `p*?a` (line 21), `p*a?` (line 22) are equally specific and contradict each "
        "other on `paaa`; the longest time holds."
    ]
    assert of(**{"pa*": (60, None), "paa*": (None, 50)}) == [
        "`benchmark-ci.toml`: `pa*` (line 21), `paa*` (line 22) let `paaa` measure longer, with its warm-up, "
        "than limit_seconds lets it run."
    ]
    assert of(**{"pa*": (75, None), "paa*": (None, 50)}) == []


def test_a_file_that_skips_everything_is_named() -> None:
    head = header().model_copy(update={"config": config(skip=skip("*"))})
    nothing = recording([], found=[], head=head)
    assert nothing.preparation
    nothing = nothing.model_copy(update={"preparation": nothing.preparation.model_copy(update={"listed": 4})})
    error = nothing_compared(nothing, compare(nothing))
    assert error is not None
    assert "and the `skip` of `benchmark-ci.toml`, leave none of the 4 benchmarks" in error.message


def target(benchmark: str, line: int, memory_percent: float | None) -> ReferenceTarget:
    return ReferenceTarget(
        benchmark=benchmark,
        reference_command=("ref",),
        times_faster=2,
        memory_percent=memory_percent,
        line=line,
    )


TARGETS = config(targets=(target("parse/a", 3, None), target("parse/b", 7, 50), target("sum", 12, 50)))


def test_a_demand_on_memory_that_is_not_measured_is_a_bad_input() -> None:
    with pytest.raises(BadInputs) as caught:
        insist_on_memory(TARGETS, Settings(memory=False))
    first, second = caught.value.problems
    assert first.message == (
        "`benchmark-ci.toml` of current, line 7: the target of `parse/b` has `memory_percent`, but the input "
        "`memory` is off."
    )
    assert "line 12: the target of `sum`" in second.message and "Leave `memory` on" in second.remedy


@pytest.mark.parametrize(
    ("rules", "inputs"),
    [
        (TARGETS, {}),
        (None, {"memory": False}),
        (TARGETS, {"memory": False, "filter": ("^parse/a$",)}),
        (config(targets=(target("sum", 3, None),)), {"memory": False}),
    ],
)
def test_elsewhere_memory_may_be_off(rules: Config | None, inputs: dict[str, Any]) -> None:
    insist_on_memory(rules, Settings(**inputs))
