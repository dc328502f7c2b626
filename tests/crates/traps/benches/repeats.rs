//! The same id twice in one group: Criterion panics at the second, after the first has been measured.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn repeats(c: &mut Criterion) {
    let mut group = c.benchmark_group("repeats");
    group.bench_function("same", |b| b.iter(|| traps::mix(black_box(16))));
    group.bench_function("same", |b| b.iter(|| traps::mix(black_box(64))));
    group.finish();
}

criterion_group!(benches, repeats);
criterion_main!(benches);
