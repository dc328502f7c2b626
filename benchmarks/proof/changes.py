"""The changes that are studied: real commits against their first parents, and changes that were planted.

`changed` and `touched` were written by hand from the sources, before anything was proven, so that they can be
checked by reading. One was put right afterwards: itoa 1087e9d0 leaves out bounds checks, which is no other
computation; the compiler had left out all but one of them already, as the disassembly shows.

- `changed`: benchmarks that run a function in which this change makes another computation. None of these may
  be called identical.
- `touched`: benchmarks that run a function whose text changes without an obvious change of what it computes.
  The compiler may make the same code of it or not, so they count neither way.
- All others are benchmarks that the change leaves alone.

Both are regular expressions that are searched for in full ids.
"""

from __future__ import annotations

import re

from benchmark_ci.model import BenchmarkId, Noun
from benchmarks.proof.crates import EXAMPLE

NOTHING = r"(?!)"
EVERYTHING = r""


class Edit(Noun):
    """A text that a file holds exactly once, and what takes its place."""

    file: str
    find: str
    replace: str


class Change(Noun):
    """What current has and baseline has not."""

    crate: str
    sha: str = ""  # a commit; with edits: what they start from
    edits: tuple[Edit, ...] = ()
    patch: str = ""  # in examples/demo
    name: str = ""  # of what was planted
    changed: str = NOTHING
    touched: str = NOTHING
    benches: tuple[str, ...] = ()  # instead of the crate's
    what: str

    @property
    def key(self) -> str:
        """Tells it from all others."""
        return f"{self.crate} {self.name or self.sha[:8]}"

    @property
    def real(self) -> bool:
        """Whether it is somebody's commit."""
        return bool(self.sha) and not self.edits

    def changes(self, benchmark: BenchmarkId) -> bool:
        """Whether the benchmark visibly computes something else, so that it must not be called identical."""
        return re.search(self.changed, benchmark.full_id) is not None

    def leaves_alone(self, benchmark: BenchmarkId) -> bool:
        """Whether no function that the benchmark runs was touched."""
        return not self.changes(benchmark) and re.search(self.touched, benchmark.full_id) is None


COMMITS = (
    Change(
        crate="itoa",
        sha="2a261f9f3e001fa05dd8bb7663122ec5614920e2",
        changed="/itoa$",
        what="another algorithm for all integers",
    ),
    Change(
        crate="itoa",
        sha="e4e4b3c256a64ee00ffa2ef8f1a46ed0847e549f",
        touched="/itoa$",
        what="the table of digits is aligned",
    ),
    Change(
        crate="itoa",
        sha="1087e9d028deb65206f0891404e408849b4b7298",
        touched="/itoa$",
        what="no bounds checks on the table",
    ),
    Change(
        crate="itoa",
        sha="bae1746a34f6a08e217fc006da8bd588df0fcd20",
        changed="/itoa$",
        what="a faster division by 100",
    ),
    Change(
        crate="itoa",
        sha="997a4efeece80487e885118a84777965f3de3d5b",
        changed="/itoa$",
        what="the last digit without the table",
    ),
    Change(
        crate="itoa",
        sha="2dff2490315043aa2e4ecf5c7d4c890c32c668a0",
        what="an attribute of the table's type",
    ),
    Change(
        crate="itoa",
        sha="29b34100d5bb281c692aca62dd02262fbc95124a",
        touched="/itoa$",
        what="a pointer is made in a simpler way",
    ),
    Change(
        crate="itoa",
        sha="7b4c86b03eceb1fdb6e0bb8e85160dac8ba6a24a",
        changed=r"^u128\[max\]/itoa$",
        touched=r"^u128\[0\]/itoa$",
        what="faster 128-bit integers",
    ),
    Change(crate="ryu", sha="b3037a6f162a493b3dbb8f5c131a0a295a6a86cc", what="a test"),
    Change(crate="ryu", sha="df6352e05484b32a90c3ded995eb05a042139562", what="documentation"),
    Change(crate="ryu", sha="6461eaae137b9afd1c7ed48788c489f9d743c52a", what="a test"),
    Change(crate="ryu", sha="b2361113767b2d63fe2e450acff51e6558cccce8", what="the readme"),
    Change(
        crate="itertools",
        sha="5efefb370c323cc44050965d0666699eec0c907a",
        benches=(
            "bench1",
            "combinations_with_replacement",
            "k_smallest",
            "powerset",
            "tree_reduce",
            "tuple_combinations",
            "tuples",
        ),
        what="other ids and other methods in `tuple_combinations`",
    ),
    Change(
        crate="itertools",
        sha="b1f0ba11472bf4bee126b49363b11dc0d6c490c8",
        touched="^chunk by lazy|^chunks lazy",
        what="`if let` instead of `match` in `chunk_by`",
    ),
    Change(
        crate="itertools",
        sha="4e9b9a563addc6cde1089ac5d41ba9445b2db233",
        touched="^kmerge|^merge",
        what="`usize::from` instead of `as usize`",
    ),
    Change(
        crate="itertools",
        sha="ff71feacb04a0a551336d62ddc84d7b6e2a1991c",
        touched="^tree reduce vec ",
        benches=("tree_reduce",),
        what="a benchmark's own helper",
    ),
    Change(
        crate="itertools",
        sha="578c45d655fd739565036e8e28f5d1a7169aa84c",
        benches=("bench1", "k_smallest", "tuples"),
        what="new methods",
    ),
    Change(crate="itertools", sha="b2a978abca1dc57f929f60e0be16d83e58f9558f", what="new methods"),
    Change(
        crate="itertools",
        sha="1c5fa90cf5391eeda1fc523e17238415e184b8f6",
        what="hash tables with another hasher",
    ),
    Change(
        crate="itertools",
        sha="9bba778fbff226eae727164c8c359723d22bf24a",
        touched="^comb replacement",
        benches=("combinations_with_replacement",),
        what="a type becomes generic",
    ),
    Change(
        crate="itertools",
        sha="50d01b4bb60160c602ad51efe69bf5ee6483a634",
        changed="^exactly_one_error/count$",
        benches=("specializations",),
        what="`ExactlyOneError::count`",
    ),
    Change(
        crate="itertools",
        sha="6c2e8f611d1d75ca4033dae2bc64ade8c1ac05e1",
        changed="^pad_using/next(_back)?$",
        touched="^pad_using/",
        benches=("specializations",),
        what="`PadUsing` counts in another way",
    ),
    Change(
        crate="itertools",
        sha="cb066915a34b1baca3e2cf1ffa629c02c32e0911",
        touched="^comb replacement",
        benches=(
            "bench1",
            "combinations",
            "combinations_with_replacement",
            "powerset",
            "tree_reduce",
            "tuples",
        ),
        what="`CombinationsWithReplacement::next` without an early return",
    ),
    Change(
        crate="half",
        sha="31a222e3539f13ae5a1e19a9e9391d56290c500a",
        what="support for another processor",
    ),
    Change(
        crate="half",
        sha="536a3894c25a8f37123f5074312f862515566547",
        touched=EVERYTHING,
        what="safe transmutations in every conversion",
    ),
    Change(
        crate="half",
        sha="a61f31bace6b63c6d3336a3867b5617976b0653e",
        what="`min` and `max`, which nothing measures",
    ),
    Change(
        crate="half",
        sha="bf1af4deca96566b1be133155b6039b35389b2c8",
        what="traits behind a feature, `to_bytes` inlined",
    ),
    Change(crate="half", sha="be1141ba421cacff492183558625015c70581439", what="a feature"),
    Change(
        crate="chrono",
        sha="3ffcd1b107fd3085bc184a1f5f7445b97a0d655f",
        changed=r"^bench_datetime_to_rfc\d+$|^bench_format(_with_items)?$",
        touched="^bench_datetime_to_rfc3339_opts$|^delayed_format/",
        what="offsets are rounded in another way",
    ),
    Change(
        crate="chrono",
        sha="ebc808e8fac3481d6e683b7b4a0c2cca411f56b0",
        changed="^bench_datetime_parse_from_rfc3339$",
        touched="^bench_datetime_from_str$|^bench_ser_",
        what="a faster RFC 3339 parser",
    ),
    Change(
        crate="chrono",
        sha="a6231701ee934cbbeb595fe71328fcbbf1b584d5",
        changed="^bench_parse_strftime$|^bench_format$",
        touched="^bench_format_with_items$|^delayed_format/",
        what="simpler errors of `strftime`",
    ),
    Change(
        crate="chrono",
        sha="36fbfb1221da05b1482eb9dd18254e6bd736cb31",
        touched="^bench_parse_strftime$|^bench_format(_with_items)?$|^delayed_format/",
        what="code of `strftime` moves out of a `match`",
    ),
    Change(
        crate="chrono",
        sha="334565c5f4e8f2eb092e8bc3517fff590c7b757c",
        what="a method moves to another type",
    ),
    Change(
        crate="chrono",
        sha="2e1cd2f5fa942949a20735118379d0e48dced868",
        changed="^bench_datetime_from_str$",
        touched="^bench_ser_",
        what="fractions of fixed length in the parser",
    ),
    Change(
        crate="chrono",
        sha="cfae889a3a23507acf49b605794abba17effd2d7",
        touched="^bench_datetime_to_rfc2822$",
        what="the message of a panic",
    ),
    Change(crate="chrono", sha="c34e4c51082fab9c0a7a7561f35e6ef0df8bdfdc", what="a new method"),
    Change(
        crate="base64",
        sha="a25be0667c63460827cfadd71d1630acb442bb09",
        changed="^decode_",
        what="the end of a decoded input",
    ),
    Change(
        crate="base64",
        sha="142c3bdda0295737d56ab88b1bbadfa6fe762192",
        what="new constants, documentation",
    ),
    Change(crate="base64", sha="131cb5fb900db070c01629e151059e58751eb64c", what="a lifetime is written out"),
)

EXAMPLE_CHANGES = (
    Change(
        crate=EXAMPLE,
        name="slowdown",
        patch="slowdown.patch",
        changed="^channel_equalization/",
        what="the demo's slowdown",
    ),
    Change(crate=EXAMPLE, name="innocent", patch="innocent.patch", what="the demo's innocent patch"),
    Change(
        crate=EXAMPLE,
        name="comment",
        edits=(
            Edit(
                file="src/affine.rs",
                find="fn least(a: f32, b: f32) -> f32 {",
                replace="// Not `f32::min`, which asks whether a number is one.\n"
                "fn least(a: f32, b: f32) -> f32 {",
            ),
        ),
        what="a comment: all lines below it move",
    ),
    Change(
        crate=EXAMPLE,
        name="constant",
        edits=(Edit(file="src/affine.rs", find="Self::Int8 => 255.0", replace="Self::Int8 => 254.0"),),
        changed="^(time_aware_grouping|spatial_per_group_quantize)/",
        what="a constant in an inlined function",
    ),
    Change(
        crate=EXAMPLE,
        name="input",
        edits=(
            Edit(
                file="src/rng.rs",
                find="self.state ^= self.state >> 12",
                replace="self.state ^= self.state >> 13",
            ),
        ),
        changed=EVERYTHING,
        what="other random numbers in every benchmark's input",
    ),
)

PLANTED = (
    Change(
        crate="itoa",
        sha="7b4c86b03eceb1fdb6e0bb8e85160dac8ba6a24a",
        name="divisor",
        edits=(Edit(file="src/lib.rs", find="const EXP: u32 = 19;", replace="const EXP: u32 = 20;"),),
        changed="/itoa$",
        what="a constant in an inlined function",
    ),
    Change(
        crate="itoa",
        sha="7b4c86b03eceb1fdb6e0bb8e85160dac8ba6a24a",
        name="table",
        edits=(Edit(file="src/lib.rs", find='b"00010203', replace='b"00010302'),),
        changed="/itoa$",
        what="two digits in the table, no instruction",
    ),
    Change(
        crate="ryu",
        sha="b3037a6f162a493b3dbb8f5c131a0a295a6a86cc",
        name="bound",
        edits=(
            Edit(
                file="src/pretty/mantissa.rs", find="while output >= 10_000", replace="while output > 10_000"
            ),
        ),
        changed="/ryu$",
        what="`>` for `>=`",
    ),
    Change(
        crate="itertools",
        sha="578c45d655fd739565036e8e28f5d1a7169aa84c",
        name="order",
        edits=(
            Edit(
                file="src/kmerge_impl.rs",
                find="if !less_than(&heap[child], &heap[pos])",
                replace="if less_than(&heap[pos], &heap[child])",
            ),
        ),
        changed="^kmerge (default|tenway)$",
        what="equal elements of a heap are swapped",
    ),
    Change(
        crate="half",
        sha="be1141ba421cacff492183558625015c70581439",
        name="bit",
        edits=(
            Edit(
                file="src/bfloat/convert.rs",
                find="((x >> 16) | 0x0040u32) as u16",
                replace="((x >> 16) | 0x0060u32) as u16",
            ),
        ),
        changed="^Convert bf16 From f32/",
        touched="convert_from_f32_slice",
        what="a bit of a NaN",
    ),
    Change(
        crate="chrono",
        sha="c34e4c51082fab9c0a7a7561f35e6ef0df8bdfdc",
        name="letter",
        edits=(
            Edit(file="src/format/formatting.rs", find="w.write_char('T')?;", replace="w.write_char('t')?;"),
        ),
        changed="^bench_datetime_to_rfc3339(_opts)?$",
        what="a letter that is written",
    ),
)

CHANGES = (*COMMITS, *EXAMPLE_CHANGES, *PLANTED)


def keyed(key: str) -> Change:
    """The change of this key."""
    return next(change for change in CHANGES if change.key == key)
