use std::hint::black_box;
use std::sync::atomic::Ordering;

use criterion::{criterion_group, criterion_main, Criterion};
use planted::{allocating, arithmetic, formatting, hashing, sorting, Ring, UNITS, USUAL_UNITS};

/// What a planted slowdown changes.
fn work(criterion: &mut Criterion) {
    group(criterion, "work", UNITS.load(Ordering::Relaxed));
}

/// The same, left alone.
fn equal(criterion: &mut Criterion) {
    group(criterion, "equal", USUAL_UNITS);
}

fn group(criterion: &mut Criterion, name: &str, units: u64) {
    let mut group = criterion.benchmark_group(name);
    group.bench_function("arithmetic", |bencher| {
        bencher.iter(|| arithmetic(black_box(units)))
    });
    group.bench_function("sorting", |bencher| {
        bencher.iter(|| sorting(black_box(units)))
    });
    group.bench_function("hashing", |bencher| {
        bencher.iter(|| hashing(black_box(units)))
    });
    let mut text = String::with_capacity(64);
    group.bench_function("formatting", |bencher| {
        bencher.iter(|| formatting(black_box(units), &mut text))
    });
    group.bench_function("allocating", |bencher| {
        bencher.iter(|| allocating(black_box(units)))
    });
    let ring = Ring::new();
    let mut place = 0;
    group.bench_function("memory", |bencher| {
        bencher.iter(|| {
            place = ring.walk(black_box(units), place);
            place
        })
    });
    group.finish();
}

criterion_group!(benches, work, equal);
criterion_main!(benches);
