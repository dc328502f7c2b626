use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use criterion_0_7::mix;

fn group(c: &mut Criterion) {
    let mut group = c.benchmark_group("mixing");
    for steps in [64, 256] {
        group.throughput(Throughput::Elements(steps));
        group.bench_with_input(BenchmarkId::new("mix", steps), &steps, |b, &steps| {
            b.iter(|| mix(black_box(steps)))
        });
    }
    group.finish();
}

fn plain(c: &mut Criterion) {
    c.bench_function("plain", |b| b.iter(|| mix(black_box(16))));
}

criterion_group!(benches, group, plain);
criterion_main!(benches);
