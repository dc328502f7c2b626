//! Names that people really give: spaces, slashes, types, units, other scripts, Criterion's own folder names.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion};

fn names(c: &mut Criterion) {
    for group in [
        "vec",
        "new",
        "base",
        "report",
        "Vec<u8>",
        "a/b",
        "größe",
        "日本語",
        "two words",
    ] {
        let mut group = c.benchmark_group(group);
        for function in [
            "new",
            "change",
            "it's $5",
            "f(x) [0-9]+.* {2}|^\\d$",
            "a/b c",
            "Case",
            "case",
        ] {
            group.bench_function(function, |b| b.iter(|| traps::mix(black_box(16))));
        }
        group.bench_function(BenchmarkId::new("with value", "10 % / 3 µs"), |b| {
            b.iter(|| traps::mix(black_box(16)))
        });
        group.finish();
    }
}

criterion_group!(benches, names);
criterion_main!(benches);
