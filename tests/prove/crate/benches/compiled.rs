//! Benchmarks whose preparation a compiler may make in several ways (`made`), though nobody touches it.
use criterion::{criterion_group, criterion_main, Criterion};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

static STARTED: AtomicU64 = AtomicU64::new(0);

extern "C" fn starts() {
    STARTED.store(17, Ordering::Relaxed);
}

#[used]
#[link_section = ".init_array"]
static START: extern "C" fn() = starts;

trait Shape {
    fn edges(&self, times: u64) -> u64;
}

struct Square(u64);

impl Shape for Square {
    fn edges(&self, times: u64) -> u64 {
        // no first iteration comes here
        if times > 1_000_000 {
            many(self.0)
        } else {
            4
        }
    }
}

fn many(side: u64) -> u64 {
    side.wrapping_mul(5) ^ 3
}

struct Input {
    values: Vec<u64>,
    first: u64,
    second: u64,
    shape: Box<dyn Shape>,
    handed: Box<dyn Fn(u64) -> u64>,
}

fn made(seed: u64) -> Input {
    let started = STARTED.load(Ordering::Relaxed);
    let checked = if cfg!(debug_assertions) { 1 } else { 2 };
    Input {
        values: (0..40).map(|i| i * seed + checked).collect(),
        first: started,
        second: started + 1,
        shape: Box::new(Square(seed)),
        handed: Box::new(move |x| later(x ^ seed)),
    }
}

fn later(x: u64) -> u64 {
    x.wrapping_mul(11) ^ 1
}

fn one_of(first: u64, second: u64) -> u64 {
    let _ = (first, second);
    first.wrapping_mul(7)
}

#[inline(never)]
fn sum(values: &[u64]) -> u64 {
    values.iter().fold(1, |all, one| all.wrapping_mul(31).wrapping_add(*one))
}

fn benches_of(c: &mut Criterion) {
    let input = made(black_box(3));
    for length in [10, 15, 20, 25, 30, 35, 40] {
        c.bench_function(&format!("sum/{length}"), |b| b.iter(|| sum(black_box(&input.values[..length]))));
    }
    let (first, second) = (input.first, input.second);
    c.bench_function("field", |b| b.iter(move || one_of(first, second)));
    c.bench_function("shape", |b| b.iter(|| input.shape.edges(black_box(3))));
    c.bench_function("closure", |b| {
        let mut times = 0;
        b.iter(|| {
            times += 1;
            if times > 1_000_000 { (input.handed)(times) } else { times }
        })
    });
}

static LEFT: AtomicU64 = AtomicU64::new(1);

fn shared() -> u64 {
    black_box(9) * 3
}

/// Another function of the group, with benchmarks of its own.
fn apart(c: &mut Criterion) {
    let number = black_box(5) * 2;
    c.bench_function("apart", |b| b.iter(|| black_box(number) ^ 1));
    c.bench_function("apart/shared", |b| b.iter(shared));
}

fn late(c: &mut Criterion) {
    let left = LEFT.load(Ordering::Relaxed);
    c.bench_function("late", |b| b.iter(|| black_box(left) ^ 2));
    c.bench_function("late/shared", |b| b.iter(shared));
}

criterion_group!(benches, apart, benches_of, late);
criterion_main!(benches);
