"""The one sentence, in every case."""

# ruff: noqa: E501 (a case per line reads best)

import pytest

from benchmark_ci.model import Commit, FailOn, Overall, Report, Result, Verdict
from benchmark_ci.report.headline import headline
from tests.report import samples
from tests.report.samples import many, measured, report


def of(**amounts: int) -> list[Result]:
    return [result for name, amount in amounts.items() for result in many(Verdict[name.upper()], amount)]


CASES = {
    "❌ 2 of 84 benchmarks are slower by more than 10 % (78 run the same code, 3 timed, 3 inconclusive)": report(
        of(regressed=2, unchanged=1, inconclusive=3, identical=78)
    ),
    "❌ 1 of 3 benchmarks is slower by more than 10 % (3 timed)": report(of(regressed=1, unchanged=2)),
    "❌ 1 of 1 benchmark is slower by more than 10 % (1 timed)": report(of(regressed=1)),
    "❌ 1 benchmark stopped working (2 timed, 1 failed)": report(of(failed=1, unchanged=2)),
    "❌ 3 benchmarks stopped working (3 failed)": report(of(failed=3)),
    "❌ 1 of 3 benchmarks is slower by more than 10 %, and 2 stopped working (1 timed, 2 failed)": report(
        of(regressed=1, failed=2)
    ),
    "❌ 2 of 2 benchmarks are slower by more than their limit (2 timed)": report(
        [measured("a", Verdict.REGRESSED, 20.0, limit=5), measured("b", Verdict.REGRESSED, 20.0, limit=10)]
    ),
    "❌ 1 of 1 benchmark is slower by more than 5 % (1 timed)": report(
        [measured("a", Verdict.REGRESSED, 20.0, limit=5)]
    ),
    "✅ No benchmark is slower by more than 10 % (81 run the same code, 3 timed)": samples.green(),
    "✅ No benchmark is slower by more than 10 % (all 84 run the same code)": report(of(identical=84)),
    "✅ No benchmark is slower by more than 10 % (it runs the same code)": report(of(identical=1)),
    "✅ No benchmark is slower by more than 10 % (1 runs the same code, 9 timed, 3 inconclusive)": report(
        of(identical=1, unchanged=9, inconclusive=3)
    ),
    "✅ No benchmark is slower by more than 7.5 % (2 timed)": report(
        [measured(name, Verdict.UNCHANGED, 1.0, limit=7.5) for name in "ab"], threshold_percent=7.5
    ),
    "✅ No benchmark is slower by more than its limit (2 timed)": report(
        [measured("a", Verdict.UNCHANGED, 1.0, limit=5), measured("b", Verdict.UNCHANGED, 1.0, limit=10)]
    ),
    "✅ No benchmark is slower by more than 10 % (1 timed, 1 changed only by where the code lies)": report(
        of(unchanged=1, placement=1)
    ),
    "✅ 1 of 3 benchmarks is faster, none is slower by more than 10 % (3 timed)": report(
        of(improved=1, unchanged=2)
    ),
    "⚠️ Could not tell whether any of 3 benchmarks is slower by more than 10 % (3 inconclusive)": report(
        of(inconclusive=3)
    ),
    "⚠️ Could not tell whether 6 of 84 benchmarks are slower by more than 10 %"
    " (78 run the same code, 6 inconclusive)": report(of(inconclusive=6, identical=78)),
    "⚠️ Could not tell whether 5 of 6 benchmarks are slower by more than 10 %"
    " (1 timed, 3 inconclusive, 2 not reached)": report(of(unchanged=1, inconclusive=3, not_reached=2)),
    "❌ Could not tell whether 1 of 9 benchmarks is slower by more than 10 % (8 timed, 1 inconclusive)": report(
        of(unchanged=8, inconclusive=1), fail_on=FailOn.INCONCLUSIVE, fails_job=True
    ),
    "❌ No benchmark could be compared (3 new, 2 removed)": report(of(new=3, removed=2)),
    "❌ No verdict, because the run failed": report(
        verdict=Overall.FAILED, error="Could not fetch.", fails_job=True
    ),
    "Baseline and current are the same commit, so nothing had to be compared": report(
        verdict=Overall.IDENTICAL, current=Commit(sha=samples.BASELINE, what="main")
    ),
}


@pytest.mark.parametrize(("wanted", "given"), CASES.items())
def test_headline(wanted: str, given: Report) -> None:
    assert str(headline(given)) == wanted


@pytest.mark.parametrize("given", [one for one in CASES.values() if one.counts["inconclusive"]])
def test_what_stayed_open_is_always_in_the_bracket(given: Report) -> None:
    assert "inconclusive" in headline(given).bracket


def test_a_name_stands_before_the_sentence() -> None:
    said = headline(report(of(regressed=1)))
    assert said.of("arm").marked == "❌ arm: 1 of 1 benchmark is slower by more than 10 %"
    assert said.of("") == said
