//! Panics in set-up, so that already `--list` fails; `--help` works.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn panics(c: &mut Criterion) {
    c.bench_function("panics/before", |b| b.iter(|| mixed::mix(black_box(64))));
    let missing = std::fs::read("no/such/file").expect("the input of this benchmark");
    c.bench_function("panics/after", |b| {
        b.iter(|| mixed::mix(missing.len() as u64))
    });
}

criterion_group!(benches, panics);
criterion_main!(benches);
