use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion};
use proof_crate::innocent::{self, Animal, Bird, Cat, Color};
use proof_crate::planted::{self, Planet};
use std::hint::black_box;

fn innocents(c: &mut Criterion) {
    let values: Vec<u64> = (0..100).collect();
    c.bench_function("innocent/sum", |b| b.iter(|| innocent::sum(black_box(&values))));
    c.bench_function("innocent/sort", |b| {
        b.iter_batched_ref(|| vec![5, 3, 9, 1, 7], |v| innocent::sort(v), BatchSize::SmallInput)
    });
    c.bench_function("innocent/count", |b| b.iter(|| innocent::count(black_box("hello world"))));
    c.bench_function("innocent/show", |b| b.iter(|| innocent::show(black_box(Color::Blue), black_box(2.5))));
    for number in [2, 5] {
        c.bench_with_input(BenchmarkId::new("innocent/choose", number), &number, |b, &number| {
            b.iter(|| innocent::choose(black_box(number)))
        });
    }
    let animals: Vec<Box<dyn Animal>> = vec![Box::new(Cat(1)), Box::new(Bird(2))];
    c.bench_function("innocent/animals", |b| b.iter(|| innocent::animals(black_box(&animals))));
    c.bench_function("innocent/area", |b| b.iter(|| innocent::area(black_box(2.0))));
    c.bench_function("innocent/at", |b| b.iter(|| innocent::at(black_box(&values), black_box(3))));
    c.bench_function("innocent/inline", |b| b.iter(|| black_box(&values).iter().filter(|x| **x % 3 == 0).count()));
    c.bench_function("innocent/large_drop", |b| b.iter_with_large_drop(|| vec![1u8; 100]));
}

fn planted_ones(c: &mut Criterion) {
    c.bench_function("planted/table", |b| b.iter(|| planted::lookup(black_box(5))));
    let round = planted::shape(black_box(true));
    c.bench_function("planted/vtable", |b| b.iter(|| planted::measure(black_box(&*round), black_box(1))));
    c.bench_function("planted/vtable_made", |b| {
        b.iter(|| planted::measure(&*planted::shape(black_box(false)), black_box(1)))
    });
    c.bench_function("planted/second", |b| b.iter(|| planted::second(black_box(5))));
    c.bench_function("planted/pointer", |b| b.iter(|| planted::operate(black_box(0), black_box(5))));
    c.bench_function("planted/file", |b| b.iter(|| planted::file(black_box("data/input.txt"))));
    c.bench_function("planted/static", |b| b.iter(|| planted::start()));
    c.bench_function("planted/local", |b| b.iter(|| planted::local()));
    c.bench_function("planted/alias", |b| b.iter(|| planted::one_or_two()));
    c.bench_function("planted/dependency", |b| b.iter(|| planted::depends(black_box(5))));
    c.bench_function("planted/inlined", |b| b.iter(|| planted::inlines(black_box(5))));
    c.bench_function("planted/jump", |b| b.iter(|| planted::jump(black_box(0))));
    c.bench_function("planted/generic", |b| b.iter(|| planted::generic(black_box(5))));
    c.bench_function("planted/instances", |b| b.iter(|| planted::instances(black_box(5))));
    c.bench_function("planted/literal", |b| b.iter(|| planted::literal(black_box(5))));
    c.bench_function("planted/float", |b| b.iter(|| planted::float(black_box(5.0))));
    c.bench_function("planted/planet", |b| b.iter(|| planted::planet(black_box(Planet::Venus))));
    c.bench_function("planted/nested", |b| b.iter(|| planted::nested(black_box(0), black_box(1))));
    c.bench_function("planted/panics", |b| b.iter(|| planted::panics(black_box(3))));
    c.bench_function("planted/thread", |b| b.iter(|| planted::threaded(black_box(5))));
    c.bench_function("planted/process", |b| {
        b.iter(|| std::process::Command::new("/bin/true").status().unwrap())
    });
}

fn last(c: &mut Criterion) {
    let values: Vec<u64> = (0..50).collect();
    c.bench_function("innocent/last", |b| b.iter(|| innocent::sum(black_box(&values))));
}

criterion_group!(benches, innocents, planted_ones, last);
criterion_main!(benches);
