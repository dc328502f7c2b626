"""The page stands alone, and names in it are text."""

import re
from html.parser import HTMLParser

import pytest

from benchmark_ci.model import Report, TargetVerdict, Verdict
from benchmark_ci.report import selection
from benchmark_ci.report.page import page
from benchmark_ci.report.plot import forest
from benchmark_ci.report.table import row
from tests.report import samples
from tests.report.samples import against, many, measured, report, unmeasured

EVIL = "</script><script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>\"'`{{ 7*7 }}\u202e"


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


REPORTS = {
    "rich": samples.rich(),
    "small": samples.small(),
    "green": samples.green(),
    "nothing": report(error="a\nb", remedy="Do `this`."),
    "evil": report(
        [
            measured(EVIL, Verdict.REGRESSED, 20.0, target=EVIL, reason=EVIL, rule=EVIL),
            unmeasured(EVIL, Verdict.FAILED, EVIL, last_lines=EVIL),
        ],
        targets=(
            against(EVIL, TargetVerdict.MISSED, 2, reference=("sh", EVIL)),
            against(EVIL, TargetVerdict.NOT_MEASURED, reference=EVIL, reason=EVIL, last_lines=EVIL),
        ),
        cautions=(EVIL,),
        error=EVIL,
        remedy=EVIL,
    ),
}


@pytest.mark.parametrize("given", REPORTS.values(), ids=REPORTS)
def test_nothing_is_fetched(given: Report) -> None:
    elements = Elements(page(given)).found
    assert [tag for tag, _ in elements].count("script") == 1
    assert not {"img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in elements}
    for _, attributes in elements:
        assert not {"src", "style", "onerror", "onclick", "xlink:href"} & set(attributes)
        assert attributes.get("href") in (None, "data:,")


@pytest.mark.parametrize("given", REPORTS.values(), ids=REPORTS)
def test_neither_style_nor_script_reaches_out(given: Report) -> None:
    own = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", page(given), re.DOTALL)
    assert len(own) == 2
    assert not any(word in code for code in own for word in ("http", "url(", "@import", "fetch", "innerHTML"))


def test_policy_allows_only_what_is_inside() -> None:
    html = page(samples.small())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]


def test_hostile_names_are_text() -> None:
    html = page(REPORTS["evil"])
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in html
    assert "{{ 7*7 }}" in html
    assert "\u202e" not in html


def test_every_benchmark_has_a_row() -> None:
    rich = samples.rich()
    assert page(rich).count("<tr data-name") == len(rich.benchmarks)


def test_plot_keeps_far_values_inside_and_says_what_it_leaves_out() -> None:
    drawn = forest(report([measured("far", Verdict.REGRESSED, 5000.0, 900.0), *many(Verdict.UNCHANGED, 200)]))
    assert drawn
    assert drawn.marks[0].beyond_high
    assert drawn.left_out == 81
    assert all(drawn.left <= mark.low <= mark.middle <= mark.high <= drawn.right for mark in drawn.marks)
    assert any(tick.zero for tick in drawn.ticks)


def test_plot_needs_something_measured() -> None:
    assert forest(report(many(Verdict.IDENTICAL, 3))) is None


def test_page_is_the_same_each_time() -> None:
    assert page(samples.rich()) == page(samples.rich())


def test_a_limit_that_is_not_the_threshold_names_its_rule() -> None:
    text = page(report([measured("a", Verdict.UNCHANGED, 1.0, limit=5, rule="a* (line 4)")]))
    assert '5 %<span class="small rule">a* (line 4)</span>' in text
    assert "(line" not in page(samples.small())


def test_what_was_not_timed_was_held_against_no_limit() -> None:
    result = unmeasured("broken", Verdict.FAILED, "it panicked")
    found = row(result)
    assert (found.limit, found.limit_rule) == (selection.NONE, "")
    assert found.limit_key < row(measured("a", Verdict.UNCHANGED, 1.0, limit=5)).limit_key
