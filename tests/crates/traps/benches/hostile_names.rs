//! Names made to be taken for something else: a flag, a path, markup, a mention, a workflow command, several
//! lines. Criterion keeps `..` as a folder name, and so writes beside CRITERION_HOME, not below it.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};

fn hostile_names(c: &mut Criterion) {
    for id in [
        "-n",
        "--help",
        "../../../outside",
        "..",
        "$(touch pwned)`touch pwned`",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "| a | b |\\|",
        "[link](https://example.com) ![image](https://example.com/x.png) **bold** <!-- comment",
        "@octocat #1 ```",
        "::error::not ours",
        "%0A::error::not ours",
        "line\nbreak: benchmark",
        "\r::stop-commands::x",
        "\u{1b}[31mred\u{1b}[0m",
        "\u{202e}desrever",
        " spaces around ",
        "looks twice #2",
        "x: benchmark",
        "tab\there",
    ] {
        c.bench_function(id, |b| b.iter(|| traps::mix(black_box(16))));
    }
}

criterion_group!(benches, hostile_names);
criterion_main!(benches);
