"""Which benchmarks run the same machine code on both sides? Those need no timing.

From two executables of one bench target, built at the same path with symbols and a linker map, to a `Proof`:
per benchmark either *identical*, or in words why that is not proven. In short:

1. `callgrind` runs each executable once in test mode and says, per benchmark, which functions ran in the
   measured region (`Bencher::iter*`) and which ran around it, preparing its input.
2. `elf`, `linkermap`, `decode` read the executables; `canonical` writes functions and data without their
   addresses: an ordered list of what each refers to stands in place of them.
3. `compare` walks both executables in step, from the measured function through everything that it can
   reach. Two pieces are the same when their forms are equal and so are all that they refer to, pair by pair;
   names decide nothing. What ran while preparing is compared as far as it ran; how Criterion reads its
   arguments is no preparation (`spans`).
4. `proof` adds what code alone cannot show: threads, processes, harness versions. `touched` and `inputs`
   compare the files that a benchmark touched, by valgrind's record of its system calls.

x86-64 (`x86`) and AArch64 (`a64`) are understood. On other processors only executables that are equal as a
whole are proven. AArch64 puts an address together from several instructions, which may stand far apart:
`a64_values` and `a64_paths` tell what registers hold along every path of a function, `unwinding` where it
goes on after panics, and whatever else is done with a part of an address is a doubt.

Whatever cannot be read, resolved or decided is a `Doubt` with a reason, and a doubt is never `identical`.
"""

from __future__ import annotations

from benchmark_ci.prove.suite import prove_placement, prove_suite
from benchmark_ci.prove.target import prove_target

__all__ = ["prove_placement", "prove_suite", "prove_target"]
