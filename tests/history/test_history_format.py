from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.errors import BadFile
from benchmark_ci.history import lines
from benchmark_ci.history.file import append, read
from benchmark_ci.model import BenchmarkId, HistoryPoint
from tests.history.samples import ENVIRONMENT, PARSE, RENDER, point, sha

SOURCE = "points/2026-03/02.jsonl"


def written(*points: HistoryPoint) -> bytes:
    content = b""
    for one in points:
        content = append(content, one, SOURCE)
    return content


def kept(content: bytes) -> list[HistoryPoint]:
    return list(read(content.splitlines(keepends=True), SOURCE))


def refused(content: bytes) -> str:
    with pytest.raises(BadFile) as caught:
        kept(content)
    with pytest.raises(BadFile) as again:  # who cannot read it does not add to it either
        append(content, point(9), SOURCE)
    assert again.value.message == caught.value.message
    return caught.value.message


def test_a_file_is_a_line_for_each_thing() -> None:
    text = written(point(1), point(2)).decode()
    assert [json.loads(line)["kind"] for line in text.splitlines()] == [
        "history",
        "benchmarks",
        "machine",
        "point",
        "point",
    ]
    assert text.splitlines()[-1] == (
        '{"kind":"point","time":"2026-03-02T00:02:00Z","sha":"0000000000000000000000000000000000000002",'
        '"event":"push","baseline":"0000000000000000000000000000000000000001","series":"CI / benchmark",'
        '"run":"1002.1","machine":0,"table":0,"noise_percent":0.8,"times_ns":[184.2,null],'
        '"changes_percent":[1.5,0]}'
    )


def test_points_come_back() -> None:
    points = [point(1), point(2, times_ns=(190.0, 12.5), changes_percent=(None, -3.1)), point(3)]
    assert kept(written(*points)) == points


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ids = st.builds(BenchmarkId, package=texts, target=texts, full_id=texts)
optional_time = st.none() | st.floats(1e-3, 1e14)
optional_change = st.none() | st.floats(-100, 1e8)
optional_size = st.none() | st.integers(1, 2**50)


@st.composite
def points(draw: st.DrawFn, number: int = 1) -> HistoryPoint:
    benchmarks = draw(st.lists(ids, max_size=5))
    count = len(benchmarks)

    def column(entries: st.SearchStrategy[object]) -> list[object]:
        return draw(st.lists(entries, min_size=count, max_size=count))

    release = draw(st.booleans())
    return point(
        draw(st.integers(1, 1000)),
        event="release" if release else "push",
        tag=draw(texts) if release else None,
        series=draw(texts),
        run=draw(texts),
        environment=draw(st.none() | st.just(ENVIRONMENT)),
        benchmarks=benchmarks,
        times_ns=column(optional_time),
        changes_percent=column(optional_change),
        peak_memory_bytes=column(optional_size),
    )


@given(st.lists(points(), min_size=1, max_size=4))
def test_whatever_benchmarks_are_called_they_come_back(originals: list[HistoryPoint]) -> None:
    content = written(*originals)
    found = kept(content)
    unique = {(one.measurement, one.run): one for one in reversed(originals)}
    keys = dict.fromkeys((one.measurement, one.run) for one in originals)
    assert [(one.measurement, one.run) for one in found] == list(keys)
    for one in found:
        original = unique[one.measurement, one.run]
        assert one.benchmarks == original.benchmarks and one.environment == original.environment
        for was, now in zip(original.times_ns, one.times_ns, strict=True):
            assert now == (None if was is None else pytest.approx(was, rel=5.1e-4))
        for was, now in zip(original.changes_percent, one.changes_percent, strict=True):
            assert now == (None if was is None else pytest.approx(was, abs=0.051, rel=1e-9))
        for was, now in zip(original.peak_memory_bytes, one.peak_memory_bytes, strict=True):
            assert was is None or now == pytest.approx(was, rel=0.0101)
        HistoryPoint.model_validate(one.model_dump())


@given(st.lists(points(), min_size=1, max_size=3), points())
def test_what_stands_there_is_never_changed(before: list[HistoryPoint], more: HistoryPoint) -> None:
    content = written(*before)
    assert append(content, more, SOURCE).startswith(content)


def test_the_same_run_adds_its_point_once_and_a_second_attempt_adds_another() -> None:
    once = written(point(1))
    assert append(once, point(1), SOURCE) == once
    assert len(kept(append(once, point(1, run="1001.2"), SOURCE))) == 2


def test_the_benchmarks_are_named_once() -> None:
    many = written(*(point(number) for number in range(1, 50)))
    assert many.count(b"parse/64") == 1 and many.count(b"EPYC") == 1
    other = point(60, benchmarks=(RENDER, PARSE))
    assert kept(append(many, other, SOURCE))[-1].benchmarks == (RENDER, PARSE)


def test_memory_is_written_when_it_moves() -> None:
    sizes = [4_300_800, 4_304_896, 4_400_000, None, 4_401_000]
    content = written(*(point(n, peak_memory_bytes=(size, None)) for n, size in enumerate(sizes, start=1)))
    assert content.count(b"memory_bytes") == 2
    found = [one.peak_memory_bytes[0] for one in kept(content)]
    assert found == [4_300_800, 4_300_800, 4_400_000, 4_400_000, 4_400_000]


def test_files_behind_each_other_are_read_as_one() -> None:
    both = written(point(1)) + written(point(2, benchmarks=(RENDER, PARSE)))
    assert [one.sha for one in kept(both)] == [sha(1), sha(2)]


GOOD = written(point(1), point(2))


def test_a_file_that_was_cut_off_anywhere_is_said_with_its_line() -> None:
    ends = [0, *(index + 1 for index, byte in enumerate(GOOD) if byte == 10)]
    for number, (start, end) in enumerate(pairwise(ends), start=1):
        message = refused(GOOD[: (start + end) // 2])
        assert message == f"`{SOURCE}`, line {number}: it is cut off."


@pytest.mark.parametrize(
    ("found", "instead", "line", "said"),
    [
        ('"kind":"history"', '"kind":"point"', 1, "Field required"),
        ('"kind":"history"', '"kind":"diary"', 1, "tag 'diary'"),
        ('"sha":"', '"sha":"x', 4, "sha: String should match"),
        ("2026-03-02T00:01", "2026-13-02T00:01", 4, "time: String should match"),
        ("2026-03-02T00:01", "2026-02-30T00:01", 4, "time: no calendar has a 2026-02-30"),
        ('"times_ns":[184.2', '"times_ns":[NaN', 4, "times_ns"),
        ('"times_ns":[184.2', '"times_ns":[-1', 4, "times_ns"),
        ('"times_ns":[184.2', '"times_ns":["1"', 4, "times_ns"),
        ('"times_ns":[184.2,null]', '"times_ns":[184.2]', 4, "times_ns has 1 entries for 2 benchmarks"),
        ('"changes_percent":[1.5', '"changes_percent":[-100.1', 4, "changes_percent"),
        ('"changes_percent":[1.5', '"changes_percent":[1e400', 4, "changes_percent"),
        ('"table":0,"noise', '"table":7,"noise', 4, "there is no table 7"),
        ('"machine":0,"table"', '"machine":3,"table"', 4, "there is no machine 3"),
        ('"table":0,"ids"', '"table":5,"ids"', 2, "table 5 stands where 0 should"),
        ('"memory_bytes":[[0,', '"memory_bytes":[[2,', 4, "beyond the 2 benchmarks"),
        ('"series"', '"sorties"', 4, "series"),
        ('"run":"1001.1"', '"run":"1001.1","more":1', 4, "more"),
    ],
)  # fmt: skip
def test_damage_is_named_with_its_line_and_place(found: str, instead: str, line: int, said: str) -> None:
    text = GOOD.decode()
    assert found in text
    message = refused(text.replace(found, instead, 1).encode())
    assert message.startswith(f"`{SOURCE}`, line {line}: ") and said in message


@pytest.mark.parametrize(
    "content",
    [b"\n", b"\xff\xfe\n", b"null\n", b"[]\n", b"[" * 100_000 + b"\n", b"{}\n", GOOD.split(b"\n", 1)[1]],
    ids=["blank", "not UTF-8", "null", "list", "deep", "no kind", "no header"],
)
def test_what_is_no_history_is_refused(content: bytes) -> None:
    assert refused(content).startswith(f"`{SOURCE}`, line 1: ")


def test_an_empty_file_is_damaged_for_who_reads_it_and_a_beginning_for_who_writes() -> None:
    with pytest.raises(BadFile, match="line 1: the file is empty"):
        kept(b"")
    assert [one.sha for one in kept(append(b"", point(1), SOURCE))] == [sha(1)]


def test_another_version_is_refused_politely() -> None:
    content = b'{"kind":"history","format_version":2,"new":true}\n{"kind":"poem"}\n'
    assert "format version 2" in refused(content) and "knows version 1" in refused(content)


def test_a_line_without_end_is_not_taken_in() -> None:
    content = GOOD + b'{"kind":"' + b"x" * lines.LONGEST_LINE_BYTES + b'"}\n'
    assert "longer than" in refused(content)


@given(st.binary(max_size=200), st.integers(0, len(GOOD)))
def test_no_bytes_do_more_than_be_refused(noise: bytes, at: int) -> None:
    try:
        kept(GOOD[:at] + noise + GOOD[at:])
    except BadFile as error:
        assert error.message.startswith(f"`{SOURCE}`, line ")
