//! Reads a file relative to its package's directory, and one by the path that was compiled in.

use std::fs;
use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn words(text: &str) -> usize {
    black_box(text).split_whitespace().count()
}

fn files(c: &mut Criterion) {
    let relative =
        fs::read_to_string("data/input.txt").expect("the working directory is the package's");
    c.bench_function("files/relative", |b| b.iter(|| words(&relative)));
    let absolute = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/input.txt"))
        .expect("the package lies where it was built");
    c.bench_function("files/compiled_in", |b| b.iter(|| words(&absolute)));
    let variable =
        std::env::var("CARGO_MANIFEST_DIR").expect("the environment is as cargo sets it");
    let named = fs::read_to_string(format!("{variable}/data/input.txt"))
        .expect("the variable names the package");
    c.bench_function("files/variable", |b| b.iter(|| words(&named)));
}

criterion_group!(benches, files);
criterion_main!(benches);
