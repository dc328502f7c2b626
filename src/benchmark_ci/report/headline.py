"""The one sentence, and in brackets how it is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from benchmark_ci.model import Overall, Report, Result, Verdict
from benchmark_ci.report import selection, targets, units

GOOD, BAD, UNSURE, NEUTRAL = "✅", "❌", "⚠️", ""


class Headline(NamedTuple):
    """A mark (may be empty), a sentence without a full stop, and a bracket without its brackets."""

    mark: str
    sentence: str
    bracket: str

    @property
    def marked(self) -> str:
        """Mark and sentence."""
        return f"{self.mark} {self.sentence}".strip()

    def of(self, name: str) -> Headline:
        """The same, said of one of several jobs or matrix legs; without a name as it is."""
        return self._replace(sentence=f"{name}: {self.sentence}") if name else self

    def __str__(self) -> str:
        """All of it on one line."""
        return f"{self.marked} ({self.bracket})" if self.bracket else self.marked


def headline(report: Report) -> Headline:
    """What the run found, in five seconds; a target or peak memory that fails the job is part of it."""
    of_benchmarks, others = _of_benchmarks(report), _besides(report)
    if not others or report.verdict in (Overall.FAILED, Overall.NOTHING_COMPARED):
        return of_benchmarks
    if report.verdict is Overall.REGRESSED:
        return of_benchmarks._replace(sentence=", and ".join([of_benchmarks.sentence, *others]))
    sentence = "; ".join(
        [", and ".join(others), of_benchmarks.sentence[0].lower() + of_benchmarks.sentence[1:]]
    )
    return of_benchmarks._replace(mark=BAD, sentence=sentence[0].upper() + sentence[1:])


def _besides(report: Report) -> list[str]:
    """What fails the job besides the times: targets, and peak memory where the configuration asks."""
    grown = len(selection.memory_failing(report))
    limit = "its limit" if grown == 1 else "their limits"
    of_memory = f"peak memory of {units.count(grown, 'benchmark')} is beyond {limit}" if grown else ""
    return [one for one in (targets.failing(report), of_memory) if one]


def _of_benchmarks(report: Report) -> Headline:
    if report.verdict is Overall.FAILED:
        return Headline(
            BAD, "No verdict, because the run failed", _known(report) if _compared(report) else ""
        )
    if report.verdict is Overall.NOTHING_COMPARED:
        return Headline(BAD, "No benchmark could be compared", _unjudged(report))
    if report.verdict is Overall.REGRESSED:
        return Headline(BAD, _regressed(report), _known(report))
    if same_commit(report):
        return Headline(
            NEUTRAL, "Baseline and current are the same commit, so nothing had to be compared", ""
        )
    return _passed(report)


def same_commit(report: Report) -> bool:
    """Whether both sides are one commit."""
    return report.verdict is Overall.IDENTICAL and report.baseline.sha == report.current.sha


def number(report: Report, *verdicts: Verdict) -> int:
    """How many benchmarks got one of these verdicts."""
    return sum(report.counts.get(verdict.value, 0) for verdict in verdicts)


def broken(report: Report) -> int:
    """How many benchmarks worked on baseline and work no more."""
    return sum(result.fails for result in report.benchmarks)


def wanted(report: Report) -> int:
    """How many benchmarks both sides have: compared, not reached or failed."""
    return _compared(report) + number(report, Verdict.NOT_REACHED, Verdict.FAILED)


def unknown(report: Report) -> int:
    """How many benchmarks may be slower or not."""
    return number(report, Verdict.INCONCLUSIVE, Verdict.NOT_REACHED)


def _compared(report: Report) -> int:
    return report.counts.get("compared", 0)


def _limit(report: Report, results: Iterable[Result], whose: str) -> str:
    """`10 %`, or whose limit where benchmarks have limits of their own."""
    limits = {result.limit_percent for result in results} or {report.threshold_percent}
    return units.percent(limits.pop()) if len(limits) == 1 else f"{whose} limit"


def _regressed(report: Report) -> str:
    slower, stopped = number(report, Verdict.REGRESSED), broken(report)
    if not slower:
        return f"{units.count(stopped, 'benchmark')} stopped working"
    guilty = [result for result in report.benchmarks if result.verdict is Verdict.REGRESSED]
    limit = _limit(report, guilty, "its" if slower == 1 else "their")
    sentence = f"{units.of(slower, wanted(report))} slower by more than {limit}"
    return f"{sentence}, and {stopped:,} stopped working" if stopped else sentence


def _passed(report: Report) -> Headline:
    doubtful, total, faster = unknown(report), wanted(report), number(report, Verdict.IMPROVED)
    limit = _limit(report, (one for one in report.benchmarks if one.verdict in _JUDGED), "its")
    fails = report.fails_job and not _besides(report)
    mark = BAD if fails else UNSURE
    if doubtful and (fails or report.verdict is Overall.INCONCLUSIVE or 2 * doubtful > total):
        return Headline(mark, f"Could not tell whether {_doubted(doubtful, total, limit)}", _known(report))
    if faster:
        sentence = f"{units.of(faster, total)} faster, none is slower by more than {limit}"
        return Headline(GOOD, sentence, _known(report))
    return Headline(GOOD, f"No benchmark is slower by more than {limit}", _known(report))


_JUDGED = (Verdict.IMPROVED, Verdict.UNCHANGED, Verdict.INCONCLUSIVE, Verdict.IDENTICAL, Verdict.PLACEMENT)


def _doubted(doubtful: int, total: int, limit: str) -> str:
    if total == 1:
        return f"the benchmark is slower by more than {limit}"
    if doubtful == total:
        return f"any of {units.count(total, 'benchmark')} is slower by more than {limit}"
    return f"{units.of(doubtful, total)} slower by more than {limit}"


def _known(report: Report) -> str:
    """`78 run the same code, 3 timed, 3 inconclusive`: the parts add up to all that was wanted."""
    same = number(report, Verdict.IDENTICAL)
    if same and same == wanted(report):
        return f"all {same:,} run the same code" if same > 1 else "it runs the same code"
    timed = number(report, Verdict.REGRESSED, Verdict.IMPROVED, Verdict.UNCHANGED)
    return _listed(
        (same, "runs the same code" if same == 1 else "run the same code"),
        (timed, "timed"),
        (number(report, Verdict.PLACEMENT), "changed only by where the code lies"),
        (number(report, Verdict.INCONCLUSIVE), "inconclusive"),
        (number(report, Verdict.NOT_REACHED), "not reached"),
        (number(report, Verdict.FAILED), "failed"),
    )


def _unjudged(report: Report) -> str:
    words = (Verdict.NEW, Verdict.REMOVED, Verdict.FAILED, Verdict.AMBIGUOUS, Verdict.NOT_REACHED)
    return _listed(*((number(report, verdict), verdict.value.replace("-", " ")) for verdict in words))


def _listed(*parts: tuple[int, str]) -> str:
    return ", ".join(f"{amount:,} {what}" for amount, what in parts if amount)
