//! Settings in code, which beat the command line: ten samples, and times that no flag shortens.

use std::hint::black_box;
use std::time::Duration;

use criterion::{criterion_group, criterion_main, Criterion, SamplingMode};

fn settings(c: &mut Criterion) {
    let mut group = c.benchmark_group("settings");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(500));
    group.measurement_time(Duration::from_millis(1500));
    group.bench_function("fixed", |b| b.iter(|| traps::mix(black_box(64))));
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function("flat", |b| b.iter(|| traps::mix(black_box(64))));
    group.finish();
}

criterion_group!(benches, settings);
criterion_main!(benches);
