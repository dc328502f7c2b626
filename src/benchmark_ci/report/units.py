"""Numbers as people read them: times, changes, rates, sizes, counts."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark_ci.model import Throughput

MINUS = "−"
_TIMES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"), (1e-3, "ps"))
_BYTES = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B"))
_SIZES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B"))
_ELEMENTS = ((1e9, "Gelem/s"), (1e6, "Melem/s"), (1e3, "Kelem/s"), (1.0, "elem/s"))
_BITS = ((1e9, "Gbit/s"), (1e6, "Mbit/s"), (1e3, "Kbit/s"), (1.0, "bit/s"))
_TOO_FAR = 20
"""Two values this far apart get a unit each: in a common one the smaller would lose its digits."""

Scale = Sequence[tuple[float, str]]


def _unit(value: float, scale: Scale) -> tuple[float, str]:
    return next((step for step in scale if abs(value) >= step[0]), scale[-1])


def _decimals(largest: float) -> int:
    """Decimals that give four significant digits to a value in its unit."""
    return next((digits for digits, below in ((3, 10), (2, 100), (1, 1000)) if largest < below), 0)


def _digits(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def _one(value: float, scale: Scale) -> str:
    factor, unit = _unit(value, scale)
    return f"{_digits(value / factor, _decimals(abs(value / factor)))} {unit}"


def _pair(baseline: float, current: float, scale: Scale) -> str:
    larger, smaller = max(baseline, current), min(baseline, current)
    if smaller <= 0 or larger / smaller >= _TOO_FAR:
        return f"{_one(baseline, scale)} → {_one(current, scale)}"
    factor, unit = _unit(larger, scale)
    decimals = max(_decimals(larger / factor), _decimals(smaller / factor) - 1)
    return f"{_digits(baseline / factor, decimals)} → {_digits(current / factor, decimals)} {unit}"


def time(ns: float) -> str:
    """`1.234 µs` from nanoseconds."""
    return _one(ns, _TIMES)


def times(baseline_ns: float, current_ns: float) -> str:
    """`1.234 → 1.567 µs`: both in one unit, so that the eye can compare the digits."""
    return _pair(baseline_ns, current_ns, _TIMES)


def size(count: float) -> str:
    """`12.30 MB` from bytes."""
    return _one(count, _SIZES)


def sizes(baseline: float, current: float) -> str:
    """`12.30 → 14.50 MB` from bytes."""
    return _pair(baseline, current, _SIZES)


def _rate_scale(throughput: Throughput) -> Scale:
    if throughput.unit == "bytes":
        return tuple((factor, f"{unit}/s") for factor, unit in _BYTES)
    return _ELEMENTS if throughput.unit == "elements" else _BITS


def rates(throughput: Throughput, baseline_ns: float, current_ns: float) -> str:
    """`812.0 → 640.0 MiB/s`; empty where a time is not positive."""
    if min(baseline_ns, current_ns) <= 0:
        return ""
    work = throughput.per_iteration * 1e9
    return _pair(work / baseline_ns, work / current_ns, _rate_scale(throughput))


def _signed(value: float) -> str:
    decimals = 1 if abs(value) < 99.95 else 0
    rounded = round(value, decimals)
    return f"{rounded:+,.{decimals}f}".replace("-", MINUS) if rounded else "0.0"


def change(percent: float) -> str:
    """`+12.3 %`, `−3.1 %`, `0.0 %`: signed, with a real minus sign."""
    return f"{_signed(percent)} %"


def interval(low_percent: float, high_percent: float) -> str:
    """`[+10.2, +14.1]`, in percent."""
    return f"[{_signed(low_percent)}, {_signed(high_percent)}]"


def percent(value: float) -> str:
    """`10 %`, `7.5 %`: a limit or a level, without a sign."""
    return f"{value:.3g} %" if abs(value) < 1000 else f"{value:,.0f} %"


def duration(seconds: float) -> str:
    """`45 s`, `14 min`, `1 h 05 min`."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def sha(full: str) -> str:
    """The seven characters by which people know a commit."""
    return full[:7]


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 benchmark`, `2 benchmarks`, `1,024 benchmarks`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def of(number: int, total: int, noun: str = "benchmark") -> str:
    """`1 of 3 benchmarks is`, `2 of 84 benchmarks are`, `1 of 1 benchmark is`."""
    return f"{number:,} of {count(total, noun)} {'is' if number == 1 else 'are'}"
