"""What a stranger's recording may take: known of each line before it is read, and true of what is read."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from benchmark_ci.errors import BadFile
from benchmark_ci.measure.recording import Bounds, read, weight
from benchmark_ci.model import Side
from benchmark_ci.relay import BOUNDS
from tests.engine import bench, header, preparation, process

HEADER = header().model_dump_json().encode()
NOBODY = b'{"package":"","target":"","full_id":""}'
ONE_SAMPLE = process(bench(), Side.CURRENT, 1, 5)


def sampled(times: int, iters: str = "1", time: str = "1") -> bytes:
    """A process's line with so many samples, each number as short as one likes."""
    line = ONE_SAMPLE.model_copy(update={"iters": (1.0,), "times": (1.0,)}).model_dump_json()
    for name, number in (("iters", iters), ("times", time)):
        line = line.replace(f'"{name}":[1.0]', f'"{name}":[{",".join([number] * times)}]')
    return line.encode()


SHAPES = {
    "as measured": [sampled(100, "1000.0", "105432.0")] * 200,
    "slow benchmarks": [sampled(10, "1.0", "1054320011.0")] * 600,
    "as many processes as can be": [sampled(1)] * 1000,
    "as many numbers as can be": [sampled(100_000)],
    "targets": [b'{"kind":"unmeasured","target":0,"reason":""}'] * 4000,
    "failures": [
        b'{"kind":"failure","id":%b,"side":"current","round":1,"reason":""}' % NOBODY,
    ]
    * 2000,
    "proofs": [
        b'{"kind":"proof","target":{"package":"a","name":"b"},"benchmarks":[%b]}'
        % b",".join([b'{"id":%b,"identical":true}' % NOBODY] * 3000)
    ],
    "benchmarks": [
        preparation([])
        .model_dump_json()
        .encode()
        .replace(
            b'"benchmarks":[]',
            b'"benchmarks":[%b]' % b",".join([b'{"id":%b,"sides":["current"]}' % NOBODY] * 3000),
        )
    ],
}


def kept(folder: Path, *lines: bytes) -> Path:
    file = folder / "recording.jsonl.gz"
    file.write_bytes(gzip.compress(b"".join(line + b"\n" for line in (HEADER, *lines)), 1))
    return file


@pytest.mark.parametrize("lines", SHAPES.values(), ids=SHAPES)
def test_a_line_weighs_what_it_takes_once_it_is_read(tmp_path: Path, lines: list[bytes]) -> None:
    file = kept(tmp_path, *lines)
    read(file)  # what is made once, whatever is read
    tracemalloc.start()
    recording = read(file)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert recording.header
    assert 0.5 * taken < sum(map(weight, lines)) < 2 * taken


def test_what_is_too_heavy_long_or_large_is_refused(tmp_path: Path) -> None:
    lines = SHAPES["as measured"]
    file = kept(tmp_path, *lines)
    heavy, long, large = sum(map(weight, lines)), len(lines[0]) + 1, sum(map(len, lines))
    for bounds, word in (
        (Bounds(memory_bytes=heavy // 2), "more values"),
        (Bounds(line_bytes=long), "line of more than"),
        (Bounds(unpacked_bytes=large), "unpacks to more than"),
    ):
        with pytest.raises(BadFile, match=word):
            read(file, bounds=bounds)
    enough = Bounds(memory_bytes=2 * heavy, line_bytes=long + 100, unpacked_bytes=2 * large)
    assert len(read(file, bounds=enough).processes) == len(lines)


@pytest.mark.parametrize("shape", ["as measured", "slow benchmarks"])
def test_whatever_honest_run_fits_in_size_fits_in_memory(shape: str) -> None:
    line = SHAPES[shape][0]
    assert BOUNDS.unpacked_bytes and BOUNDS.memory_bytes
    assert weight(line) * (BOUNDS.unpacked_bytes // len(line)) < BOUNDS.memory_bytes
    assert BOUNDS.memory_bytes < 2 * 2**30, "a runner of 7 GiB has the rest for everything else"
