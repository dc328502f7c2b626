"""The inputs: one table of their names, defaults and words, and one parser for each.

A parser takes the trimmed text of an input that is set, and raises `Refused` when it is not allowed.
Action and command line share the table; `settings.py` reads either.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from benchmark_ci.model import CommentWhen, FailOn

_Parsed = TypeVar("_Parsed")
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?|\.[0-9]{1,9}")
_TOOLCHAIN = re.compile(
    r"(stable|beta|nightly|[0-9]+\.[0-9]+(\.[0-9]+)?(-beta(\.[0-9]+)?)?)"
    r"(-[0-9]{4}-[0-9]{2}-[0-9]{2})?(-[a-z0-9_]+(-[a-z0-9_]+){1,3})?"
)
_PACKAGE = re.compile(r"[A-Za-z0-9_*?\[][A-Za-z0-9_*?\[\]!-]*(@[A-Za-z0-9.+-]+)?")
_BENCH = re.compile(r"[A-Za-z0-9_*?\[][A-Za-z0-9_*?\[\]!.-]*")
_FEATURE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_+.?/-]*")
_DEBIAN = re.compile(r"[a-z0-9][a-z0-9+.-]+(:[a-z0-9]+)?(=[A-Za-z0-9][A-Za-z0-9.+:~-]*)?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OURS = ("ACTIONS_", "GITHUB_", "INPUT_", "RUNNER_")
_TOKENS = ("GH_TOKEN", "GH_ENTERPRISE_TOKEN")
_NOT_IN_A_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)")


class Refused(ValueError):
    """A value that an input does not take; says what it takes, and what to do beyond that."""

    def __init__(self, allowed: str, remedy: str = "") -> None:
        super().__init__(allowed)
        self.allowed = allowed
        self.remedy = remedy


@dataclass(frozen=True)
class Input:
    """An input of the action, and a flag of the command line."""

    name: str
    default: str  # as shown to people
    description: str
    parse: Callable[[str], object]
    field: str = ""  # of Settings, where it is called otherwise
    flag: str = ""  # of the command line, where it is called otherwise
    secret: bool = False  # its value is never shown
    verbatim: bool = False  # its value is not trimmed

    @property
    def words(self) -> str:
        """The description with its default, as `action.yml` shows it."""
        return f"{self.description} Default: {self.default}."


def number(most: float) -> Callable[[str], float]:
    """A parser of decimal numbers above 0 and at most `most`; no exponents, signs or words."""

    def parse(text: str) -> float:
        value = float(text) if _NUMBER.fullmatch(text) else 0.0
        if not 0 < value <= most:
            raise Refused(f"a number above 0 and at most {most:g}, such as 5 or 7.5")
        return value

    return parse


def percent(text: str) -> float:
    """A threshold: `10`, `7.5` or `10%`, above 0 and at most 1000 percent."""
    try:
        return number(1000)(text.removesuffix("%").rstrip())
    except Refused:
        raise Refused("a number of percent above 0 and at most 1000, such as 10, 7.5 or 10%") from None


def boolean(text: str) -> bool:
    """Exactly the spellings that GitHub's own toolkit takes."""
    if text not in _BOOLEANS:
        raise Refused("true, True, TRUE, false, False or FALSE")
    return _BOOLEANS[text]


def one_of(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    """A parser of an enumeration's words."""

    def parse(text: str) -> StrEnum:
        try:
            return kind(text)
        except ValueError:
            raise Refused(", ".join(kind)) from None

    return parse


def words(pattern: re.Pattern[str], allowed: str) -> Callable[[str], tuple[str, ...]]:
    """A parser of a list: commas, spaces or new lines between words that match `pattern`."""

    def parse(text: str) -> tuple[str, ...]:
        found = tuple(word for word in re.split(r"[\s,]+", text) if word)
        if bad := [word for word in found if not pattern.fullmatch(word)]:
            raise Refused(f"{allowed}, separated by commas, spaces or new lines", f"Refused: {listed(bad)}.")
        return tuple(dict.fromkeys(found))

    return parse


def expressions(text: str) -> tuple[str, ...]:
    """Regular expressions, one per line: they may hold commas and spaces themselves."""
    found = tuple(line.strip() for line in text.splitlines() if line.strip())
    for expression in found:
        try:
            re.compile(expression)
        except (re.error, RecursionError, OverflowError) as problem:
            raise Refused("regular expressions, one per line", f"{shown(expression)}: {problem}.") from None
    return found


def ref(text: str) -> str:
    """A branch, tag or SHA, or `latest-release`; nothing that git could read as an option or a range."""
    if text.startswith(("-", "/", ".")) or text.endswith(("/", ".")) or text == "@" or len(text) > 255:
        raise Refused("the name of a branch or tag, a SHA, or latest-release")
    if _NOT_IN_A_REF.search(text):
        raise Refused(
            "the name of a branch or tag, a SHA, or latest-release",
            "Ranges and revision arithmetic such as a..b or HEAD~1 are not taken.",
        )
    return text


def toolchain(text: str) -> str:
    """A rustup channel or version, never a path or a custom toolchain."""
    if not _TOOLCHAIN.fullmatch(text):
        raise Refused("a channel or version, such as stable, nightly-2026-01-31 or 1.85.0")
    return text


def variables(text: str) -> tuple[str, ...]:
    """Names of environment variables; never GitHub's own, which hold tokens."""
    names = words(_VARIABLE, "names of environment variables")(text)
    kept_back = [name for name in names if name.upper().startswith(_OURS) or name.upper() in _TOKENS]
    if kept_back:
        raise Refused(
            "names of environment variables, but not ACTIONS_*, GITHUB_*, INPUT_*, RUNNER_* or GH_TOKEN",
            f"Strangers' code must not see {listed(kept_back)}; pass what it needs under another name.",
        )
    return names


def command(text: str) -> str:
    """A shell command, as it is."""
    if "\0" in text:
        raise Refused("a shell command without NUL characters")
    return text


def token(text: str) -> str:
    """A token of visible ASCII characters: it becomes part of an HTTP header."""
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise Refused("a token of visible ASCII characters, without spaces or new lines")
    return text


def shown(value: str) -> str:
    """A value as it may be printed: on one line, without control characters, not too long."""
    plain = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in value)
    return f"`{plain if len(plain) <= 200 else plain[:200] + '…'}`"


def listed(values: list[str]) -> str:
    """Some values, each as it may be printed; the first five speak for the rest."""
    return ", ".join(shown(value) for value in values[:5]) + (" …" if len(values) > 5 else "")


INPUTS: tuple[Input, ...] = (
    Input(
        "threshold",
        "the environment variable REGRESSION_THRESHOLD, else 10",
        "Percent slower that counts as a regression, such as 10, 7.5 or 10%.",
        percent,
        field="threshold_percent",
    ),
    Input(
        "baseline_ref",
        "chosen by the event",
        "Branch, tag or SHA to compare with, or latest-release for the newest stable version tag.",
        ref,
        flag="baseline",
    ),
    Input(
        "github_token",
        "the job's own token",
        "Token that posts the comment and fetches the baseline; builds and benchmarks never see it.",
        token,
        secret=True,
    ),
    Input(
        "working_directory",
        "the repository's root",
        "Where the Cargo workspace or package lies, relative to the repository's root.",
        command,  # settings.py makes it a path: it knows the workspace
    ),
    Input(
        "packages",
        "all",
        "Packages whose benchmarks are compared, as cargo's -p; a list.",
        words(_PACKAGE, "names of packages"),
    ),
    Input(
        "benches",
        "all",
        "Bench targets that are compared, as cargo's --bench; a list.",
        words(_BENCH, "names of bench targets"),
    ),
    Input(
        "features",
        "the packages' default features",
        "Features to build with, as cargo's --features; a list.",
        words(_FEATURE, "names of features"),
    ),
    Input("all_features", "false", "Build with all features, as cargo's --all-features.", boolean),
    Input(
        "no_default_features",
        "false",
        "Build without default features, as cargo's --no-default-features.",
        boolean,
    ),
    Input(
        "filter",
        "all benchmarks",
        "Regular expressions (Python's), one per line; only benchmarks whose full id matches are compared.",
        expressions,
    ),
    Input(
        "skip",
        "none",
        "Regular expressions (Python's), one per line; benchmarks whose full id matches are left out.",
        expressions,
    ),
    Input(
        "toolchain",
        "the repository's rust-toolchain file, else the image's",
        "Rust channel or version for both sides, such as stable or 1.85.0.",
        toolchain,
    ),
    Input(
        "system_packages",
        "none",
        "Debian packages that the build needs, each with =version where one is wanted; a list.",
        words(_DEBIAN, "names of Debian packages, each with =version where one is wanted"),
    ),
    Input(
        "setup",
        "none",
        "Shell command that is run in each side's clone before its build, without any secret.",
        command,
        verbatim=True,
    ),
    Input(
        "environment",
        "none",
        "Names of environment variables that builds and benchmarks may see; a list.",
        variables,
    ),
    Input(
        "time_budget",
        "20",
        "Minutes for measuring, builds not counted; fractions are allowed.",
        number(100_000),
        field="time_budget_minutes",
    ),
    Input(
        "fail_on",
        "regression",
        "What fails the job: regression, inconclusive (that too) or never.",
        one_of(FailOn),
    ),
    Input(
        "comment",
        "always",
        "When the pull request gets a comment: always, changes (only when something changed) or never.",
        one_of(CommentWhen),
    ),
)
"""Every input of the action, in the order of `action.yml`. Lists take commas, spaces or new lines."""

CURRENT_FLAG = Input(
    "current_ref",
    "the working tree as it is, uncommitted changes included",
    "Branch, tag or SHA to measure as current.",
    ref,
    flag="current",
)
"""The command line's own flag: in a job the event says what is current."""
