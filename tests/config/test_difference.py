"""What two files say differently."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from benchmark_ci.config.difference import difference
from benchmark_ci.config.read import read_config
from benchmark_ci.model import Config, Side


def read(text: str) -> Config:
    return read_config(text.encode(), PurePosixPath("benchmark-ci.toml"), Side.CURRENT)


@pytest.mark.parametrize(
    ("baseline", "current", "said"),
    [
        ("", "", ""),
        ("threshold = 5", "# five\nthreshold = 5.0", ""),
        ("skip = ['a', 'b']\n[limits]\nx = 1\ny = 2", "skip = ['b', 'a']\n[limits]\ny = 2\nx = 1", ""),
        ("threshold = 5", "threshold = 50", "threshold 5 % → 50 %"),
        ("threshold = 5", "", "threshold 5 % → unset"),
        ("", "memory_limit = 200.5", "memory_limit unset → 200.5 MB"),
        ("memory_fail = true", "memory_fail = false", "memory_fail true → false"),
        ("[limits]\n'x*' = 1", "[limits]\n'x*' = { threshold = 2 }", "`x*` threshold 1 % → 2 %"),
        (
            "[limits]\nx = { threshold = 1, memory_threshold = 5 }",
            "[limits]\nx = 1\ny = 2",
            "`x` memory_threshold 5 % → unset, `y` threshold unset → 2 %",
        ),
        ("skip = ['a']", "skip = ['b']", "`b` skipped, `a` no longer skipped"),
        ("[times]\na = { limit_seconds = 5 }", "[times]\na = { limit_seconds = 6 }", "times"),
        ("", "[[targets]]\nbenchmark='a'\nreference='b'\ntimes_faster=2", "targets"),
        (
            "",
            "skip = ['a', 'b', 'c', 'd', 'e', 'f', 'g']",
            "`a` skipped, `b` skipped, `c` skipped, `d` skipped, `e` skipped and 2 more",
        ),
    ],
)
def test_what_is_said(baseline: str, current: str, said: str) -> None:
    assert difference(read(baseline), read(current)) == said
