//! Benchmarks whose code differs: what differs runs (`changed`), or it never does (`placed`).
use criterion::{criterion_group, criterion_main, Criterion};
use proof_crate::{innocent, placed};
use std::hint::black_box;

/// Calls with 1, 2, 3 … in each sample anew.
fn counted<R>(c: &mut Criterion, id: &str, function: impl Fn(u64) -> R) {
    c.bench_function(id, |b| {
        let mut iteration = 0;
        b.iter(|| {
            iteration += 1;
            function(black_box(iteration))
        })
    });
}

fn placed_ones(c: &mut Criterion) {
    counted(c, "placed/branch", placed::branch);
    counted(c, "placed/reaches", placed::reaches);
    counted(c, "placed/method", placed::climb);
    counted(c, "placed/message", placed::message);
    counted(c, "placed/text", placed::text);
    counted(c, "placed/cases", |x| placed::cases(x % 5));
}

fn changed(c: &mut Criterion) {
    counted(c, "changed/second", placed::second);
    counted(c, "changed/table", |x| placed::weight(x as usize));
    counted(c, "changed/operand", placed::operand);
    counted(c, "changed/arms", |x| placed::arms(x * 8 + 3) ^ placed::arms(x * 8 + 4).rotate_left(9));
    counted(c, "changed/both", |x| placed::both(x * 2) ^ placed::both(x * 2 + 1).rotate_left(9));
    counted(c, "changed/called", placed::calls);
    counted(c, "changed/wait", |_| placed::wait());
    counted(c, "changed/pause", |_| placed::pause());
}

fn inputs(c: &mut Criterion) {
    let text = std::fs::read("data/placed.txt").unwrap();
    let values: Vec<u64> = text.iter().map(|byte| u64::from(*byte)).collect();
    c.bench_function("changed/file", |b| b.iter(|| placed::made(black_box(&values))));
    // its own code is the same
    c.bench_function("changed/only_later_input", |b| {
        let values = placed::make_later();
        b.iter(|| innocent::sum(black_box(&values)))
    });
    let values = placed::make();
    c.bench_function("changed/input", |b| b.iter(|| placed::made(black_box(&values))));
    c.bench_function("changed/later_input", |b| {
        let values = placed::make_later();
        b.iter(|| placed::made(black_box(&values)))
    });
    counted(c, "changed/threads", placed::threaded);
}

criterion_group!(benches, placed_ones, changed, inputs);
criterion_main!(benches);
