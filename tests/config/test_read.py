"""`benchmark-ci.toml` is read strictly: what is wrong is told with its place, all of it at once."""

from __future__ import annotations

import json
import re
import time
import tomllib
from pathlib import PurePosixPath

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.config.document import MOST_BYTES
from benchmark_ci.config.read import MOST_TOLD, read_config
from benchmark_ci.config.wire import File, json_schema
from benchmark_ci.errors import BadInputs, ExitCode
from benchmark_ci.model import Config, LimitRule, ReferenceTarget, Side, SkipRule, TimesRule
from tests.config import schema

PATH = PurePosixPath("ci/benchmark-ci.toml")
WHOLE = """\
# everything that there is
threshold = 7.5
memory_threshold = 20
memory_limit = 300
memory_fail = true
skip = [
  "*/huge",
  'a\\*b', # an id with a star
]

[limits]
"parse/*" = 5
"codec/decode: parse/json" = { threshold = 3, memory_limit = 200 }
io = { memory_threshold = 50.0, memory_fail = false }

[times]
"train/*" = { limit_seconds = 1800, measurement_seconds = 2 }

[[targets]]
benchmark = "parse/json"
reference = "other/json"
times_faster = 5

[[targets]]
benchmark = "parse/json"
command = ["python3", "reference.py"]
memory_percent = 50
fail = true
"""


def read(text: str | bytes) -> Config:
    return read_config(text.encode() if isinstance(text, str) else text, PATH, Side.CURRENT)


def problems(text: str | bytes) -> list[str]:
    """Each without the file's name: `line 4, column 1: …`."""
    with pytest.raises(BadInputs) as raised:
        read(text)
    assert raised.value.exit_code is ExitCode.BAD_INPUT
    messages = [one.message for one in raised.value.problems]
    assert all(message.isprintable() for message in messages)
    return [message.removeprefix("`ci/benchmark-ci.toml` of current, ") for message in messages]


def test_a_whole_file() -> None:
    assert read(WHOLE) == Config(
        path="ci/benchmark-ci.toml",
        side=Side.CURRENT,
        threshold_percent=7.5,
        memory_threshold_percent=20,
        memory_limit_mb=300,
        memory_fails=True,
        skip=(SkipRule(pattern="*/huge", line=7), SkipRule(pattern="a\\*b", line=8)),
        limits=(
            LimitRule(pattern="parse/*", line=12, threshold_percent=5),
            LimitRule(pattern="codec/decode: parse/json", line=13, threshold_percent=3, memory_limit_mb=200),
            LimitRule(pattern="io", line=14, memory_threshold_percent=50, memory_fails=False),
        ),
        times=(TimesRule(pattern="train/*", line=17, limit_seconds=1800, measurement_seconds=2),),
        targets=(
            ReferenceTarget(
                benchmark="parse/json", reference_benchmark="other/json", times_faster=5, line=19
            ),
            ReferenceTarget(
                benchmark="parse/json",
                reference_command=("python3", "reference.py"),
                memory_percent=50,
                fails=True,
                line=24,
            ),
        ),
    )


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "[limits]\n", "skip = []"])
def test_an_empty_file_says_nothing(text: str) -> None:
    assert read(text) == Config(path=str(PATH), side=Side.CURRENT)


def test_windows_line_ends_change_nothing() -> None:
    assert read(WHOLE.replace("\n", "\r\n")) == read(WHOLE)


def test_all_problems_come_together_in_the_order_of_lines() -> None:
    text = """\
treshold = 5
skip = ["a*", 3]
[limits]
"parse/*" = -5
x = { threshold = "4", memory_limit = nan, fast = 1 }
"y" = true
[times]
"slow/*" = {}
z = { limit_seconds = 0.5 }
long = { limit_seconds = 10, measurement_seconds = 7 }
[[targets]]
benchmark = "a"
reference = "a"
times_faster = 2
[[targets]]
benchmark = "a"
command = []
memory_percent = inf
fail = 1
[[targets]]
reference = "b"
times_faster = 2
"""
    assert problems(text) == [
        "line 1, column 1: there is no key `treshold` here; perhaps `threshold` is meant.",
        "line 2, column 15: `skip[2]` is `3`; allowed: a text in quotes.",
        'line 4, column 1: `limits."parse/*".threshold` is `-5`; allowed: above 0.',
        'line 5, column 7: `limits.x.threshold` is `"4"`; allowed: a number.',
        "line 5, column 24: `limits.x.memory_limit` is `nan`; allowed: a finite number.",
        "line 5, column 44: there is no key `fast` here; there are `threshold`, `memory_threshold`, "
        "`memory_limit`, `memory_fail`.",
        "line 6, column 1: `limits.y` is `true`; allowed: a number or a table.",
        'line 8, column 1: `times."slow/*"` sets no time.',
        "line 9, column 7: `times.z.limit_seconds` is `0.5`; allowed: at least 1.",
        "line 10, column 1: `times.long` measures for 7 s after half as much warm-up, longer than the 10 s "
        "of its limit_seconds.",
        "line 11, column 1: `targets[1]` names the same benchmark as its reference.",
        "line 17, column 1: `targets[2].command` is empty.",
        "line 18, column 1: `targets[2].memory_percent` is `inf`; allowed: a finite number.",
        "line 19, column 1: `targets[2].fail` is `1`; allowed: true or false.",
        "line 20, column 1: `targets[3].benchmark` is missing.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("threshold = 5\nthreshold = 6", "line 2, column 14: this is not TOML: "),
        ("[limits]\nx = 1\nx = 2", "line 3"),
        ("[limits]\n[limits]", "line 2"),
        ("threshold = 10%", "line 1, column 15: this is not TOML: "),
        ("threshold = ", "line 1, column 13: this is not TOML: "),
        ("skip = ['a'", "line 1, column 12: this is not TOML: "),
        ("a", "line 1, column 2"),
        ("\n\nskip = '''", "line 3, column 11"),
        ("a = \x00", "line 1, column 5: this is not TOML: "),
        ("skip = ['a\x1b[31m']", "line 1, column 11: this is not TOML: "),
        (b"# \xff", "line 1, column 3: the file is not UTF-8."),
        ("é\n".encode() + b"\xc3\xa9 \xe2\x82", "line 2, column 3: the file is not UTF-8."),
        (b"\xef\xbb\xbfthreshold = 5", "line 1, column 1: the file begins with a byte order mark"),
        ("a = 1".encode("utf-16"), "line 1, column 1: the file is not UTF-8."),
        (
            b"#" * (MOST_BYTES + 1),
            "line 1, column 1: the file has 1,000,001 bytes; at most 1,000,000 are read.",
        ),
        ("limits = " + "[" * 5000, "line 1, column 27: this is nested deeper than any key of ours."),
        ("a." * 100_000 + "a = 1", "line 1, column 1: this is nested deeper than any key of ours."),
        ("threshold = " + "9" * 5000, "line 1, column 1: a number of the file has thousands of digits."),
        ("threshold = " + "9" * 4000, "line 1, column 1: `threshold` is `999"),
        ("threshold = 1e999", "line 1, column 1: `threshold` is `inf`; allowed: a finite number."),
        ("threshold = 1000.5", "line 1, column 1: `threshold` is `1000.5`; allowed: at most 1,000."),
        ("memory_limit = 0", "line 1, column 1: `memory_limit` is `0`; allowed: above 0."),
        ("threshold = 2026-01-01", "line 1, column 1: `threshold` is `2026-01-01`; allowed: a number."),
        ("threshold = []", "line 1, column 1: `threshold` is a list; allowed: a number."),
        ("limits = 5", "line 1, column 1: `limits` is `5`; allowed: a table."),
        ("skip = 'a'", 'line 1, column 1: `skip` is `"a"`; allowed: a list in brackets.'),
        ("[targets]", "line 1, column 1: `targets` is a table; write `[[targets]]` above each target."),
        (
            "[limits]\nparse/* = 5",
            "line 2, column 6: this is not TOML: expected '=' after a key in a key/value pair; "
            "a pattern stands in quotes.",
        ),
        ("[skip]\na = 1", "line 1, column 1: `skip` is a table; allowed: a list in brackets."),
        ("limit_seconds = 900", "there is no key `limit_seconds` here; it belongs into `times`."),
        ("memory-limit = 900", "perhaps `memory_limit` is meant."),
        ("colour = 'red'", "there is no key `colour` here; there are `threshold`, `memory_threshold`, "),
        ("'\\u202e' = 1", "there is no key `\\u202e` here"),
        ('"\\u202e" = 1', "there is no key `\\x202e` here"),
        ('[limits]\n"" = 1', 'line 2, column 1: `limits.""` is empty.'),
        ('[limits]\n" a" = 1', "must not begin or end with a blank."),
        ('skip = ["a\\u0000"]', "line 1, column 9: `skip[1]` must not hold control characters"),
        ('skip = ["' + "a" * 501 + '"]', "line 1, column 9: `skip[1]` is longer than 500 characters."),
        ("skip = [" + "".join(f"'{one}'," for one in range(1001)) + "]", "`skip` holds more than 1,000"),
        (
            "[limits]\n'a*?' = 1\n'a?*' = 2",
            "line 3, column 1: `a?*` matches the same as the pattern in line 2.",
        ),
        ("skip = ['a', 'a']", "line 1, column 14: `a` matches the same as the pattern in line 1."),
        ("[[targets]]\nbenchmark='a'\ntimes_faster=2", "line 1, column 1: `targets[1]` needs exactly one of"),
        (
            "[[targets]]\nbenchmark='a'\nreference='b'\ncommand=['c']\ntimes_faster=2",
            "line 1, column 1: `targets[1]` needs exactly one of `reference` and `command`.",
        ),
        ("[[targets]]\nbenchmark='a'\nreference='b'", "needs `times_faster` or `memory_percent`, or both."),
        ("[[targets]]\nbenchmark='a'\nreference='b'\ntimes_faster=2\nfails=true", "perhaps `fail` is meant."),
    ],
)
def test_what_is_refused(text: str | bytes, told: str) -> None:
    started = time.monotonic()
    found = problems(text)
    assert any(told in one for one in found), found
    assert all(re.match(r"line \d+, column \d+: ", one) for one in found)
    assert all(len(one) < 600 for one in found)
    assert time.monotonic() - started < 20


def test_a_thousand_problems_are_counted() -> None:
    found = problems("".join(f"key_{number} = 1\n" for number in range(1000)))
    assert len(found) == MOST_TOLD + 1
    assert found[-1] == "`ci/benchmark-ci.toml` has 980 problems more."


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused_with_a_place(raw: bytes) -> None:
    try:
        read(raw)
    except BadInputs as bad:
        for problem in bad.problems:
            assert re.match(r"`ci/benchmark-ci.toml` of current, line \d+, column \d+: ", problem.message)
            assert problem.message.isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2000) | st.floats(-5, 2000) | st.text("a*?/ ", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "threshold", "x/*"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(sorted(File.model_fields)), JSON))
def test_the_schema_takes_what_the_reader_takes(values: dict[str, object]) -> None:
    """The reader knows more that is wrong (equal patterns, blanks); the schema never refuses a good file."""
    try:
        File.model_validate(values)
    except ValueError:
        return
    written = {name: value for name, value in values.items() if value is not None}
    jsonschema.Draft202012Validator(json_schema()).validate(written)


def test_the_stored_schema_is_that_of_the_model() -> None:
    wanted = schema.text()
    assert schema.STORED.read_text(encoding="utf-8") == wanted, "python -m tests.config.schema"
    jsonschema.Draft202012Validator.check_schema(json.loads(wanted))
    jsonschema.Draft202012Validator(json.loads(wanted)).validate(tomllib.loads(WHOLE))


@pytest.mark.parametrize(
    "text",
    ["treshold = 5", "[limits]\nx = {}", "[[targets]]\nbenchmark='a'", "[limits]\nx = 'a'", "skip = [1]"],
)
def test_the_schema_refuses_too(text: str) -> None:
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(tomllib.loads(text))
