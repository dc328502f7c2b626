use std::hint::black_box;

use codec::{adler, crc, BYTES, SEED};
use criterion::{criterion_group, criterion_main, Criterion};

fn checksum(c: &mut Criterion) {
    assert_eq!((SEED, BYTES), ("sesame", &b"made by the set-up"[..]));
    assert_eq!(crc(b"123456789"), 0xcbf4_3926, "zlib's own answer");
    let bytes = BYTES.repeat(1000);
    c.bench_function("crc", |b| b.iter(|| crc(black_box(&bytes))));
    c.bench_function("adler", |b| b.iter(|| adler(black_box(&bytes))));
}

criterion_group!(benches, checksum);
criterion_main!(benches);
