//! A harness of its own that looks at no argument, not even `--help` or `--list`.

use std::hint::black_box;
use std::time::Instant;

fn main() {
    let start = Instant::now();
    black_box(mixed::mix(black_box(1000)));
    println!("custom/mix: benchmark took {:?}", start.elapsed());
}
