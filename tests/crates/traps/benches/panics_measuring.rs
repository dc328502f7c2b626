//! Panics in the midst of measuring: what comes after it in the same process is not reached.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn panics_measuring(c: &mut Criterion) {
    c.bench_function("panics_measuring/before", |b| {
        b.iter(|| traps::mix(black_box(16)))
    });
    let mut iterations = 0_u32;
    c.bench_function("panics_measuring/panics", |b| {
        b.iter(|| {
            iterations += 1;
            assert!(iterations < 1000, "the thousandth iteration fails");
            traps::mix(black_box(16))
        })
    });
    c.bench_function("panics_measuring/after", |b| {
        b.iter(|| traps::mix(black_box(16)))
    });
}

criterion_group!(benches, panics_measuring);
criterion_main!(benches);
