"""Text of strangers stays text, whatever they write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.model import Commit, Environment, Links, Overall, Side, Target, TargetFailure, Verdict
from benchmark_ci.report import markdown, plain
from benchmark_ci.report.comment import comment
from benchmark_ci.report.summary import summary
from tests.report import samples
from tests.report.oracle import Seen

NASTY = [
    *(
        "`",
        "``",
        "```",
        "|",
        "\\",
        "\\|",
        "\n",
        "\r\n",
        "\n\n",
        " ",
        "  ",
        "\t",
        "~~~",
        "'",
        '"',
        "(",
        ")",
        ".",
        ",",
    ),
    *(
        "@alice",
        "@org/team",
        "#1",
        "GH-1",
        "o/r#1",
        "https://evil.example/x",
        "www.evil.example",
        "a@b.example",
    ),
    *(
        "![x](http://e/x.png)",
        "[x](http://e)",
        "<img src=http://e/x.png>",
        "</details>",
        "</code>",
        "-->",
        "<!--",
    ),
    *(
        "<script>",
        "*",
        "_",
        "**b**",
        "1.",
        "- ",
        "# ",
        "> ",
        "---",
        "===",
        "&#64;",
        "&lt;",
        ":smile:",
        "$x$",
        "[^1]",
    ),
    *("\u202e", "\u200b", "\u2066", "\x1b[31m", "\x00", "e\u0301", "\ufeff", "word", "deadbeef1", "é"),
]
hostile = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=5)), min_size=1, max_size=12).map(
    "".join
)
PLAIN = set("@#<>[]*_`|~\\&$")


@given(hostile)
def test_code_span_holds_the_whole_name_and_nothing_else(text: str) -> None:
    seen = Seen(f"before {markdown.code(text)} after")
    assert seen.tags == ["p", "code"]
    assert seen.codes == [plain.name(text)]
    assert seen.outside.strip() == "before  after"


@given(hostile)
def test_code_span_at_the_start_of_a_line_opens_no_fence(text: str) -> None:
    assert Seen(markdown.code(text)).codes == [plain.name(text)]


@given(hostile, hostile)
def test_table_keeps_its_shape(name: str, reason: str) -> None:
    table = markdown.table_head(("A", ":--"), ("B", "--:"), ("C", ":--"))
    row = markdown.row((markdown.code(name), "1 → 2 µs", f"failed<br><sub>{markdown.prose(reason)}</sub>"))
    seen = Seen(table + row + "\n" + row)
    assert seen.rows == [3, 3, 3]
    assert seen.codes[0] == plain.name(name)
    assert not seen.links


@given(hostile)
def test_prose_does_nothing_but_read(text: str) -> None:
    seen = Seen(markdown.prose(text))
    assert set(seen.tags) <= {"p", "code"}
    assert not seen.links
    assert not PLAIN & set(seen.outside)


@given(hostile)
def test_fence_cannot_be_closed_from_within(text: str) -> None:
    lines = plain.lines(text)
    seen = Seen(f"{markdown.fence(lines)}\n\nafter")
    assert seen.tags == ["pre", "code", "p"]
    assert seen.codes[0].rstrip("\n") == "\n".join(lines).rstrip("\n")


@given(st.text())
def test_cleaned_text_hides_and_controls_nothing(text: str) -> None:
    assert all(map(plain.visible, plain.clean(text)))
    assert 0 < len(plain.name(text)) <= plain.LONGEST_NAME


def _failure(one: str, other: str) -> TargetFailure:
    target = Target(package=one, name=other)
    return TargetFailure(target=target, side=Side.CURRENT, kind="build", reason=one, remedy=other)


@given(hostile, hostile)
def test_no_rendering_lets_anything_out(one: str, other: str) -> None:
    report = samples.report(
        [
            samples.unmeasured(one, Verdict.FAILED, other, fails=True, last_lines=other, target=other),
            samples.measured(other, Verdict.REGRESSED, 20.0, target=one, rule=one),
            samples.unmeasured(one, Verdict.REMOVED),
            samples.unmeasured(one, Verdict.IDENTICAL, target=other),
        ],
        verdict=Overall.FAILED,
        current=Commit(sha=samples.MERGE, what=other, head_sha=samples.HEAD),
        environment=Environment(rustc=one, cpu=other, cores=1, os=one, walled=True),
        target_failures=(_failure(one, other),),
        cautions=(one, other),
        error=other,
        remedy=one,
    )
    for text in (comment(report, samples.LINKS, samples.MARKER), summary(report, samples.LINKS)):
        seen = Seen(text)
        assert {link.split("/")[2] for link in seen.links} == {"github.com"}
        assert "img" not in seen.tags
        assert not set("@#") & set(seen.outside)
        assert all(cells in (3, 5) for cells in seen.rows)
        assert seen.still_open == 0


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain words, and 12 more.", "plain words, and 12 more."),
        ("could not find feature/x@1 in origin", "could not find `feature/x@1` in origin"),
        ("see `time_budget`, it is 20.", "see `time_budget`, it is 20."),
        ("(`time_budget: 32`).", "(`time_budget: 32`)."),
        ("@alice broke #1 and https://x.y", "`@alice` broke `#1` and `https://x.y`"),
        ("a\n\n# heading", "a `#` heading"),
        ("1. not a list", "`1.` not a list"),
        ("deadbeef is a commit", "`deadbeef` is a commit"),
    ],
)
def test_prose(said: str, shown: str) -> None:
    assert markdown.prose(said) == shown


def test_link_needs_an_address_and_cannot_be_left() -> None:
    assert markdown.link("here", "") == "here"
    assert markdown.link("here", "javascript:alert(1)") == "here"
    assert Seen(markdown.link("here", "https://x/a) [b](https://y|")).links == [
        "https://x/a%29%20%5Bb%5D%28https://y%7C"
    ]


def test_long_name_loses_its_middle() -> None:
    name = plain.name("start" + "x" * 400 + "end")
    assert len(name) == plain.LONGEST_NAME
    assert name.startswith("start")
    assert name.endswith("end")
    assert plain.ELLIPSIS in name


def test_no_links_leave_no_trace() -> None:
    assert "](" not in comment(samples.rich(), Links(), samples.MARKER)
