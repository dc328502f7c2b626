use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn api(c: &mut Criterion) {
    c.bench_function("api/mix_twice", |b| {
        b.iter(|| broken_on_current::mix_twice(black_box(64)))
    });
}

criterion_group!(benches, api);
criterion_main!(benches);
