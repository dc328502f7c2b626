"""Functions of which compilers or linkers cut out pieces: what may be shared between these.

GCC puts what rarely runs elsewhere (`.cold`), LLVM puts what several functions have in common into one
(`OUTLINED_FUNCTION_…`), linkers lead around a processor's erratum. Such a piece finds every register as the
function left it, so an address, or a part of one, may be taken on one side and used on the other.
"""

from __future__ import annotations

from benchmark_ci.prove.doubt import Doubt
from benchmark_ci.prove.elf import Image, Symbol
from benchmark_ci.prove.instructions import Body, Departure, Reference, Use
from benchmark_ci.prove.layout import Layout
from benchmark_ci.prove.names import is_part, is_shared_part


class Cuts:
    """What is known of them in one executable."""

    def __init__(self, image: Image, where: Layout) -> None:
        self._image = image
        self._layout = where

    def only_handed(self, symbol: Symbol, reference: Reference) -> bool:
        """Whether a function only hands an address on, which no other part of it can do anything with."""
        return reference.handed and all(self._is_call(symbol, target) for target in reference.leaves)

    def checked(self, symbol: Symbol, body: Body) -> Body:
        """What is left to know of a body; raises Doubt where a part of an address may be shared."""
        if any(self._may_share(symbol, departure) for departure in body.departs):
            raise Doubt("may share a part of an address with another function")
        own = is_shared_part(symbol.name)
        if own and (body.returns_parts or self._takes_table(body)):
            raise Doubt("may share a part of an address with other functions")
        called = (one.target for one in body.references if one.use is Use.BRANCH)
        if not own and not any(map(self._is_shared_part, called)):
            return body
        # whatever else these do with the addresses
        return body._replace(references=tuple(one._replace(handed=False) for one in body.references))

    def _is_call(self, symbol: Symbol, target: int) -> bool:
        """Whether a jump out of a function is a call that ends it, and leads to no other part of it."""
        other = self._image.function(target)
        if other is None:
            return True  # a stub of the procedure linkage table
        return other.start == target and not (is_part(symbol.name) or is_part(other.name))

    def _may_share(self, symbol: Symbol, departure: Departure) -> bool:
        """Whether a jump or call out of a function may lead to where the content of any register is used."""
        if departure.called:
            return self._is_shared_part(departure.target)
        return not self._is_call(symbol, departure.target)

    def _is_shared_part(self, target: int) -> bool:
        other = self._image.function(target)
        return other is not None and is_shared_part(other.name)

    def _takes_table(self, body: Body) -> bool:
        """Whether the address of a jump table is taken, for the function that has it."""
        taken = (one.target for one in body.references if one.use is Use.ADDRESS)
        return any(map(self._layout.is_table, taken))
