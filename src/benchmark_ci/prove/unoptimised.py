"""Is what prepares a benchmark the same in its source? Unoptimised code tells where optimised code does not.

What a compiler makes of a function depends on what else it compiles, so code that prepares may differ though
nobody touched it. Without optimisation each function is compiled by itself. Where both sides' unoptimised
executables are the same machine code from their beginning, but for what is measured, preparing does the same
on both sides, however it was compiled. Two more things must hold:

- The method that measures is the same unoptimised, too. That it is the same optimised was shown before; but
  how it is handed its input is the compiler's choice, and equal code could be handed another part of it.
- What preparing hands on runs optimised, and is the same code there (`prove/handed.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmark_ci.build.executable import Executable
from benchmark_ci.prove.both import Both
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.groups import leave_out_differing
from benchmark_ci.prove.handed import refuse_other_handed
from benchmark_ci.prove.opened import Opened
from benchmark_ci.prove.pairing import starts_of
from benchmark_ci.prove.proof import Answer, Finding, Ran
from benchmark_ci.wall.site import Site

FEWEST = 8
"""Benchmarks that are only prepared by other code, for which it is worth to build and read once more: that
takes about as long as timing three or four of them."""

_AROUND_MAIN = (".preinit_array", ".init_array", ".fini_array")

Make = Callable[[float], tuple[Executable, ...] | str]
"""Both sides' executables without optimisation within so many seconds each, or why there are none."""


def prepared_alike(
    answer: Answer,
    sides: Sequence[Opened],
    ran: Sequence[Ran],
    make: Make,
    site: Site,
    limit_seconds: float,
) -> tuple[dict[str, Finding], str]:
    """The findings by title, where some more may be identical now; and why no more of them are.

    `answer`, `sides` and `ran` are of the optimised executables, baseline first.
    """
    found = answer.findings
    wanted = [
        title
        for title, one in found.items()
        if one.only_prepared and one.baseline_instructions == one.current_instructions
    ]
    if len(wanted) < FEWEST:
        return found, ""
    try:
        refuse_other_handed(sides, ran, answer.prepared)
        source = _Source(_opened(make(limit_seconds), site))
    except Doubt as doubt:
        return found, str(doubt)
    baseline, current = (_methods(*both) for both in zip(sides, ran, strict=True))
    same = {title for title in wanted if source.same_method(baseline[title], current[title])}
    known = {"identical": True, "unoptimised": True, "reason": ""}
    findings = {title: one.model_copy(update=known) if title in same else one for title, one in found.items()}
    return findings, "" if len(same) == len(wanted) else "unoptimised, what some of them measure differs"


def _opened(made: tuple[Executable, ...] | str, site: Site) -> Sequence[Opened]:
    if isinstance(made, str):
        raise Doubt(f"there is no unoptimised code: {made}")
    return [Opened(exe, site, read_code=True, optimised=False) for exe in made]


def _methods(side: Opened, ran: Ran) -> dict[str, Sequence[str]]:
    """The symbols of the method that measures, by title."""
    return {title: side.methods[span.entry] for title, span in zip(ran.titles, ran.spans, strict=True)}


class _Source:
    """Both sides without optimisation, compared from their beginning."""

    def __init__(self, sides: Sequence[Opened]) -> None:
        """Raises Doubt where what is not measured differs, and may matter to all."""
        self._methods = [side.methods for side in sides]
        self._both = both = Both(sides)
        baseline, current = (_beginnings(side.image) for side in sides)
        if len(baseline) != len(current):
            raise Doubt("unoptimised code begins differently")
        both.compare([both.pair(*starts) for starts in zip(baseline, current, strict=True)])
        self._measuring = [
            pair
            for pair in both.reached
            if any(node.start in methods for node, methods in zip(pair, self._methods, strict=True))
        ]
        self._left_out: tuple[set[int], set[int]] = (set(), set())
        if both.differing():
            self._left_out = leave_out_differing(both, sides)
        if name := both.differing():
            raise Doubt(f"unoptimised code differs, too: {name}")

    def same_method(self, baseline: Sequence[str], current: Sequence[str]) -> bool:
        """Whether methods that measure, by all their symbols, are the same and only each other's partners."""
        places = [
            {start for start, names in methods.items() if not set(names).isdisjoint(symbols)}
            for methods, symbols in zip(self._methods, (baseline, current), strict=True)
        ]
        if any(own & left_out for own, left_out in zip(places, self._left_out, strict=True)):
            return False
        found = False
        for pair in self._measuring:
            theirs = [node.start in own for node, own in zip(pair, places, strict=True)]
            if any(theirs):
                if not all(theirs) or not self._both.same(pair):
                    return False
                found = True
        return found


def _beginnings(image: Image) -> list[int]:
    """Where an executable's own code is entered: `main`, and what the loader calls before and after it."""
    mains = starts_of(image, "main")
    if len(mains) != 1:
        raise Doubt("unoptimised code has no single `main`")
    pointed = [
        pointer.address
        for section in image.sections
        if section.name.startswith(_AROUND_MAIN)
        for place in image.places(section.start, section.end)
        if (pointer := image.pointers[place]).address is not None
    ]
    # the C runtime's own have no size, so they are no functions here; both sides are linked with one runtime
    return [*mains, *(place for place in pointed if place in image.functions)]
