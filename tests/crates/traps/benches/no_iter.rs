//! A benchmark that forgets to call `iter`: Criterion panics.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn no_iter(c: &mut Criterion) {
    c.bench_function("no_iter/before", |b| b.iter(|| traps::mix(black_box(16))));
    c.bench_function("no_iter/forgets", |_| ());
    c.bench_function("no_iter/after", |b| b.iter(|| traps::mix(black_box(16))));
}

criterion_group!(benches, no_iter);
criterion_main!(benches);
