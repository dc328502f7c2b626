"""Listings, filters and harnesses: what an executable says of itself."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.build import discovery
from benchmark_ci.build.discovery import Listed, join, selected
from benchmark_ci.build.executable import escaped, exactly, harness_of, is_cut, listing
from benchmark_ci.model import Harness, Settings, Side
from benchmark_ci.wall.site import Site
from tests.engine import BOTH, bench, discovered, stand_in

texts = st.text(st.characters(codec="utf-8"), max_size=60)
one_line = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=60)


def listed(*titles: str, word: str = "benchmark") -> dict[str, int]:
    return dict(listing("".join(f"{title}: {word}\n" for title in titles)).titles)


@given(texts)
def test_an_escaped_text_matches_itself_and_nothing_else(text: str) -> None:
    pattern = re.compile(escaped(text))
    assert pattern.fullmatch(text)
    assert not pattern.fullmatch(text + "x")
    assert re.search(exactly(text), text)
    assert not re.search(exactly(text), "x" + text)


@given(texts, texts)
def test_the_filter_of_one_id_matches_no_other(text: str, other: str) -> None:
    found = re.search(f"{exactly(text)[:-1]}\\Z", other)  # Python's $ also matches before a last line break
    assert bool(found) == (text == other)


@given(texts)
def test_only_what_old_regex_crates_take_is_escaped(text: str) -> None:
    """They refuse `\\ ` and `\\<`, and know no `\\Q`; and no argument can hold a NUL."""
    escapes = re.findall(r"\\(x00|.)", escaped(text), re.DOTALL)
    assert set(escapes) <= {*"\\.+*?()|[]{}^$#&-~", "x00"}
    assert "\0" not in escaped(text)


@pytest.mark.parametrize("word", ["bench", "benchmark"])
def test_titles_in_their_order(word: str) -> None:
    assert list(listed("b/2", "größe 日本", "x: bench", " spaces ", "a", word=word)) == [
        "b/2",
        "größe 日本",
        "x: bench",
        " spaces ",
        "a",
    ]


def test_blank_lines_and_what_a_benchmark_prints_are_no_titles() -> None:
    text = "loading data…\n\na: benchmark\n\nb: test\n3 benchmarks\nb: benchmarks\n: benchmark"
    assert dict(listing(text).titles) in ({"a": 1}, {"a": 1, "": 1})


@given(st.lists(one_line, unique=True, max_size=8))
def test_every_title_comes_back(titles: list[str]) -> None:
    plain = [title for title in titles if not re.search(r" #[0-9]+\Z", title)]
    assert listed(*plain) == dict.fromkeys(plain, 1)


def test_a_title_listed_twice_is_counted() -> None:
    assert listed("a", "b", "a") == {"a": 2, "b": 1}


def test_criterions_own_number_is_taken_off() -> None:
    assert listed("top", "top #2", "top #3", "b") == {"top": 3, "b": 1}


def test_an_id_that_only_looks_numbered_stays() -> None:
    assert listed("issue #2", "b #x") == {"issue #2": 1, "b #x": 1}


@pytest.mark.parametrize(
    ("title", "cut"),
    [
        ("x" * 100 + "...", True),
        ("é" * 50 + "...", True),
        ("日" * 33 + "...", True),  # 99 bytes: the hundredth would split a character
        ("x" * 100, False),
        ("x" * 90 + "...", False),
        ("loading...", False),
    ],
)
def test_cut_titles_are_recognised(title: str, cut: bool) -> None:
    assert is_cut(title) is cut


def test_filter_and_skip() -> None:
    def left(**lists: tuple[str, ...]) -> list[str]:
        ids = ("parse/small", "parse/large", "parser/small", "render/parse/small")
        settings = Settings(**lists)  # type: ignore[arg-type]
        return [one for one in ids if selected(bench(one), settings)]

    assert left(filter=("^parse/",)) == ["parse/small", "parse/large"]
    assert left(filter=("^parser/", "large$")) == ["parse/large", "parser/small"]
    assert left(skip=("small$",)) == ["parse/large"]
    assert left(filter=("^parse/",), skip=("large",)) == ["parse/small"]
    assert len(left()) == 4


def test_both_sides_answers_are_joined() -> None:
    a, b, c, twice = (bench(name) for name in ("a", "b", "c", "twice"))
    found = join(
        {
            Side.BASELINE: [Listed(ids=(a, b, twice))],
            Side.CURRENT: [Listed(ids=(c, a, twice), ambiguous=frozenset({"twice"})), Listed()],
        }
    )
    assert found == (
        discovered(a),
        discovered(b, (Side.BASELINE,)),
        discovered(twice, ambiguous=True),
        discovered(c, (Side.CURRENT,)),
    )


def test_one_id_in_two_targets_is_two_benchmarks() -> None:
    first, second = bench("a", target="x"), bench("a", target="y")
    found = join(
        {side: [Listed(ids=(first,), ambiguous=frozenset({"a"})), Listed(ids=(second,))] for side in BOTH}
    )
    assert found == (discovered(first, ambiguous=True), discovered(second))


def program(folder: Path, code: str) -> Path:
    path = folder / "program"
    path.write_text(f"#!{sys.executable} -I\n{code}")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("print('--save-baseline --measurement-time')", (Harness.CRITERION, False)),  # 0.3
        ("print('--save-baseline --measurement-time --quick')", (Harness.CRITERION, True)),
        ("print('--nocapture --test-threads')", (Harness.LIBTEST, False)),
        ("print('--no-capture --test-threads')", (Harness.LIBTEST, False)),  # newer
        ("print('custom/mix: 12 ns')", (Harness.CUSTOM, False)),
        ("raise SystemExit('--save-baseline --measurement-time')", (Harness.CUSTOM, False)),
        ("SENTENCE = 'This executable is a Criterion.rs benchmark'; exit(2)", (Harness.CRITERION, True)),
    ],
)
def test_whose_harness_it_is(tmp_path: Path, code: str, expected: tuple[Harness, bool]) -> None:
    assert harness_of(program(tmp_path, code), tmp_path, tmp_path, {}, None) == (*expected, "")


def test_another_machine_s_program_is_told_by_the_system_s_words(tmp_path: Path) -> None:
    path = program(tmp_path, "")
    path.write_bytes(b"\0asm\1\0\0\0")
    assert harness_of(path, tmp_path, tmp_path, {}, None) == (Harness.CUSTOM, False, "Exec format error")


def test_what_the_loader_refuses_is_told_by_its_words(tmp_path: Path) -> None:
    words = "error while loading shared libraries: libx.so: cannot open shared object file"
    code = f"import sys; print('/t/bench-1: {words}', file=sys.stderr); exit(127)"
    assert harness_of(program(tmp_path, code), tmp_path, tmp_path, {}, None) == (Harness.CUSTOM, False, words)


def test_listing_an_executable(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = Site(tmp_path / "site", None)
    exe = stand_in(tmp_path, Side.CURRENT, {"a/b": 1, "größe": 2})
    found = discovery.list_benchmarks(exe, site)
    assert [one.full_id for one in found.ids] == ["a/b", "größe"]
    assert found.failure is None
    assert not site.here.exists()


def test_an_executable_that_cannot_list_says_why(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = Site(tmp_path / "site", None)
    exe = stand_in(tmp_path, Side.CURRENT, {})
    broken = exe.model_copy(update={"path": program(tmp_path, "raise SystemExit('no input file')")})
    failure = discovery.list_benchmarks(broken, site).failure
    assert failure
    assert (failure.kind, failure.side) == ("list", Side.CURRENT)
    assert "no input file" in failure.reason
    assert "cargo bench -p crate --bench bench" in failure.remedy
