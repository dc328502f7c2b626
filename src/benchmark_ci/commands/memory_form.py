"""The older form of `compare`: two JSON lists of memory results, one number of each kind per side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from benchmark_ci import __version__
from benchmark_ci.errors import BadFile, BadInput, BadInputs, NothingCompared
from benchmark_ci.judge.overall import counts, overall
from benchmark_ci.judge.plain_numbers import Column, Entries, compare_numbers
from benchmark_ci.measure.tree import printable
from benchmark_ci.model import Commit, FailOn, Overall, Report, Result
from benchmark_ci.report import document
from benchmark_ci.report.numbers import markdown, sentence, text

LARGEST_BYTES = 64 * 1024 * 1024
COLUMNS = (
    Column("peak_memory_mb", "MB"),
    Column("baseline_memory_mb", "MB", judged=False),  # what the process held before its work began
    Column("quantization_memory_mb", "MB"),
    Column("quantization_time_s", "s"),
)
_NAMES = ("implementation", "model_size", "bit_width", "package", "target", "benchmark", "id")
_MOST_PROBLEMS = 3


_Figure = Annotated[float | None, Field(strict=True, ge=0, le=1e12)]


class _WireRow(BaseModel):
    """One entry: what identifies it, and numbers where they apply. Other fields are left alone."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)
    peak_memory_mb: _Figure = None
    baseline_memory_mb: _Figure = None
    quantization_memory_mb: _Figure = None
    quantization_time_s: _Figure = None

    @property
    def name(self) -> str:
        """`rust/large/4`: the identifying fields that it has."""
        more: dict[str, Any] = self.model_extra or {}
        parts = [more[field] for field in _NAMES if isinstance(more.get(field), str | int | float)]
        return "/".join(str(part) for part in parts)[:10_000]


_ROWS = TypeAdapter(list[_WireRow])


def compare_lists(
    baseline: Path, current: Path, threshold_percent: float, form: str | None
) -> tuple[str, str, bool]:
    """Compare two lists; answers with what is to be written, one sentence, and whether something grew.

    Raises BadInputs for files that hold no such lists, NothingCompared where no entry is in both.
    """
    old, new = _both(baseline, current)
    if baseline.samefile(current):
        raise NothingCompared(
            f"Both sides are `{_shown(baseline)}`: comparing a list with itself says nothing.", "Name two."
        )
    results = compare_numbers(old, new, COLUMNS, threshold_percent)
    verdict = overall(results)
    if verdict is Overall.NOTHING_COMPARED:
        raise NothingCompared(
            f"No entry of `{_shown(baseline)}` and `{_shown(current)}` could be compared: {_told(results)}.",
            "Entries belong together when implementation, model_size and bit_width are equal; compared are "
            f"the columns {', '.join(one.name for one in COLUMNS if one.judged)}.",
        )
    said = sentence(results, threshold_percent)
    if form == "json":
        report = _report(baseline, current, results, threshold_percent)
        return document.to_json(report), said, verdict is Overall.REGRESSED
    draw = markdown if form == "markdown" else text
    return draw(results, threshold_percent), said, verdict is Overall.REGRESSED


def _both(baseline: Path, current: Path) -> tuple[Entries, Entries]:
    found: list[Entries] = []
    problems: list[BadInput] = []
    for file in (baseline, current):
        try:
            found.append(_rows(file))
        except BadInput as problem:
            problems.append(problem)
    if problems:
        raise BadInputs(problems)
    return found[0], found[1]


def _rows(file: Path) -> dict[str, list[Mapping[str, float]]]:
    """Numbers by the entry's name; several entries of one name are kept apart."""
    remedy = (
        "Give a JSON list of objects with implementation, model_size, bit_width and their figures; folders "
        "are compared with `--baseline` and `--current`."
    )
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise BadFile(f"`{_shown(file)}` cannot be read: {error.strerror or error}.", remedy) from error
    if len(content) > LARGEST_BYTES:
        raise BadFile(f"`{_shown(file)}` has more than {LARGEST_BYTES:,} bytes.", remedy)
    try:
        entries = _ROWS.validate_json(content)
    except ValidationError as error:
        raise BadFile(f"`{_shown(file)}` is no list of memory results: {_where(error)}.", remedy) from None
    found: dict[str, list[Mapping[str, float]]] = {}
    for entry in entries:
        figures = {one.name: value for one in COLUMNS if (value := getattr(entry, one.name)) is not None}
        found.setdefault(entry.name or "(no name)", []).append(figures)
    return found


def _where(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    told = [
        f"{printable('.'.join(map(str, one['loc'])))}: {one['msg']}".removeprefix(": ")
        for one in problems[:_MOST_PROBLEMS]
    ]
    more = len(problems) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")


def _told(results: Sequence[Result]) -> str:
    tally = counts(results)
    found = [f"{number} {verdict}" for verdict, number in tally.items() if number]
    return ", ".join(found) or "neither has a figure"


def _report(baseline: Path, current: Path, results: Sequence[Result], threshold_percent: float) -> Report:
    return Report(
        tool_version=__version__,
        verdict=overall(results),
        fails_job=False,
        fail_on=FailOn.NEVER,
        threshold_percent=threshold_percent,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        baseline=Commit(sha="0" * 40, what=_shown(baseline)),
        current=Commit(sha="0" * 40, what=_shown(current)),
        baseline_reason="the first of two lists of memory results",
        environment=None,
        counts=counts(results),
        benchmarks=tuple(results),
        rounds=1,
    )


def _shown(file: Path) -> str:
    return printable(str(file))
