use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn gated(c: &mut Criterion) {
    c.bench_function("gated/thrice", |b| {
        b.iter(|| beta::mix_thrice(black_box(64)))
    });
}

criterion_group!(benches, gated);
criterion_main!(benches);
