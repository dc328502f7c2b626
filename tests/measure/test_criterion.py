"""Criterion's files: the real ones' shapes, and everything that a file can be instead."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark_ci.errors import BadFile
from benchmark_ci.measure.criterion import CriterionResult, read_result, read_results
from benchmark_ci.model import SamplingMode, Throughput

BENCHMARK = {
    "group_id": "mixing",
    "function_id": "mix",
    "value_str": "64",
    "throughput": {"Elements": 64},
    "full_id": "mixing/mix/64",
    "directory_name": "mixing/mix/64",
    "title": "mixing/mix/64",
}
SAMPLE = {"sampling_mode": "Linear", "iters": [10.0, 20.0, 30.0], "times": [1000.5, 2000.0, 3100.25]}
NAMES = ("benchmark.json", "sample.json")


def place(home: Path, benchmark: object = BENCHMARK, sample: object = SAMPLE, name: str = "a") -> Path:
    """A benchmark's folder; bytes are written as they are, everything else as JSON."""
    new = home / name / "new"
    new.mkdir(parents=True, exist_ok=True)
    for file, content in zip(NAMES, (benchmark, sample), strict=True):
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        (new / file).write_bytes(raw)
    return home / name


def refusal(home: Path) -> BadFile:
    with pytest.raises(BadFile) as caught:
        read_results(home)
    return caught.value


def test_a_good_benchmark(tmp_path: Path) -> None:
    folder = place(tmp_path)
    assert read_result(tmp_path, folder) == CriterionResult(
        full_id="mixing/mix/64",
        folder=Path("a"),
        sampling_mode=SamplingMode.LINEAR,
        iters=(10.0, 20.0, 30.0),
        times=(1000.5, 2000.0, 3100.25),
        throughput=Throughput(unit="elements", per_iteration=64),
    )


def test_the_pair_of_lists_before_0_3_3(tmp_path: Path) -> None:
    place(tmp_path, sample=[[10.0, 20.0], [1000.0, 2000.0]])
    (result,) = read_results(tmp_path)
    assert (result.sampling_mode, result.iters, result.times) == (
        SamplingMode.LINEAR,
        (10.0, 20.0),
        (1000.0, 2000.0),
    )


def test_estimates_of_any_age_or_none_do_not_matter(tmp_path: Path) -> None:
    new = place(tmp_path) / "new"
    (new / "estimates.json").write_text('{"Mean": NaN, "MedianAbsDev"')
    (new / "tukey.json").write_bytes(b"\xff")
    assert len(read_results(tmp_path)) == 1


def test_every_benchmark_is_found_by_its_own_word_whatever_its_folder(tmp_path: Path) -> None:
    for name in ("vec/new", "base", "new/new", "deep/er/still", "report"):
        place(tmp_path, BENCHMARK | {"full_id": f"id of {name}"}, name=name)
    assert {one.full_id: str(one.folder) for one in read_results(tmp_path)} == {
        f"id of {name}": name for name in ("vec/new", "base", "new/new", "deep/er/still", "report")
    }


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (None, None),
        ({"Bytes": 5}, ("bytes", 5)),
        ({"BytesDecimal": 6}, ("bytes", 6)),
        ({"Elements": 7}, ("elements", 7)),
        ({"Bits": 8}, ("bits", 8)),
        ({"ElementsAndBytes": {"elements": 9, "bytes": 10}}, ("elements", 9)),
        ({"Elements": 0}, None),
        ({"Elements": "many"}, None),
    ],
)
def test_throughput(tmp_path: Path, wire: object, expected: tuple[str, int] | None) -> None:
    place(tmp_path, BENCHMARK | {"throughput": wire})
    found = read_results(tmp_path)[0].throughput
    assert (found and (found.unit, found.per_iteration)) == expected


BAD_SAMPLES: dict[str, Any] = {
    "NaN": b'{"iters": [10.0], "times": [NaN]}',
    "Infinity": b'{"iters": [10.0], "times": [Infinity]}',
    "beyond a double": b'{"iters": [10.0], "times": [1e400]}',
    "NaN iterations": b'{"iters": [NaN], "times": [1.0]}',
    "negative time": SAMPLE | {"times": [1.0, -2.0, 3.0]},
    "zero time": SAMPLE | {"times": [1.0, 0.0, 3.0]},
    "zero iterations": SAMPLE | {"iters": [1.0, 0.0, 3.0]},
    "negative iterations": SAMPLE | {"iters": [1.0, -1.0, 3.0]},
    "less than one iteration": SAMPLE | {"iters": [1.0, 1e-300, 3.0]},
    "no time at all in the end": {"iters": [1e308], "times": [5e-324]},
    "endless in the end": {"iters": [5e-324], "times": [1e308]},
    "lengths differ": SAMPLE | {"iters": [1.0]},
    "no samples": SAMPLE | {"iters": [], "times": []},
    "words": SAMPLE | {"times": ["a", "b", "c"]},
    "numbers in quotes": SAMPLE | {"times": ["1", "2", "3"]},
    "true": SAMPLE | {"iters": [True, True, True]},
    "no times": {"iters": [1.0]},
    "an unknown mode": SAMPLE | {"sampling_mode": "Sideways"},
    "three lists": [[1.0], [1.0], [1.0]],
    "a list of nothing": [],
    "a number": 5,
    "null": None,
    "nothing": b"",
    "not UTF-8": b'{"iters": [1.0], "times": [1.0], "\xff\xfe": 1}',
    "too deep": b"[" * 100_000,
    "two documents": json.dumps(SAMPLE).encode() * 2,
}


@pytest.mark.parametrize("sample", BAD_SAMPLES.values(), ids=BAD_SAMPLES)
def test_a_bad_sample_is_named(tmp_path: Path, sample: object) -> None:
    place(tmp_path, sample=sample)
    error = refusal(tmp_path)
    assert "a/new/sample.json" in error.message


BAD_BENCHMARKS: dict[str, Any] = {
    "no id": {"group_id": "a"},
    "an id that is a number": BENCHMARK | {"full_id": 5},
    "an id without end": BENCHMARK | {"full_id": "x" * 20_000},
    "half a surrogate": b'{"full_id": "\\ud800"}',
    "throughput that is a list": BENCHMARK | {"throughput": [1]},
    "a list": [],
    "nothing": b"",
    "not UTF-8": b'{"full_id": "\xff"}',
}


@pytest.mark.parametrize("benchmark", BAD_BENCHMARKS.values(), ids=BAD_BENCHMARKS)
def test_a_bad_benchmark_is_named(tmp_path: Path, benchmark: object) -> None:
    place(tmp_path, benchmark)
    assert "a/new/benchmark.json" in refusal(tmp_path).message


def test_a_missing_sample_is_named(tmp_path: Path) -> None:
    (place(tmp_path) / "new" / "sample.json").unlink()
    error = refusal(tmp_path)
    assert "a/new/sample.json" in error.message
    assert "missing" in error.message


@pytest.mark.parametrize("name", NAMES)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_off_anywhere_is_named(
    tmp_path_factory: pytest.TempPathFactory, name: str, share: float
) -> None:
    home = tmp_path_factory.mktemp("home")
    file = place(home) / "new" / name
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    assert f"a/new/{name}" in refusal(home).message


@given(st.binary(max_size=200))
def test_any_bytes_are_a_result_or_a_bad_file(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    home = tmp_path_factory.mktemp("home")
    place(home, sample=content)
    assert "a/new/sample.json" in refusal(home).message


@pytest.mark.parametrize("name", NAMES)
class TestWhatIsNoRegularFile:
    """Each is refused by name, quickly, and never followed, opened or waited for."""

    def file(self, home: Path, name: str) -> Path:
        file = place(home) / "new" / name
        file.unlink()
        return file

    def check(self, home: Path, name: str) -> None:
        assert name in refusal(home).message

    def test_a_link(self, tmp_path: Path, name: str) -> None:
        elsewhere = place(tmp_path / "elsewhere") / "new" / name
        self.file(tmp_path / "home", name).symlink_to(elsewhere)
        self.check(tmp_path / "home", name)

    def test_a_link_to_itself(self, tmp_path: Path, name: str) -> None:
        file = self.file(tmp_path, name)
        file.symlink_to(file)
        with pytest.raises(BadFile, match=name):
            read_result(tmp_path, file.parent.parent)

    def test_a_pipe(self, tmp_path: Path, name: str) -> None:
        os.mkfifo(self.file(tmp_path, name))
        self.check(tmp_path, name)

    def test_a_socket(self, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(self.file(tmp_path, name).parent)  # a socket's path must be short
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(name)
            self.check(tmp_path, name)

    def test_a_folder(self, tmp_path: Path, name: str) -> None:
        self.file(tmp_path, name).mkdir()
        self.check(tmp_path, name)

    def test_ten_gigabytes_of_nothing(self, tmp_path: Path, name: str) -> None:
        with self.file(tmp_path, name).open("wb") as file:
            file.truncate(10 * 1024**3)
        self.check(tmp_path, name)


def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    place(tmp_path / "elsewhere")
    home = tmp_path / "home"
    home.mkdir()
    (home / "linked").symlink_to(tmp_path / "elsewhere")
    try:
        found = read_results(home)
    except BadFile:
        found = []
    assert found == []


def test_an_empty_or_missing_home_has_no_benchmarks(tmp_path: Path) -> None:
    assert read_results(tmp_path) == read_results(tmp_path / "missing") == []
