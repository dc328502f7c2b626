"""The recording: what is written comes back, cut off anywhere it gives what it holds, damage is named."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmark_ci.errors import BadFile
from benchmark_ci.measure.recording import Recorder, read
from benchmark_ci.model import (
    ArrangedProcess,
    Arrangement,
    BenchmarkId,
    Contender,
    Course,
    End,
    Failure,
    Header,
    History,
    Preparation,
    Process,
    Recording,
    ReferenceProcess,
    SamplingMode,
    Side,
    Target,
    Throughput,
    Unmeasured,
)
from tests.engine import bench, discovered, header, preparation, processes, recording

Line = (
    Header
    | Preparation
    | History
    | Process
    | Failure
    | Arrangement
    | ArrangedProcess
    | ReferenceProcess
    | Unmeasured
    | End
)
texts = st.text(st.characters(codec="utf-8"), max_size=30)
ids = st.builds(BenchmarkId, package=texts, target=texts, full_id=texts)
numbers = st.floats(1e-3, 1e15)
throughputs = st.none() | st.builds(
    Throughput, unit=st.sampled_from(["bytes", "elements", "bits"]), per_iteration=st.integers(1, 2**64)
)


@st.composite
def measured(draw: st.DrawFn) -> Process:
    samples = draw(st.lists(st.tuples(st.integers(1, 10**9).map(float), numbers), min_size=1, max_size=5))
    return Process(
        id=draw(ids),
        side=draw(st.sampled_from(list(Side))),
        round=draw(st.integers(0, 50)),
        first=draw(st.booleans()),
        wall_seconds=draw(st.floats(0, 1000)),
        sampling_mode=draw(st.sampled_from(list(SamplingMode))),
        iters=tuple(iters for iters, _ in samples),
        times=tuple(time for _, time in samples),
        throughput=draw(throughputs),
    )


failures = st.builds(
    Failure,
    id=ids,
    side=st.sampled_from(list(Side)),
    round=st.integers(0, 50),
    reason=texts,
    last_lines=texts,
)
arrangements = st.builds(
    Arrangement,
    number=st.integers(1, 20),
    seed=st.integers(0, 2**31),
    targets=st.lists(st.builds(Target, package=texts, name=texts), max_size=2).map(tuple),
    seconds=st.floats(0, 1000),
    reason=texts,
)
arranged = st.builds(
    ArrangedProcess,
    arrangement=st.integers(1, 20),
    id=ids,
    side=st.sampled_from(list(Side)),
    round=st.integers(0, 50),
    first=st.booleans(),
    wall_seconds=st.floats(0, 1000),
    cpu_seconds=st.floats(0, 1000),
    iters=numbers.map(lambda iters: (1 + iters,)),
    times=numbers.map(lambda time: (time,)),
)
references = st.builds(
    ReferenceProcess,
    target=st.integers(0, 9),
    contender=st.sampled_from(list(Contender)),
    round=st.integers(0, 50),
    first=st.booleans(),
    wall_seconds=st.floats(0, 1000),
    iters=numbers.map(lambda iters: (1 + iters,)),
    times=numbers.map(lambda time: (time,)),
    peak_memory_bytes=st.none() | st.integers(1, 2**63 - 1),
)
unmeasured = st.builds(Unmeasured, target=st.integers(0, 9), reason=texts, last_lines=texts)
ends = st.builds(
    End,
    reason=st.sampled_from(["decided", "time budget", "interrupted", "failed"]),
    measuring_seconds=numbers,
    total_seconds=numbers,
)

histories = st.builds(
    History,
    branch_commit=st.none() | st.just("a" * 40),
    courses=st.lists(
        st.builds(
            Course,
            since=st.just("2026-03-02T00:01:00Z"),
            until=st.just("2026-03-02T00:02:00Z"),
            levels_percent=st.lists(st.floats(-100, 1e9), min_size=1, max_size=3).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    found = draw(st.none() | st.lists(ids, max_size=4).map(lambda many: preparation(map(discovered, many))))
    return Recording(
        header=header(seed=draw(st.integers(0, 2**48))),
        preparation=found,
        history=draw(st.none() | histories),
        processes=tuple(draw(st.lists(measured(), max_size=6))),
        failures=tuple(draw(st.lists(failures, max_size=3))),
        arrangements=tuple(draw(st.lists(arrangements, max_size=3))),
        arranged=tuple(draw(st.lists(arranged, max_size=3))),
        references=tuple(draw(st.lists(references, max_size=3))),
        unmeasured=tuple(draw(st.lists(unmeasured, max_size=2))),
        end=draw(st.none() | ends),
    )


def lines_of(content: Recording) -> list[Line]:
    lines: list[Line] = [content.header]
    lines += [content.preparation] if content.preparation else []
    lines += [content.history] if content.history else []
    lines += [*content.processes, *content.failures]
    lines += [*content.arrangements, *content.arranged]
    lines += [*content.references, *content.unmeasured]
    return lines + ([content.end] if content.end else [])


def write(file: Path, content: Recording, *, close: bool = True) -> Path:
    recorder = Recorder(file)
    for line in lines_of(content):
        recorder.add(line)
    if close:
        recorder.close()
    return file


def small() -> Recording:
    measured_twice = processes(bench("größe/1"), [(100, 101), (102, 103)])
    return recording(measured_twice, [Failure(id=bench("b"), side=Side.CURRENT, round=1, reason="x")])


def compressed(file: Path, *lines: object) -> Path:
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    file.write_bytes(gzip.compress(b"".join(text + b"\n" for text in texts)))
    return file


@given(recordings())
def test_what_was_written_comes_back(tmp_path_factory: pytest.TempPathFactory, content: Recording) -> None:
    file = tmp_path_factory.mktemp("recording") / "recording.jsonl.gz"
    assert read(write(file, content)) == content


def test_the_same_lines_give_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "a", small()).read_bytes() == write(tmp_path / "b", small()).read_bytes()


def test_any_gzip_reads_it_as_one_object_a_line(tmp_path: Path) -> None:
    text = gzip.decompress(write(tmp_path / "recording.jsonl.gz", small()).read_bytes())
    kinds = [json.loads(line)["kind"] for line in text.splitlines()]
    assert kinds == ["header", "preparation", *["process"] * 4, "failure", "end"]


def test_a_run_that_was_killed_leaves_all_that_it_measured(tmp_path: Path) -> None:
    file = tmp_path / "recording.jsonl.gz"
    recorder = Recorder(file)
    for line in lines_of(small())[:-1]:
        recorder.add(line)
    copied = tmp_path / "copied"
    copied.write_bytes(file.read_bytes())  # as the disk is at that moment
    assert read(copied) == small().model_copy(update={"end": None})
    recorder.close()


def test_a_new_recording_replaces_an_old_one_and_follows_no_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / "recording").symlink_to(precious)
    write(tmp_path / "recording", small())
    assert precious.read_text() == "precious"
    assert read(write(tmp_path / "recording", small())) == small()


def test_cut_off_at_every_byte_it_gives_its_whole_lines(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole", small()).read_bytes()
    every = lines_of(small())
    most = 0
    for cut in range(len(whole)):
        file = tmp_path / "cut"
        file.write_bytes(whole[:cut])
        try:
            found = lines_of(read(file))
        except BadFile as error:
            assert most == 0, "once the header is there, it can be read"
            assert str(file) in error.message
            continue
        assert found == every[: len(found)]
        assert len(found) >= most, "more bytes never give fewer lines"
        most = len(found)
    assert most == len(every)


@hypothesis_settings(max_examples=200)
@given(position=st.integers(12, 10_000), flip=st.integers(1, 255))
def test_a_flipped_byte_is_never_mistaken_for_other_data(
    tmp_path_factory: pytest.TempPathFactory, position: int, flip: int
) -> None:
    """Compressed data that does not add up is refused; it is never read as a shorter or another recording."""
    file = write(tmp_path_factory.mktemp("recording") / "recording", small())
    damaged = bytearray(file.read_bytes())
    damaged[position % (len(damaged) - 12) + 12] ^= flip
    file.write_bytes(bytes(damaged))
    try:
        found = read(file)
    except BadFile as error:
        assert str(file) in error.message
    else:
        assert lines_of(found) == lines_of(small())[: len(lines_of(found))]


def test_damage_in_the_middle_is_told(tmp_path: Path) -> None:
    source = random.Random(1)
    pairs = [(source.uniform(90, 110), source.uniform(90, 110)) for _ in range(400)]
    file = write(tmp_path / "recording", recording(processes(bench(), pairs)))
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + b"\xff" * 40 + whole[middle + 40 :])
    with pytest.raises(BadFile):
        read(file)


def raw(line: Line) -> dict[str, Any]:
    dumped: dict[str, Any] = json.loads(line.model_dump_json())
    return dumped


HEADER = raw(header())
PROCESS = raw(processes(bench(), [(100, 101)])[0])
ARRANGED = raw(
    ArrangedProcess(
        arrangement=1,
        id=bench(),
        side=Side.CURRENT,
        round=1,
        first=True,
        wall_seconds=1,
        iters=(10,),
        times=(5,),
    )
)
DAMAGED: dict[str, Any] = {
    "not JSON": b'{"kind": "process"',
    "not UTF-8": b'{"kind": "\xff"}',
    "not an object": [1, 2],
    "an unknown kind": {"kind": "surprise"},
    "no kind": {"format_version": 1},
    "an unknown field": PROCESS | {"surprise": 1},
    "a missing field": {name: value for name, value in PROCESS.items() if name != "iters"},
    "another format version": HEADER | {"format_version": 2},
    "NaN": json.dumps(PROCESS | {"times": [float("nan")] * 12}).encode(),
    "a time of zero": PROCESS | {"times": [0.0] * 12},
    "a negative time": PROCESS | {"times": [-1.0] * 12},
    "a time of zero in another arrangement": ARRANGED | {"times": [0.0]},
    "no iterations": PROCESS | {"iters": [0.0] * 12},
    "lengths that differ": PROCESS | {"times": PROCESS["times"][:-1]},
    "a value that is no number in the end": PROCESS | {"iters": [1e308] * 12, "times": [5e-324] * 12},
    "an empty line": b"",
}


@pytest.mark.parametrize("line", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_line_is_named_with_its_number(tmp_path: Path, line: object) -> None:
    file = compressed(tmp_path / "recording.jsonl.gz", HEADER, PROCESS, line, PROCESS)
    with pytest.raises(BadFile) as caught:
        read(file)
    assert "line 3" in caught.value.message
    assert str(file) in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize("content", [b"", b"\x1f", b"plain text", b"PK\x03\x04", gzip.compress(b"", mtime=0)])
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(BadFile) as caught:
        read(file)
    assert str(file) in caught.value.message


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing"):
        with pytest.raises(BadFile) as caught:
            read(place)
        assert str(place) in caught.value.message


def test_a_recording_without_a_header_is_none(tmp_path: Path) -> None:
    with pytest.raises(BadFile):
        read(compressed(tmp_path / "recording", PROCESS))
