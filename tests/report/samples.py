"""Reports to draw: a rich one of 84 benchmarks, a small one, and the ends of what can happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from benchmark_ci.model import (
    COMPARED,
    Averaged,
    Commit,
    Controls,
    Endpoint,
    Environment,
    FailOn,
    Links,
    MemoryChange,
    Overall,
    ReferenceTarget,
    Report,
    Result,
    Side,
    SideTime,
    Standing,
    Target,
    TargetFailure,
    TargetResult,
    TargetVerdict,
    Throughput,
    Verdict,
)

BASELINE = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
MERGE = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"
HEAD = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c"
MARKER = "<!-- benchmark-ci id=bench -->"
LINKS = Links(
    repository_url="https://github.com/acme/quantizer",
    run_url="https://github.com/acme/quantizer/actions/runs/12345",
    artifact_url="https://github.com/acme/quantizer/actions/runs/12345/artifacts/678",
)
ENVIRONMENT = Environment(
    rustc="rustc 1.83.0 (90b35a623 2024-11-26)",
    cpu="AMD EPYC 7763 64-Core Processor",
    cores=4,
    os="Debian GNU/Linux 12 (bookworm)",
    walled=True,
)
PANIC = """thread 'main' panicked at benches/codec.rs:41:9:
assertion `left == right` failed
  left: 4096
 right: 4095
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"""
COMPILER = """error[E0308]: mismatched types
  --> benches/legacy.rs:12:20
   |
12 |     let bits: u8 = width();
   |               --   ^^^^^^^ expected `u8`, found `usize`"""


def measured(
    name: str,
    verdict: Verdict,
    change: float,
    half: float = 1.0,
    baseline_ns: float = 1234.0,
    *,
    limit: float = 10.0,
    rule: str = "",
    throughput: Throughput | None = None,
    target: str = "quantize",
    reason: str = "",
    minutes: float | None = None,
    memory: tuple[int, int] | None = (12_300_000, 12_400_000),
    memory_warning: str = "",
    memory_fails: bool = False,
    because: str = "",
    differs: tuple[str, ...] = (),
    instructions: tuple[int, int] | None = None,
    control: Verdict | None = None,
    averaged: Averaged | None = None,
) -> Result:
    """A benchmark that was timed: `change` ± `half` percent."""
    current_ns = baseline_ns * (1 + change / 100)
    peak = memory or (None, None)
    return Result(
        id=name,
        package="quantizer",
        target=target,
        verdict=verdict,
        reason=reason,
        limit_percent=limit,
        limit_rule=rule,
        rounds=12,
        endpoint=Endpoint.FLOOR,
        change_percent=change,
        change_low_percent=change - half,
        change_high_percent=change + half,
        p_value=0.0002 if verdict is Verdict.REGRESSED else None,
        noise_percent=0.8,
        smallest_visible_percent=limit + half,
        minutes_to_decide=minutes,
        baseline=SideTime(
            time_ns=baseline_ns,
            floor_ns=baseline_ns,
            typical_ns=baseline_ns * 1.01,
            peak_memory_bytes=peak[0],
            harness_memory_bytes=4_100_000 if memory else None,
        ),
        current=SideTime(
            time_ns=current_ns,
            floor_ns=current_ns,
            typical_ns=current_ns * 1.01,
            peak_memory_bytes=peak[1],
            harness_memory_bytes=4_250_000 if memory else None,
        ),
        memory=memory and _memory(memory, memory_warning, memory_fails),
        throughput=throughput,
        timed_because=because,
        differs=differs,
        baseline_instructions=instructions[0] if instructions else None,
        current_instructions=instructions[1] if instructions else None,
        control=control,
        averaged=averaged,
    )


def _memory(peaks: tuple[int, int], warning: str, fails: bool) -> MemoryChange:
    change = round((peaks[1] / peaks[0] - 1) * 100, 1)
    return MemoryChange(
        change_percent=change,
        low_percent=change - 0.3,
        high_percent=change + 0.4,
        rounds=12,
        threshold_percent=10,
        limit_bytes=500_000_000,
        warning=warning,
        fails=fails,
    )


def unmeasured(
    name: str,
    verdict: Verdict,
    reason: str = "",
    *,
    fails: bool = False,
    last_lines: str = "",
    target: str = "quantize",
    limit: float = 10.0,
) -> Result:
    """A benchmark that was not timed."""
    return Result(
        id=name,
        package="quantizer",
        target=target,
        verdict=verdict,
        reason=reason,
        fails=fails,
        last_lines=last_lines,
        limit_percent=limit,
    )


def against(
    name: str,
    verdict: TargetVerdict,
    times: float | None = 41.2,
    memory: float | None = None,
    *,
    reference: str | tuple[str, ...] = ("python3", "reference/quantize.py", "quantize"),
    fails: bool = False,
    reason: str = "",
    last_lines: str = "",
) -> TargetResult:
    """A target of 5× faster, and of at most half the memory where `memory` is given."""
    command = reference if isinstance(reference, tuple) else ()
    target = ReferenceTarget(
        benchmark=name,
        reference_benchmark="" if command else str(reference),
        reference_command=command,
        times_faster=5,
        memory_percent=None if memory is None else 50,
        fails=fails,
    )
    if verdict is TargetVerdict.NOT_MEASURED or times is None:
        return TargetResult(target=target, verdict=verdict, reason=reason, last_lines=last_lines)
    share = None
    if memory is not None:
        share = Standing(
            verdict=TargetVerdict.MET, demanded=50, measured=memory, low=memory * 0.98, high=memory * 1.02
        )
    return TargetResult(
        target=target,
        verdict=verdict,
        reason=reason,
        rounds=7,
        times_faster=Standing(
            verdict=verdict, demanded=5, measured=times, low=times * 0.97, high=times * 1.04
        ),
        memory_percent=share,
        benchmark_time_ns=28_100,
        reference_time_ns=28_100 * times,
        benchmark_peak_memory_bytes=None if memory is None else 4_300_000,
        reference_peak_memory_bytes=None if memory is None else 11_300_000,
    )


def many(verdict: Verdict, amount: int) -> list[Result]:
    """So many benchmarks of one verdict, with plausible numbers where it was timed."""
    if verdict in COMPARED and verdict is not Verdict.IDENTICAL:
        change = {Verdict.REGRESSED: 23.4, Verdict.IMPROVED: -18.0, Verdict.PLACEMENT: 14.0}.get(verdict, 2.0)
        half = 11.0 if verdict is Verdict.INCONCLUSIVE else 1.0
        return [measured(f"{verdict.value}/{index}", verdict, change, half) for index in range(amount)]
    fails = verdict is Verdict.FAILED
    return [unmeasured(f"{verdict.value}/{index}", verdict, fails=fails) for index in range(amount)]


def report(
    benchmarks: Iterable[Result] = (),
    verdict: Overall | None = None,
    *,
    current: Commit | None = None,
    fails_job: bool | None = None,
    fail_on: FailOn = FailOn.REGRESSION,
    threshold_percent: float = 10.0,
    environment: Environment | None = ENVIRONMENT,
    targets: tuple[TargetResult, ...] = (),
    target_failures: tuple[TargetFailure, ...] = (),
    cautions: tuple[str, ...] = (),
    error: str = "",
    remedy: str = "",
    partial: bool = False,
) -> Report:
    """A report of these benchmarks, its counts and verdict taken from them."""
    results = tuple(benchmarks)
    tally = Counter(result.verdict for result in results)
    timed = [result for result in results if result.change_percent is not None]
    said = verdict or _overall(results)
    return Report(
        tool_version="0.1.0",
        verdict=said,
        fails_job=said is Overall.REGRESSED if fails_job is None else fails_job,
        fail_on=fail_on,
        threshold_percent=threshold_percent,
        started="2026-03-02T09:30:00Z",
        baseline=Commit(sha=BASELINE, what="main"),
        current=current or Commit(sha=MERGE, what="merge of pull request #12", head_sha=HEAD),
        baseline_reason="first parent of the merge commit",
        environment=environment,
        counts={one.value: tally[one] for one in Verdict} | {"compared": sum(tally[one] for one in COMPARED)},
        benchmarks=results,
        noise_percent=0.8 if timed else None,
        smallest_visible_percent=11.0 if timed else None,
        targets=targets,
        target_failures=target_failures,
        cautions=cautions,
        error=error,
        remedy=remedy,
        partial=partial,
        rounds=12 if timed else 0,
        measuring_seconds=610,
        total_seconds=847,
    )


def _overall(results: tuple[Result, ...]) -> Overall:
    verdicts = {result.verdict for result in results}
    if Verdict.REGRESSED in verdicts or any(result.fails for result in results):
        return Overall.REGRESSED
    if not verdicts & set(COMPARED):
        return Overall.NOTHING_COMPARED
    order = (Verdict.IMPROVED, Verdict.UNCHANGED, Verdict.PLACEMENT, Verdict.INCONCLUSIVE, Verdict.IDENTICAL)
    first = next(verdict for verdict in order if verdict in verdicts)
    return Overall.UNCHANGED if first is Verdict.PLACEMENT else Overall(first.value)


def small() -> Report:
    """Five benchmarks, one of them slower."""
    return report(
        [
            measured(
                "quantize/1048576",
                Verdict.REGRESSED,
                23.4,
                2.4,
                1_270_000,
                throughput=Throughput(unit="bytes", per_iteration=4 * 2**20),
            ),
            measured("dequantize/4096", Verdict.UNCHANGED, 0.4, 0.9, 4_321),
            measured("pack/8bit", Verdict.UNCHANGED, -1.2, 1.3, 812.5),
            unmeasured("parse/header", Verdict.IDENTICAL),
            unmeasured("parse/body", Verdict.IDENTICAL),
        ]
    )


def green() -> Report:
    """Everything is as it was."""
    return report([*many(Verdict.UNCHANGED, 3), *many(Verdict.IDENTICAL, 81)])


def rich() -> Report:
    """84 benchmarks on both sides, with something of everything."""
    elements = Throughput(unit="elements", per_iteration=65536)
    noisy = "The time budget ended after 9 rounds, before the noise allowed an answer."
    failed = "exit code 101 on current; it works on baseline"
    return report(
        [
            unmeasured(
                "codec/roundtrip", Verdict.FAILED, failed, fails=True, last_lines=PANIC, target="codec"
            ),
            measured(
                "quantize/int4/1048576",
                Verdict.REGRESSED,
                31.2,
                2.1,
                1_270_000,
                throughput=Throughput(unit="bytes", per_iteration=4 * 2**20),
                because="its code differs",
                differs=("quantizer::int4::pack_nibbles", "<f32 as quantizer::Scale>::round_half_even"),
                instructions=(18_874_402, 24_117_282),
                memory=(20_000_000, 24_000_000),
                memory_warning="Peak memory grew by more than 10 %.",
            ),
            measured(
                "pack|bits/`odd` @alice #1",
                Verdict.REGRESSED,
                14.8,
                1.9,
                845,
                throughput=elements,
                limit=10,
                reason="Its place in memory is not the cause: +13.9 % (+12.7 to +15.2) averaged over 7 "
                "arrangements of the code.",
                averaged=Averaged(
                    arrangements=7, change_percent=13.9, low_percent=12.7, high_percent=15.2, within=False
                ),
            ),
            measured(
                "lut/lookup",
                Verdict.PLACEMENT,
                12.6,
                1.1,
                88.1,
                reason="Same instructions; the code only lies elsewhere.",
                because="its code differs",
                differs=("quantizer::lut::fill",),
                instructions=(812, 812),
            ),
            measured("parse/huge", Verdict.INCONCLUSIVE, 8.1, 6.0, 5_400_000, reason=noisy, minutes=4.4),
            measured("parse/many small", Verdict.INCONCLUSIVE, 3.0, 9.5, 412_000, reason=noisy, minutes=7.1),
            measured(
                "dequantize/4096",
                Verdict.IMPROVED,
                -24.5,
                1.2,
                4_321,
                limit=5,
                rule="dequantize/* (line 4)",
                memory=(20_000_000, 15_100_000),
            ),
            unmeasured(
                "parse/network", Verdict.NOT_REACHED, "The run ended before its first round was complete."
            ),
            unmeasured("pack/dup", Verdict.AMBIGUOUS, "Several benchmarks share this id; give each its own."),
            unmeasured("old/removed", Verdict.REMOVED),
            unmeasured("simd/avx2", Verdict.NEW),
            unmeasured("simd/neon", Verdict.NEW),
            *(
                measured(
                    f"unpack/{bits}bit",
                    Verdict.UNCHANGED,
                    0.3 * bits - 1,
                    0.9,
                    150.0 * bits,
                    because="it starts threads, or an earlier benchmark did",
                )
                for bits in (1, 2, 4, 8)
            ),
            *(
                measured(f"tensor/control/{size}", Verdict.IDENTICAL, change, 0.9, control=Verdict.UNCHANGED)
                for size, change in ((64, -0.4), (256, 0.2), (1024, 0.7))
            ),
            *(
                unmeasured(f"tensor/op{op}/{size}", Verdict.IDENTICAL)
                for op in range(18)
                for size in (64, 256, 1024, 4096)
                if op or size == 64
            ),
        ],
        targets=(
            against("quantize/int4/1048576", TargetVerdict.MET, 41.2, 38.1),
            against("parse/huge", TargetVerdict.MISSED, 3.18, reference="parse/naive"),
            against("dequantize/4096", TargetVerdict.MET, 1234.5),
            against(
                "unpack/8bit",
                TargetVerdict.NOT_MEASURED,
                reason="The reference ended with exit code 1.",
                last_lines="ModuleNotFoundError: No module named 'numpy'",
            ),
        ),
        target_failures=(
            TargetFailure(
                target=Target(package="quantizer", name="legacy"),
                side=Side.BASELINE,
                kind="build",
                reason=COMPILER,
                remedy="Fix the build of this bench target, or leave it out with `benches`.",
            ),
        ),
        cautions=("The lock file of current differs from the baseline's in `criterion`.",),
        partial=True,
    ).model_copy(
        update={
            "controls": Controls(timed=3, low_percent=-0.4, high_percent=0.7),
            "proof_seconds": 9.4,
        }
    )
