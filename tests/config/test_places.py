"""Places of keys and values: for every document that tomllib reads, and without harm for every other text."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.config.places import MOST_NESTED, Path, Place, TooDeep, places

BARE = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=12)


def quoted(text: str) -> str:
    """A basic string."""
    return (
        '"'
        + "".join(
            sign if sign.isprintable() and sign not in '"\\' else f"\\U{ord(sign):08x}" for sign in text
        )
        + '"'
    )


def literal(text: str) -> str:
    clean = "".join(sign for sign in text if sign.isprintable() and sign != "'")
    return f"'{clean}'"


def multiline(text: str) -> str:
    lines = quoted(text)[1:-1]
    return f'"""\n{lines}"" \\\n   # no comment\n"""'


def multiline_literal(text: str) -> str:
    clean = "".join(sign for sign in text if sign.isprintable() and sign != "'")
    return f"'''{clean}\n[not] = 'a header'\n'''"


KEYS = st.one_of(BARE, ANY_TEXT.map(quoted), ANY_TEXT.map(literal))
BLANK = st.sampled_from(["", " ", "\t", "  "])
BETWEEN = st.sampled_from(["", " ", "\n", "\r\n", " # a = [comment\n", "\n\n\t"])
SCALARS = st.one_of(
    st.integers(-1000, 1000).map(str),
    st.sampled_from(["true", "1e3", "nan", "-inf", "0x1F", "1979-05-27 07:32:00", "07:32:00.5", "1_000"]),
    ANY_TEXT.map(quoted),
    ANY_TEXT.map(literal),
    ANY_TEXT.map(multiline),
    ANY_TEXT.map(multiline_literal),
)


@st.composite
def lists(draw: st.DrawFn, of: st.SearchStrategy[str]) -> str:
    elements = draw(st.lists(of, max_size=3))
    parts = [draw(BETWEEN) + element + draw(BETWEEN) for element in elements]
    trailing: bool = draw(st.booleans())
    return "[" + ",".join(parts) + ("," if parts and trailing else "") + draw(BETWEEN) + "]"


@st.composite
def tables(draw: st.DrawFn, of: st.SearchStrategy[str]) -> str:
    pairs = draw(st.lists(st.tuples(KEYS, of), max_size=3))
    return "{" + ",".join(f" {key}{draw(BLANK)}={draw(BLANK)}{value} " for key, value in pairs) + "}"


VALUES = st.recursive(SCALARS, lambda inner: lists(inner) | tables(inner), max_leaves=5)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Mostly TOML; now and then a key comes twice, and tomllib refuses it."""
    lines = []
    for _ in range(draw(st.integers(0, 6))):
        key = ".".join(
            draw(BLANK) + one + draw(BLANK) for one in draw(st.lists(KEYS, min_size=1, max_size=3))
        )
        kind = draw(st.sampled_from(["pair", "pair", "table", "tables", "comment"]))
        end = draw(st.sampled_from(["", "  ", " # [a]"])) + draw(st.sampled_from(["\n", "\r\n"]))
        start = draw(st.sampled_from(["", " ", "\t", "\n"]))
        said = {
            "pair": f"{key}={draw(BLANK)}{draw(VALUES)}",
            "table": f"[{key}]",
            "tables": f"[[{key}]]",
            "comment": "# 'x' = \"",
        }
        lines.append(start + said[kind] + end)
    return "".join(lines)


def paths(value: object, here: Path = ()) -> Iterator[Path]:
    """Of all that a document holds."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, inner in parts:
        yield (*here, part)
        yield from paths(inner, (*here, part))


@given(documents())
def test_everything_in_a_document_has_its_place(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = places(text)
    assert set(found) == set(paths(values))
    lines = text.replace("\r\n", "\n").split("\n")
    for path, place in found.items():
        here = lines[place.line - 1][place.column - 1 :]
        assert here.strip(), (path, place)
        assert here[0] not in " \t=,]}#", (path, place)


@given(st.one_of(documents(), st.text(max_size=60), st.text("[]{}=.,'\"\\#\n ab1", max_size=60)), st.data())
def test_any_text_is_walked_to_some_end(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    try:
        found = places(text[:cut])
    except TooDeep:
        return
    assert all(1 <= place.line <= text.count("\n") + 1 for place in found.values())


def test_places_are_those_of_an_editor() -> None:
    text = 'a = 1\n[limits]\n  "x/*" = { threshold = 5,\tmemory_limit = 2 }\n'
    text += '[[t]]\nb = [\n  "é", "f",\n]\n[[t]]\n'
    assert places(text) == {
        ("a",): Place(1, 1),
        ("limits",): Place(2, 1),
        ("limits", "x/*"): Place(3, 3),
        ("limits", "x/*", "threshold"): Place(3, 13),
        ("limits", "x/*", "memory_limit"): Place(3, 28),
        ("t",): Place(4, 1),
        ("t", 0): Place(4, 1),
        ("t", 0, "b"): Place(5, 1),
        ("t", 0, "b", 0): Place(6, 3),
        ("t", 0, "b", 1): Place(6, 8),
        ("t", 1): Place(8, 1),
    }


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "{b=" * 100_000,
        "\n" + "a." * 300_000 + "a = 1",
        "[" + "a." * 300_000 + "a]",
    ],
    ids=["lists", "tables", "key", "header"],
)
def test_what_is_nested_without_end_is_refused_at_once(text: str) -> None:
    started = time.monotonic()
    with pytest.raises(TooDeep) as deep:
        places(text)
    assert deep.value.place.line in (1, 2)
    assert time.monotonic() - started < 5


def test_what_is_nested_as_deep_as_anybody_needs_is_walked() -> None:
    half = MOST_NESTED // 2
    assert len(places("a = " + "[" * half + "]" * half)) == half


@pytest.mark.parametrize(
    "text",
    ['"""' * 100_000, "a = '''" + "''\n" * 200_000, 'a = "' + "\\" * 500_000, "a = [" + "1," * 300_000],
)
def test_a_large_text_takes_no_longer_than_a_large_text(text: str) -> None:
    started = time.monotonic()
    places(text)
    assert time.monotonic() - started < 20
