//! Names beyond the 100 bytes of a title and the 64 bytes of a directory, two of them alike up to there.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn long_names(c: &mut Criterion) {
    let hundred = "h".repeat(100);
    let mut group = c.benchmark_group("long");
    group.bench_function("x".repeat(300), |b| b.iter(|| traps::mix(black_box(16))));
    // Two bytes each: the 100th byte of the id lies inside a character.
    group.bench_function("é".repeat(80), |b| b.iter(|| traps::mix(black_box(16))));
    group.finish();
    c.bench_function(&hundred, |b| b.iter(|| traps::mix(black_box(16))));
    c.bench_function(&format!("{hundred}-one"), |b| {
        b.iter(|| traps::mix(black_box(16)))
    });
    c.bench_function(&format!("{hundred}-two"), |b| {
        b.iter(|| traps::mix(black_box(64)))
    });
}

criterion_group!(benches, long_names);
criterion_main!(benches);
