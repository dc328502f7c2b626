"""A recording as a large suite leaves it: 500 benchmarks, 20 rounds, 100 samples a process."""

from __future__ import annotations

import numpy as np

from benchmark_ci.model import (
    BenchmarkId,
    Commit,
    Discovered,
    End,
    Environment,
    FailOn,
    Header,
    Preparation,
    Process,
    Recording,
    SamplingMode,
    Side,
    Target,
)

TARGETS = 10
ITERS = 400.0


def recording(benchmarks: int = 500, rounds: int = 20, samples: int = 100, seed: int = 1) -> Recording:
    """Most benchmarks are equal, some slower by 15 %, some at the limit; noise only ever adds."""
    source = np.random.default_rng(seed)
    ids = [
        BenchmarkId(
            package="large", target=f"bench{number % TARGETS}", full_id=f"group{number // 10}/{number}"
        )
        for number in range(benchmarks)
    ]
    return Recording(
        header=_header(),
        preparation=Preparation(
            environment=Environment(rustc="rustc", cpu="synthetic", cores=2, os="none", walled=False),
            benchmarks=tuple(Discovered(id=one, sides=tuple(Side)) for one in ids),
            targets=tuple(Target(package="large", name=f"bench{number}") for number in range(TARGETS)),
            listed=benchmarks,
        ),
        processes=tuple(
            _process(one, side, number, change, samples, source)
            for one, change in zip(ids, source.choice([0.0] * 8 + [0.15, 0.1], size=benchmarks), strict=True)
            for number in range(1, rounds + 1)
            for side in Side
        ),
        end=End(reason="decided", measuring_seconds=10_000, total_seconds=10_100),
    )


def _process(
    benchmark: BenchmarkId,
    side: Side,
    number: int,
    change: float,
    samples: int,
    source: np.random.Generator,
) -> Process:
    base = 250.0 * (1 + change if side is Side.CURRENT else 1)
    disturbed = base * (1 + 0.002 * source.pareto(1.2, size=samples)) * (1 + 0.01 * source.pareto(1.5))
    return Process(
        id=benchmark,
        side=side,
        round=number,
        first=bool(source.integers(2)) is (side is Side.BASELINE),
        wall_seconds=0.75,
        sampling_mode=SamplingMode.FLAT,
        iters=(ITERS,) * samples,
        times=tuple((disturbed * ITERS).tolist()),
    )


def _header() -> Header:
    return Header(
        tool_version="0",
        started="2026-01-01T00:00:00+00:00",
        seed=7,
        threshold_percent=10.0,
        fail_on=FailOn.REGRESSION,
        time_budget_minutes=20,
        baseline=Commit(sha="a" * 40, what="main"),
        current=Commit(sha="b" * 40, what="topic"),
        baseline_reason="synthetic",
    )
