"""Functions that preparing hands on: measuring may call them, though nothing in its code says so.

That is a method of a boxed value, or a function in a table. Each must be the same code on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from benchmark_ci.prove.both import Both
from benchmark_ci.prove.compare import Pair
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image
from benchmark_ci.prove.form import Kind
from benchmark_ci.prove.names import crates, full, mangled
from benchmark_ci.prove.opened import Opened
from benchmark_ci.prove.proof import Ran

_CRITERION = "criterion"


def refuse_other_handed(
    sides: Sequence[Opened], ran: Sequence[Ran], prepared: Sequence[Collection[int]]
) -> None:
    """Raises Doubt where a function differs that these functions hand on, or has no partner of its name.

    `prepared`: of each side those that prepared and are not known to be the same. What the others hand on
    was compared with them.
    """
    both = Both(sides)
    package = sides[0].exe.target.package
    handed = [_handed(*one, package) for one in zip(ran, prepared, strict=True)]
    by_symbol, by_name = ([_by(side.image, key) for side in sides] for key in (mangled, full))
    pairs: dict[Pair, None] = {}
    for index, other in ((0, 1), (1, 0)):
        for start in sorted(handed[index]):
            symbols = sides[index].image.aliases[start]
            for partner in _partners(symbols, by_symbol[other], by_name[other], handed[other]):
                pairs[both.pair(start, partner) if index == 0 else both.pair(partner, start)] = None
    both.compare(list(pairs))
    if name := both.differing():
        raise Doubt(f"preparing hands on what differs: {name}")


def _handed(ran: Ran, prepared: Collection[int], package: str) -> set[int]:
    """Functions whose address these take, themselves or in data that they refer to.

    Not those through which measuring is entered, and none of Criterion's own, which nothing
    measured calls but Criterion.
    """
    code = ran.code
    queue = [code.function_node(code.image.functions[start]) for start in sorted(prepared)]
    seen, found = set(queue), set()
    for node in queue:
        for piece, called in code.refers(node):
            if piece.kind is Kind.FUNCTION:
                if not called:
                    found.add(piece.start)
            elif piece not in seen:
                seen.add(piece)
                queue.append(piece)
    names = {start: code.image.functions[start].name for start in found}
    others = {start for start, name in names.items() if crates(name) != {_CRITERION} or package == _CRITERION}
    return others.difference(*(span.ancestors for span in ran.spans))


def _by(image: Image, key: Callable[[str], str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for start, symbols in image.aliases.items():
        for symbol in symbols:
            found.setdefault(key(symbol), set()).add(start)
    return found


def _partners(
    symbols: Sequence[str],
    by_symbol: Mapping[str, Collection[int]],
    by_name: Mapping[str, Collection[int]],
    handed: Collection[int],
) -> set[int]:
    """A function's partners on the other side: by its whole symbol, else by its name.

    Of several copies all that are handed on there, else all: which of them is meant is not known.
    """
    found = {start for symbol in symbols for start in by_symbol.get(mangled(symbol), ())}
    found = found or {start for symbol in symbols for start in by_name.get(full(symbol), ())}
    if not found:
        raise Doubt(f"preparing hands on what only one side has: {full(symbols[0])}")
    return found.intersection(handed) or found
