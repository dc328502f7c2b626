"""Names in rustc's v0 mangling (RFC 2603), as a Rust programmer writes them.

Two spellings: the whole name, and a short one without the generic arguments of the function itself, as the
older mangling gives it. Crates stand without their disambiguators in both.
"""

from __future__ import annotations

from collections.abc import Callable

MOST_STEPS = 4096
DEEPEST = 128
_BASIC = {
    "a": "i8", "b": "bool", "c": "char", "d": "f64", "e": "str", "f": "f32", "h": "u8", "i": "isize",
    "j": "usize", "l": "i32", "m": "u32", "n": "i128", "o": "u128", "s": "i16", "t": "u16", "u": "()",
    "v": "...", "x": "i64", "y": "u64", "z": "!", "p": "_",
}  # fmt: skip
_POINTERS = {"R": "&", "Q": "&mut ", "P": "*const ", "O": "*mut "}
_NO_PATHS = ("dyn ", "fn(", "unsafe fn(", "extern ", "unsafe extern ")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class _Odd(Exception):
    """The symbol is not as the grammar has it, or too large to write down."""


def demangle(symbol: str, *, short: bool) -> str | None:
    """The name of a symbol that begins with `_R`; None when it is no such symbol."""
    reader = _Reader(symbol[2:], short)
    try:
        return reader.path(value=True)
    except (_Odd, ValueError, IndexError, OverflowError):
        return None


class _Reader:
    """Reads from left to right; a back reference reads an earlier part again."""

    def __init__(self, text: str, short: bool) -> None:
        self._text = text
        self._short = short
        self._at = 0
        self._steps = 0
        self._depth = 0

    def path(self, *, value: bool) -> str:
        """A path; with `value` that of a function, else of a type."""
        with _Level(self):
            tag = self._next()
            if tag == "B":
                return self._again(lambda: self.path(value=value))
            if tag == "C":
                return self._identifier()[1]
            if tag == "M":
                self._impl()
                return self._bracketed(self._type())
            if tag in ("X", "Y"):
                if tag == "X":
                    self._impl()
                itself = self._type()
                return f"<{itself} as {self.path(value=False)}>"
            if tag == "N":
                return self._nested(value)
            if tag == "I":
                before = self.path(value=value)
                arguments = self._list(self._argument)
                if value and self._short:
                    return before
                shown = ", ".join(one for one in arguments if one)
                return (before + ("::" if value else "") + f"<{shown}>") if shown else before
            raise _Odd

    def _nested(self, value: bool) -> str:
        space = self._next()
        before = self.path(value=value)
        index, name = self._identifier()
        if space.islower():
            return f"{before}::{name}" if name else before
        kind = {"C": "closure", "S": "shim"}.get(space, space)
        if self._short and kind == "closure":
            return f"{before}::{{{{closure}}}}"
        return f"{before}::{{{kind}{':' if name else ''}{name}#{index}}}"

    def _impl(self) -> None:
        """Where an implementation stands: of no interest to a reader."""
        self._disambiguator()
        self.path(value=False)

    @staticmethod
    def _bracketed(name: str) -> str:
        plain = (name[:1].isalpha() or name[:1] == "_") and not name.startswith(_NO_PATHS)
        return name if plain else f"<{name}>"

    def _type(self) -> str:
        with _Level(self):
            tag = self._next()
            if tag in _BASIC:
                return _BASIC[tag]
            if tag in "RQ":
                return self._reference(tag)
            if tag in "PO":
                return _POINTERS[tag] + self._type()
            if tag == "A":
                inner = self._type()
                return f"[{inner}; {self._constant()}]"
            if tag == "S":
                return f"[{self._type()}]"
            if tag == "T":
                items = self._list(self._type)
                return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
            if tag == "F":
                return self._function()
            if tag == "D":
                return self._object()
            if tag == "B":
                return self._again(self._type)
            self._at -= 1
            return self.path(value=False)

    def _reference(self, tag: str) -> str:
        if self._peek() == "L":
            self._at += 1
            self._number()
        return _POINTERS[tag] + self._type()

    def _function(self) -> str:
        self._binder()
        words = "unsafe " if self._taken("U") else ""
        if self._taken("K"):
            abi = "C" if self._taken("C") else self._undisambiguated().replace("_", "-")
            words += f'extern "{abi}" '
        inputs = self._list(self._type)
        output = self._type()
        return f"{words}fn({', '.join(inputs)})" + ("" if output == "()" else f" -> {output}")

    def _object(self) -> str:
        self._binder()
        bounds = self._list(self._bound)
        if self._next() != "L":
            raise _Odd
        self._number()
        return "dyn " + " + ".join(bounds)

    def _bound(self) -> str:
        name = self.path(value=False)
        bindings = []
        while self._taken("p"):
            item = self._undisambiguated()
            bindings.append(f"{item} = {self._type()}")
        if not bindings:
            return name
        inner = ", ".join(bindings)
        return f"{name[:-1]}, {inner}>" if name.endswith(">") else f"{name}<{inner}>"

    def _argument(self) -> str:
        """A generic argument; '' for a lifetime."""
        if self._taken("L"):
            self._number()
            return ""
        return self._constant() if self._taken("K") else self._type()

    def _constant(self) -> str:
        with _Level(self):
            tag = self._next()
            if tag == "p":
                return "_"
            if tag == "B":
                return self._again(self._constant)
            if tag not in "abchijlmnostxy":
                raise _Odd  # constants of other types: on nightly only
            sign = "-" if self._taken("n") else ""
            end = self._text.index("_", self._at)
            number = int(self._text[self._at : end] or "0", 16)
            self._at = end + 1
            if tag == "b":
                return "true" if number else "false"
            return f"'{chr(number)}'" if tag == "c" else f"{sign}{number}"

    def _identifier(self) -> tuple[int, str]:
        return self._disambiguator(), self._undisambiguated()

    def _disambiguator(self) -> int:
        return self._number() + 1 if self._taken("s") else 0

    def _undisambiguated(self) -> str:
        coded = self._taken("u")
        begin = self._at
        while self._peek().isdigit() and self._text[begin] != "0":
            self._at += 1
        if self._at == begin:
            self._at += 1  # a zero stands alone
        length = int(self._text[begin : self._at])
        self._taken("_")
        name = self._text[self._at : self._at + length]
        if len(name) != length:
            raise _Odd
        self._at += length
        if not coded:
            return name
        plain, _, rest = name.rpartition("_")
        return f"{plain}-{rest}".encode().decode("punycode") if plain else rest.encode().decode("punycode")

    def _number(self) -> int:
        """A number in base 62, one more than its digits say unless it has none."""
        end = self._text.index("_", self._at)
        digits = self._text[self._at : end]
        self._at = end + 1
        number = 0
        for digit in digits:
            number = number * 62 + _DIGITS.index(digit)
        return number + 1 if digits else 0

    def _binder(self) -> None:
        if self._taken("G"):
            self._number()

    def _again(self, read: Callable[[], str]) -> str:
        begin = self._at - 1
        target = self._number()
        if target >= begin:
            raise _Odd
        back, self._at = self._at, target
        found = read()
        self._at = back
        return found

    def _list(self, read: Callable[[], str]) -> list[str]:
        found = []
        while not self._taken("E"):
            found.append(read())
        return found

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        self._at += 1
        return self._text[self._at - 1]

    def _taken(self, sign: str) -> bool:
        if self._peek() != sign:
            return False
        self._at += 1
        return True

    def enter(self) -> None:
        """One level deeper: hostile names nest without end, or refer back again and again."""
        self._steps += 1
        self._depth += 1
        if self._steps > MOST_STEPS or self._depth > DEEPEST:
            raise _Odd

    def leave(self) -> None:
        """One level up."""
        self._depth -= 1


class _Level:
    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    def __enter__(self) -> None:
        self._reader.enter()

    def __exit__(self, *_: object) -> None:
        self._reader.leave()
