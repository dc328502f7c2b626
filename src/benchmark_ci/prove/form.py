"""Pieces of an executable as vertices of a graph: what stands in one, and in order what it refers to."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Kind(IntEnum):
    """What a node of the graph is."""

    FUNCTION = 0
    CONSTANT = 1
    VARIABLE = 2  # writable: who else refers to it matters
    THREAD = 3  # the initial content of all thread-locals


class Node(NamedTuple):
    """A piece of the executable: [start, end)."""

    kind: Kind
    start: int
    end: int


class Edge(NamedTuple):
    """A reference: `called` when only a direct call or jump follows it."""

    node: Node
    called: bool


class Neighbour(NamedTuple):
    """A piece that an address at its border may mean, and how far from its start that is."""

    node: Node
    offset: int


class Border(NamedTuple):
    """What else than the piece that it is in an address may mean: the piece before, the piece behind."""

    before: Neighbour | None
    after: Neighbour | None


class Form(NamedTuple):
    """A piece without its address.

    `borders`: of each address that a function takes of data, in order.
    """

    shape: bytes
    edges: tuple[Edge, ...]
    borders: tuple[Border, ...] = ()


class Writer:
    """Puts a form together; every part has its length in front, so that no two parts read alike."""

    def __init__(self, shape: bytes) -> None:
        self._parts = [shape]
        self._edges: list[Edge] = []
        self._borders: list[Border] = []

    def note(self, text: str) -> None:
        """Words of ours."""
        self._parts.append(text.encode("utf-8", "surrogateescape"))

    def raw(self, content: bytes) -> None:
        """Bytes of the executable."""
        self._parts.append(content)

    def edge(self, node: Node, called: bool) -> None:
        """What the piece refers to next."""
        self._edges.append(Edge(node, called))

    def border(self, border: Border) -> None:
        """What else the address may mean that was taken last."""
        self._borders.append(border)

    def form(self) -> Form:
        """All that was put together."""
        lengths = ",".join(str(len(part)) for part in self._parts).encode()
        return Form(lengths + b";" + b"".join(self._parts), tuple(self._edges), tuple(self._borders))
