//! Never ends when the environment variable BENCH_HANG is set (to `setup`: already in set-up).

use std::hint::black_box;
use std::thread::sleep;
use std::time::Duration;

use criterion::{criterion_group, criterion_main, Criterion};

fn hang_if(set: bool) {
    while set {
        sleep(Duration::from_secs(1));
    }
}

fn hangs(c: &mut Criterion) {
    let hang = std::env::var("BENCH_HANG").unwrap_or_default();
    hang_if(hang == "setup");
    c.bench_function("hangs/before", |b| b.iter(|| traps::mix(black_box(16))));
    c.bench_function("hangs/perhaps", |b| {
        hang_if(!hang.is_empty());
        b.iter(|| traps::mix(black_box(16)))
    });
}

criterion_group!(benches, hangs);
criterion_main!(benches);
