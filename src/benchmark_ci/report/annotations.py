"""The lines on GitHub's checks page: at most ten, worst first, one for each cause."""

# Without the usual __future__ import: it would take the name of the function that this module is for.

from collections.abc import Iterator
from typing import Literal

from benchmark_ci.model import Annotation, FailOn, Overall, Report, Result, TargetFailure, Verdict
from benchmark_ci.report import plain, selection, targets, units
from benchmark_ci.report.headline import headline, unknown, wanted

MOST = 10
"""The runner keeps ten of each level and drops the rest without a word."""

LONGEST = 4096
"""Characters of a message; the runner cuts the rest."""

_LONGEST_TITLE = 150
_NAMED = 5

Level = Literal["error", "warning"]


def annotations(report: Report) -> tuple[Annotation, ...]:
    """`error` for what fails the job, `warning` for the rest; one error alone when there is no verdict."""
    found = sorted(_all(report), key=lambda one: one.level != "error")
    if len(found) <= MOST:
        return tuple(found)
    shown, more = found[: MOST - 1], found[MOST - 1 :]
    rest = _annotation(
        more[0].level, f"{len(more):,} more", "The job summary and the report have all of them."
    )
    return (*shown, rest)


def _all(report: Report) -> Iterator[Annotation]:
    stopped = bool(report.error) or report.verdict in (Overall.FAILED, Overall.NOTHING_COMPARED)
    if stopped:
        yield _stopped(report)
    fatal: Level = "error" if report.fails_job and not stopped else "warning"
    yield from _failed(report, fatal)
    for result in selection.by_verdict(report, Verdict.REGRESSED):
        yield _annotation(fatal, f"Slower: {_name(result)}", _numbers(result))
    for result in selection.by_verdict(report, Verdict.PLACEMENT):
        yield _annotation("warning", f"Slower only by its place: {_name(result)}", _numbers(result))
    yield from _targets_missed(report, stopped=stopped)
    yield from _memory(report, fatal)
    yield from _doubt(report, fatal if report.fail_on is FailOn.INCONCLUSIVE else "warning")
    yield from _remarks(report)


def _stopped(report: Report) -> Annotation:
    message = "\n".join(plain.first_lines(report.error, most=40)) or headline(report).sentence
    remedy = plain.clean(report.remedy).strip()
    return _annotation("error", headline(report).sentence, f"{message}\n{remedy}".strip())


def _failed(report: Report, fatal: Level) -> Iterator[Annotation]:
    for (_, _, reason, fails), group in selection.causes(report).items():
        what = "Stopped working" if fails else "Failed"
        title = _name(group[0]) if len(group) == 1 else f"{len(group):,} of {selection.target(group[0])}"
        said = "\n".join([plain.clean(reason), *(plain.lines(group[0].last_lines, most=10))])
        named = f"{_names(group)}: " if len(group) > 1 else ""
        yield _annotation(fatal if fails else "warning", f"{what}: {title}", named + said)


def _doubt(report: Report, level: Level) -> Iterator[Annotation]:
    if doubtful := unknown(report):
        results = selection.by_verdict(report, Verdict.INCONCLUSIVE, Verdict.NOT_REACHED)
        title = f"{units.of(doubtful, wanted(report))} inconclusive or not reached"
        yield _annotation(level, title, _names(results))


def _targets_missed(report: Report, *, stopped: bool) -> Iterator[Annotation]:
    for one in targets.open_ones(report):
        level: Level = "error" if targets.makes_red(report, one) and not stopped else "warning"
        title = f"Target {targets.word(one)}: {plain.name(one.target.benchmark)}"
        reason = plain.clean(one.reason).strip()
        said = [targets.sentence(one, plain.name), reason, *plain.lines(one.last_lines, most=10)]
        yield _annotation(level, title, "\n".join(filter(None, said)))


def _memory(report: Report, fatal: Level) -> Iterator[Annotation]:
    failing = selection.memory_failing(report)
    rest = tuple(one for one in selection.memory_warned(report) if one not in failing)
    groups: tuple[tuple[Level, tuple[Result, ...]], ...] = ((fatal, failing), ("warning", rest))
    for level, group in groups:
        if group:
            title = f"{units.count(len(group), 'benchmark')}: peak memory grew or is above its limit"
            yield _annotation(level, title, _names(group))


def _remarks(report: Report) -> Iterator[Annotation]:
    lost = {(one.package, one.target) for one in selection.by_verdict(report, Verdict.FAILED)}
    seen: set[tuple[str, str]] = set()
    for failure in report.target_failures:
        key = (failure.target.package, failure.target.name)
        if key not in lost | seen:
            seen.add(key)
            yield _target(failure)
    for verdict in (Verdict.AMBIGUOUS, Verdict.REMOVED):
        if results := selection.by_verdict(report, verdict):
            title = f"{units.count(len(results), 'benchmark')} {verdict.value}"
            yield _annotation("warning", title, _names(results))
    for caution in report.cautions:
        yield _annotation("warning", "Caution", plain.clean(caution))


def _target(failure: TargetFailure) -> Annotation:
    lines = [*plain.first_lines(failure.reason, most=20), plain.clean(failure.remedy)]
    title = f"No benchmarks from {plain.name(str(failure.target))} on {failure.side.value}"
    return _annotation("warning", title, "\n".join(lines).strip())


def _numbers(result: Result) -> str:
    change = f"{selection.change(result)} {selection.interval(result)}".strip()
    numbers = f"{selection.times(result)}: {change}, limit {units.percent(result.limit_percent)}"
    return "\n".join(filter(None, (numbers, plain.clean(result.reason).strip())))


def _name(result: Result) -> str:
    return plain.name(result.id)


def _names(results: tuple[Result, ...]) -> str:
    more = f" and {len(results) - _NAMED:,} more" if len(results) > _NAMED else ""
    return ", ".join(map(_name, results[:_NAMED])) + more


def _annotation(level: Literal["error", "warning", "notice"], title: str, message: str) -> Annotation:
    shown = plain.elide(message, LONGEST) or title
    return Annotation(level=level, title=plain.elide(title, _LONGEST_TITLE), message=shown)
