"""Functions of a `criterion_group!` that differ, and leave nothing behind for the benchmarks of others.

Each function of a group gets `&mut Criterion`, runs benchmarks of its own, and returns nothing; but all of
them run one after the other in one process. Where one prepares its benchmarks differently, those of the
others are the same all the same, unless it leaves them something. That it does not is told by unoptimised
code: what calls it takes nothing back, it gets one pointer, and no code that it reaches touches a variable of
the others. What is left is the state of Criterion and of Rust's own libraries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from benchmark_ci.prove import x86_calls
from benchmark_ci.prove.both import Both
from benchmark_ci.prove.canonical import Canonical
from benchmark_ci.prove.compare import Pair
from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.form import Kind, Node
from benchmark_ci.prove.names import crates, readable
from benchmark_ci.prove.opened import Opened
from benchmark_ci.prove.spans import configures

_UNDERSTOOD = "EM_X86_64"
_LIBRARIES = re.compile(
    r"std|core|alloc|__rustc|compiler_builtins|std_detect|object|gimli|addr2line|miniz_oxide|rustc_demangle|"
    r"criterion|regex|regex_automata|regex_syntax|regex_lite|aho_corasick|memchr|thread_local|once_cell|"
    r"lazy_static|rayon|rayon_core|crossbeam\w*|plotters\w*|ciborium\w*|serde|serde_\w+|tinytemplate|anes|"
    r"page_size|alloca|itertools|num_traits|oorandom|walkdir|same_file|is_terminal|atty|csv|csv_core"
)
"""Rust's own libraries, and Criterion with what it uses in all its releases."""
_NOT_RUST = re.compile(r"(?:__|_?rust_|_Unwind_|mem)\w*")


class _Member(NamedTuple):
    """A function of a group, and the function that the macro made, which calls it."""

    group: Pair
    function: Pair


def leave_out_differing(both: Both, sides: Sequence[Opened]) -> tuple[set[int], set[int]]:
    """Leave the groups' functions that differ out of the comparison; the addresses of all that they reach.

    Raises Doubt where one of them may leave something behind.
    """
    reached: tuple[set[int], set[int]] = (set(), set())
    found = [one for one in _members(both) if both.differs(one.function)]
    if not found:
        return reached
    both.leave_out(one.function for one in found)
    for index, side in enumerate(sides):
        functions = [one.function[index] for one in found]
        for one in found:
            if not _takes_and_leaves_nothing(side, one.group[index], one.function[index]):
                raise Doubt(f"what may be handed on differs, unoptimised: {both.name(one.function)}")
        _refuse_shared(side, functions, (pair[index] for pair in both.roots))
        reached[index].update(node.start for node in _reach(_code(side), functions))
    return reached


def _members(both: Both) -> list[_Member]:
    """The groups' functions: what the macro's function calls, which calls Criterion to read its arguments.

    `criterion_main!` makes a function of this kind, too, which calls the groups.
    """
    called = {pair: both.called(pair) for pair in both.reached if pair.baseline.kind is Kind.FUNCTION}
    groups = {
        pair
        for pair, those in called.items()
        if any(all(map(configures, both.symbols(one))) for one in those)
    }
    return [_Member(group, one) for group in groups for one in called[group] if one not in groups]


def _takes_and_leaves_nothing(side: Opened, group: Node, function: Node) -> bool:
    """Whether a function measures, gets one word, and gives nothing back."""
    image = side.image
    if image.machine != _UNDERSTOOD:
        return False
    code = image.read(group.start, group.end)
    return (
        any(node.start in side.methods for node in _reach(_code(side), [function]))
        and x86_calls.passes_one_word(code, group.start, function.start)
        and x86_calls.ignores(code, group.start, function.start)
    )


def _refuse_shared(side: Opened, functions: Sequence[Node], roots: Iterable[Node]) -> None:
    """Raises Doubt where functions, or what they reach, may leave something in a variable that others reach.

    What Rust's own libraries and Criterion keep in variables of theirs is no input.
    """
    code = _code(side)
    others = _reach(code, roots, walls=functions)
    for node in _reach(code, functions):
        if node.kind is Kind.FUNCTION and not _of_a_library(side, node):
            data = _reach(code, [node], data_only=True) - {node}
            if any(one.kind in (Kind.VARIABLE, Kind.THREAD) for one in data & others):
                raise Doubt("unoptimised code differs that may leave something in a variable")


def _of_a_library(side: Opened, function: Node) -> bool:
    """Whether a function is of libraries alone that are not what the benchmarks are of."""
    name = side.image.functions[function.start].name
    own = {one.replace("-", "_") for one in (side.exe.target.package, side.exe.target.name)}
    theirs = crates(name)
    if not theirs:
        return _NOT_RUST.fullmatch(readable(name)) is not None
    return theirs.isdisjoint(own) and all(map(_LIBRARIES.fullmatch, theirs))


def _reach(
    code: Canonical, start: Iterable[Node], walls: Iterable[Node] = (), *, data_only: bool = False
) -> set[Node]:
    """All that pieces of one side reach, with themselves; `data_only`: not through other functions."""
    stopped = set(walls)
    queue = [node for node in start if node not in stopped]
    seen = set(queue)
    for node in queue:
        for edge in code.refers(node):
            unwanted = edge.node in stopped or (data_only and edge.node.kind is Kind.FUNCTION)
            if edge.node not in seen and not unwanted:
                seen.add(edge.node)
                queue.append(edge.node)
    return seen


def _code(side: Opened) -> Canonical:
    assert side.code is not None  # noqa: S101 - it was opened to be read
    return side.code
