use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};

fn threads(c: &mut Criterion) {
    let mut group = c.benchmark_group("threads");
    group.throughput(Throughput::Elements(40_000));
    for threads in [1, 2, 4] {
        group.bench_function(BenchmarkId::from_parameter(threads), |b| {
            b.iter(|| threaded::mix_in_threads(threads, black_box(40_000)))
        });
    }
    group.finish();
}

criterion_group!(benches, threads);
criterion_main!(benches);
