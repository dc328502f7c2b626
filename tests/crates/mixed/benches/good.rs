use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn good(c: &mut Criterion) {
    c.bench_function("good/mix", |b| b.iter(|| mixed::mix(black_box(64))));
}

criterion_group!(benches, good);
criterion_main!(benches);
