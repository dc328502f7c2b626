//! Times of zero: Criterion reports an error, saves nothing and exits with 0.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{criterion_group, criterion_main, Criterion};

fn zero(c: &mut Criterion) {
    c.bench_function("zero/always", |b| {
        b.iter_custom(|iterations| {
            black_box(traps::mix(black_box(iterations)));
            Duration::ZERO
        })
    });
    let mut calls = 0_u32;
    c.bench_function("zero/sometimes", |b| {
        b.iter_custom(|iterations| {
            let start = Instant::now();
            (0..iterations).for_each(|_| {
                black_box(traps::mix(black_box(16)));
            });
            calls += 1;
            if calls % 7 == 0 {
                Duration::ZERO
            } else {
                start.elapsed()
            }
        })
    });
    c.bench_function("zero/never", |b| b.iter(|| traps::mix(black_box(16))));
}

criterion_group!(benches, zero);
criterion_main!(benches);
