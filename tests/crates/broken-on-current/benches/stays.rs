use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn stays(c: &mut Criterion) {
    c.bench_function("stays/mix", |b| {
        b.iter(|| broken_on_current::mix(black_box(64)))
    });
}

criterion_group!(benches, stays);
criterion_main!(benches);
