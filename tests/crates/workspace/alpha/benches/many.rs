use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn many(c: &mut Criterion) {
    for (id, steps) in [
        ("parse", 16),
        ("parse/small", 16),
        ("parse/large", 64),
        ("parser/small", 16),
        ("render/small", 16),
        ("render/parse/small", 16),
    ] {
        c.bench_function(id, |b| b.iter(|| alpha::mix(black_box(steps))));
    }
}

criterion_group!(benches, many);
criterion_main!(benches);
