"""How numbers read."""

from typing import Literal

import pytest

from benchmark_ci.model import Throughput
from benchmark_ci.report import units


@pytest.mark.parametrize(
    ("ns", "shown"),
    [
        (0.0, "0.000 ps"),
        (0.25, "250.0 ps"),
        (1.0, "1.000 ns"),
        (999.4, "999.4 ns"),
        (1234.0, "1.234 µs"),
        (12_340_000.0, "12.34 ms"),
        (2.5e9, "2.500 s"),
        (3.6e12, "3,600 s"),
    ],
)
def test_time(ns: float, shown: str) -> None:
    assert units.time(ns) == shown


@pytest.mark.parametrize(
    ("baseline", "current", "shown"),
    [
        (1234, 1567, "1.234 → 1.567 µs"),
        (900, 1100, "0.900 → 1.100 µs"),
        (845.0, 970.1, "845.0 → 970.1 ns"),
        (1e3, 1.9e4, "1.00 → 19.00 µs"),
        (1.529e6, 7683, "1.529 ms → 7.683 µs"),
        (1.0, 1e9, "1.000 ns → 1.000 s"),
        (0, 12, "0.000 ps → 12.00 ns"),
    ],
)
def test_times_share_a_unit(baseline: float, current: float, shown: str) -> None:
    assert units.times(baseline, current) == shown


@pytest.mark.parametrize(
    ("percent", "shown"),
    [
        (12.34, "+12.3 %"),
        (-3.1, "−3.1 %"),
        (0.04, "0.0 %"),
        (-0.04, "0.0 %"),
        (99.96, "+100 %"),
        (1234.5, "+1,234 %"),
    ],
)
def test_change(percent: float, shown: str) -> None:
    assert units.change(percent) == shown


def test_interval() -> None:
    assert units.interval(-10.24, 14.06) == "[−10.2, +14.1]"


@pytest.mark.parametrize(
    ("value", "shown"), [(10, "10 %"), (7.5, "7.5 %"), (0.83, "0.83 %"), (1000, "1,000 %"), (12.34, "12.3 %")]
)
def test_percent(value: float, shown: str) -> None:
    assert units.percent(value) == shown


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("bytes", "3.815 → 1.907 GiB/s"),
        ("elements", "4.096 → 2.048 Gelem/s"),
        ("bits", "4.096 → 2.048 Gbit/s"),
    ],
)
def test_rates(unit: Literal["bytes", "elements", "bits"], shown: str) -> None:
    assert units.rates(Throughput(unit=unit, per_iteration=4096), 1000, 2000) == shown


def test_rates_in_full() -> None:
    mebibyte = Throughput(unit="bytes", per_iteration=2**20)
    assert units.rates(mebibyte, 1e6, 2e6) == "1,000 → 500 MiB/s"
    assert units.rates(mebibyte, 0, 2e6) == ""


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (847, "14 min"), (3900, "1 h 05 min")]
)
def test_duration(seconds: float, shown: str) -> None:
    assert units.duration(seconds) == shown


def test_counts() -> None:
    assert units.count(1, "benchmark") == "1 benchmark"
    assert units.count(1024, "benchmark") == "1,024 benchmarks"
    assert units.count(2, "entry", "entries") == "2 entries"
    assert units.of(1, 3) == "1 of 3 benchmarks is"
    assert units.of(2, 84) == "2 of 84 benchmarks are"
    assert units.of(1, 1) == "1 of 1 benchmark is"


def test_sizes() -> None:
    assert units.sizes(12_300_000, 14_500_000) == "12.30 → 14.50 MB"
    assert units.size(512) == "512.0 B"
    assert units.sha("a" * 40) == "aaaaaaa"
