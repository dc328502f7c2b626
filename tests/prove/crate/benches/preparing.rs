use criterion::{criterion_group, criterion_main, Criterion};
use proof_crate::{innocent, planted};
use std::hint::black_box;

fn early(c: &mut Criterion) {
    let values = planted::prepare_early(black_box(10));
    c.bench_function("early", |b| b.iter(|| innocent::sum(black_box(&values))));
}

fn late(c: &mut Criterion) {
    let values = planted::prepare(black_box(100));
    c.bench_function("prepared/sum", |b| b.iter(|| innocent::sum(black_box(&values))));
    c.bench_function("prepared/at", |b| b.iter(|| innocent::at(black_box(&values), 3)));
}

criterion_group!(benches, early, late);
criterion_main!(benches);
