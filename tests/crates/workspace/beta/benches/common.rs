use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion};

fn shared(c: &mut Criterion) {
    let mut group = c.benchmark_group("shared");
    group.bench_function(BenchmarkId::from_parameter(64), |b| {
        b.iter(|| beta::mix_twice(black_box(64)))
    });
    group.finish();
}

criterion_group!(benches, shared);
criterion_main!(benches);
