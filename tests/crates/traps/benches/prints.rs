//! Prints what a runner would obey, on both streams, and what no terminal should show.

use std::hint::black_box;
use std::io::Write;

use criterion::{criterion_group, criterion_main, Criterion};

const LINES: &str = "::set-output name=verdict::improved\n\
    ::error title=not ours::planted\n\
    ::add-mask::e\n\
    ::stop-commands::planted\n\
    ::group::planted\n\
    ##[error]planted\n\
    ##[command]planted\n\
    text before ::warning::planted\n\
    \r::notice::after a carriage return\n\
    \u{1b}]0;title\u{7}\u{1b}[2J\n";

fn prints(c: &mut Criterion) {
    c.bench_function("prints/commands", |b| {
        print!("{LINES}");
        eprint!("{LINES}");
        b.iter(|| traps::mix(black_box(16)))
    });
    c.bench_function("prints/not_utf8", |b| {
        let _ = std::io::stdout().write_all(b"\xff\xfe\0\n");
        let _ = std::io::stderr().write_all(b"\xff\xfe\0\n");
        b.iter(|| traps::mix(black_box(16)))
    });
    let mut printed = false;
    c.bench_function("prints/much", |b| {
        if !printed {
            // More than a pipe holds: who does not read blocks us here.
            println!("{}", "x".repeat(1 << 20));
            eprintln!("{}", "x".repeat(1 << 20));
            printed = true;
        }
        b.iter(|| traps::mix(black_box(16)))
    });
}

criterion_group!(benches, prints);
criterion_main!(benches);
