//! Leaves a process in a session of its own behind; the second one keeps our output open, too.

use std::hint::black_box;
use std::process::{Command, Stdio};

use criterion::{criterion_group, criterion_main, Criterion};

fn start(quiet: bool) {
    let mut command = Command::new("setsid");
    command.args(["sleep", "300"]).stdin(Stdio::null());
    if quiet {
        command.stdout(Stdio::null()).stderr(Stdio::null());
    }
    let child = command.spawn().expect("setsid can be started");
    println!("daemon {} started", child.id());
}

fn daemon(c: &mut Criterion) {
    for (id, quiet) in [("daemon/quiet", true), ("daemon/holds_output", false)] {
        let mut running = false;
        c.bench_function(id, |b| {
            if !running {
                start(quiet);
                running = true;
            }
            b.iter(|| traps::mix(black_box(16)))
        });
    }
}

criterion_group!(benches, daemon);
criterion_main!(benches);
