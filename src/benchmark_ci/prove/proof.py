"""From what ran on both sides to what is proven about each benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import Field

from benchmark_ci.model import BenchmarkId, BenchmarkProof, Noun
from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.compare import Comparison, Pair
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.form import Kind
from benchmark_ci.prove.names import panics, readable
from benchmark_ci.prove.pairing import by_name
from benchmark_ci.prove.preparation import Preparation
from benchmark_ci.prove.spans import Span

MOST_NAMES = 5
MOST_UNLIKE = 0.001
"""A share: hash tables have random keys."""


class Ran:
    """One side of a bench target: its code, and the benchmarks' spans in the order in which they ran."""

    def __init__(self, code: Canonical, titles: Sequence[str], spans: Sequence[Span]) -> None:
        self.code = code
        self.titles = tuple(titles)
        self.spans = tuple(spans)


class Finding(Noun):
    """What is proven about the benchmark under one title."""

    identical: bool
    reason: str = ""
    differs: tuple[str, ...] = ()
    baseline_instructions: int | None = None
    current_instructions: int | None = None
    same_instructions: bool = False
    unoptimised: bool = False  # what prepares it is the same, but only where nothing is optimised
    may_be_placement: bool = Field(default=False, exclude=True)  # only its code stands against it
    only_prepared: bool = Field(default=False, exclude=True)  # only what prepares it stands against it

    def of(self, id: BenchmarkId) -> BenchmarkProof:
        """The finding as the recording keeps it."""
        return BenchmarkProof(id=id, **self.model_dump())


class Answer(NamedTuple):
    """Findings by title, and of each side the functions that prepared and are not known to be the same."""

    findings: dict[str, Finding]
    prepared: tuple[frozenset[int], frozenset[int]]


def prove(baseline: Ran, current: Ran) -> Answer:
    """What is proven about each title that both sides tested once. Never raises: doubts become reasons."""
    return _Prover(baseline, current).answer()


def entries(baseline: Ran, current: Ran) -> list[tuple[int, int]]:
    """Where the method begins that measures, on both sides, of each benchmark that both tested."""
    found = dict(zip(baseline.titles, baseline.spans, strict=True))
    return [
        (found[title].entry, span.entry)
        for title, span in zip(current.titles, current.spans, strict=True)
        if title in found
    ]


class _Prover:
    def __init__(self, baseline: Ran, current: Ran) -> None:
        self._sides = (baseline, current)
        self._comparison = Comparison(baseline.code, current.code)
        self._spans = {
            title: (baseline.spans[baseline.titles.index(title)], span)
            for title, span in zip(current.titles, current.spans, strict=True)
            if baseline.titles.count(title) == 1 and current.titles.count(title) == 1
        }

    def answer(self) -> Answer:
        roots = {title: self._roots(*spans) for title, spans in self._spans.items()}
        try:
            for pairs, _ in roots.values():
                self._comparison.explore(pairs)
            preparation = Preparation(self._comparison, self._sides[0].spans, self._sides[1].spans)
            self._comparison.settle({pairs[0] for pairs, _ in roots.values()})
            preparation.judge()
        except Doubt as doubt:
            doubtful = {title: self._finding(title, str(doubt)) for title in roots}
            return Answer(doubtful, (frozenset(), frozenset()))
        findings = self._in_order(roots, preparation)
        return Answer(findings, (preparation.unproven(0), preparation.unproven(1)))

    def _in_order(
        self, roots: dict[str, tuple[list[Pair], str]], preparation: Preparation
    ) -> dict[str, Finding]:
        """A benchmark may use what an earlier one left: whatever changed there reaches all later ones."""
        found: dict[str, Finding] = {}
        spoiled = self._earliest_spoiled(preparation)
        code_changed = False
        order = {title: at for at, title in enumerate(self._sides[1].titles)}
        for title, (pairs, missing) in sorted(roots.items(), key=lambda one: order[one[0]]):
            spans = self._spans[title]
            wrong = self._comparison.all_wrong(pairs)
            changed_before = code_changed
            code_changed |= bool(wrong or missing)
            if reason := self._unprovable(title):
                found[title] = self._finding(title, reason)
            elif wrong or missing:
                found[title] = self._differs(title, wrong, missing)
            elif changed_before and spans[0].instructions != spans[1].instructions:
                found[title] = self._finding(
                    title,
                    "an earlier benchmark's code changed, and this one executes more or fewer instructions",
                )
            elif reason := spoiled.get(title, ""):
                found[title] = self._finding(title, reason).model_copy(update={"only_prepared": True})
            else:
                found[title] = self._finding(title, "")
            if wrong or missing:
                found[title] = found[title].model_copy(update={"may_be_placement": self._alike(*spans)})
        return found

    def _alike(self, baseline: Span, current: Span) -> bool:
        """Whether it is worth a look if both execute the same: one iteration of each has about as much."""
        counts = (baseline.instructions, current.instructions)
        hazards = any(span.threads or span.processes or span.unwinds for span in (baseline, current))
        return not hazards and max(counts) - min(counts) <= max(counts) * MOST_UNLIKE

    def _roots(self, baseline: Span, current: Span) -> tuple[list[Pair], str]:
        """What a benchmark measured: the method that measures, and all that ran in it.

        What ran must be reached from there on both sides, or be found by name: the target of a pointer that
        was handed in.
        """
        codes = (self._sides[0].code, self._sides[1].code)
        entry = Pair(
            *(
                code.function_node(code.image.functions[span.entry])
                for code, span in zip(codes, (baseline, current), strict=True)
            )
        )
        self._comparison.explore([entry])
        reached = self._comparison.reached([entry])
        left = [
            span.measured - {pair[index].start for pair in reached if pair[index].kind is Kind.FUNCTION}
            for index, span in enumerate((baseline, current))
        ]
        pairs, missing = by_name(self._comparison, *left)
        return [entry, *pairs], missing[0] if missing else ""

    def _earliest_spoiled(self, preparation: Preparation) -> dict[str, str]:
        """Why a benchmark's input may differ, by title: of what ran before it, something is not the same."""
        reasons: dict[str, str] = {}
        for index, ran in enumerate(self._sides):
            reason = ""
            for title, span in zip(ran.titles, ran.spans, strict=True):
                bad = preparation.wrong_on(index, span)
                if bad is not None and not reason:
                    reason = f"code that prepares it or an earlier benchmark differs: {self._name(bad)}"
                if reason:
                    reasons.setdefault(title, reason)
        return reasons

    def _unprovable(self, title: str) -> str:
        """What code alone cannot show."""
        for ran in self._sides:
            at = ran.titles.index(title)
            if any(span.threads for span in ran.spans[: at + 1]):
                return "it starts threads, or an earlier benchmark did"
            if ran.spans[at].processes:
                return "it starts processes"
            names = (readable(ran.code.image.functions[start].name) for start in ran.spans[at].measured)
            if ran.spans[at].unwinds or any(panics(name) for name in names):
                return "it panics"
            if ran.spans[at].called_back:
                return "a library calls it back"
        return ""

    def _differs(self, title: str, wrong: list[Pair], missing: str) -> Finding:
        names = list(dict.fromkeys([self._name(pair) for pair in wrong] + ([missing] if missing else [])))
        doubts = [self._comparison.wrong(pair) for pair in wrong]
        reason = "its code differs"
        if doubts and all(
            doubt not in ("differs", "is another variable than before", None) for doubt in doubts
        ):
            reason = f"its code cannot be compared: {names[0]} {doubts[0]}"
        return self._finding(title, reason, tuple(names[:MOST_NAMES]))

    def _name(self, pair: Pair | str) -> str:
        return pair if isinstance(pair, str) else self._comparison.name(pair)

    def _finding(self, title: str, reason: str, differs: tuple[str, ...] = ()) -> Finding:
        baseline, current = self._spans[title]
        return Finding(
            identical=not reason,
            reason=reason,
            differs=differs,
            baseline_instructions=baseline.instructions,
            current_instructions=current.instructions,
        )
