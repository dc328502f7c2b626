//! A Criterion file without `harness = false`: a shell of "0 tests, 0 benchmarks" that measures nothing.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn forgotten(c: &mut Criterion) {
    c.bench_function("forgotten/mix", |b| b.iter(|| mixed::mix(black_box(64))));
}

criterion_group!(benches, forgotten);
criterion_main!(benches);
