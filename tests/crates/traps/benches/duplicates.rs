//! `top` three times: Criterion names the second directory `top_2`, and lets the third, in a group
//! with a `Criterion` of its own, overwrite the first. `a:b` and `a|b` share a directory name as well.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn first(c: &mut Criterion) {
    c.bench_function("top", |b| b.iter(|| traps::mix(black_box(16))));
    c.bench_function("top", |b| b.iter(|| traps::mix(black_box(64))));
    c.bench_function("a:b", |b| b.iter(|| traps::mix(black_box(16))));
    c.bench_function("a|b", |b| b.iter(|| traps::mix(black_box(64))));
    c.bench_function("alone", |b| b.iter(|| traps::mix(black_box(16))));
}

fn second(c: &mut Criterion) {
    c.bench_function("top", |b| b.iter(|| traps::mix(black_box(256))));
}

criterion_group!(one, first);
criterion_group!(two, second);
criterion_main!(one, two);
