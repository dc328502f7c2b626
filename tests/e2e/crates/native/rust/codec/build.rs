//! Finds zlib with pkg-config and with nothing else, and takes a seed from the environment.

use std::env;
use std::process::Command;

fn main() {
    let seed = env::var("CODEC_SEED").expect("CODEC_SEED is not set");
    println!("cargo:rustc-env=SEED={seed}");
    let found = Command::new("pkg-config")
        .args(["--libs-only-l", "zlib"])
        .output()
        .expect("pkg-config");
    assert!(found.status.success(), "pkg-config does not know zlib");
    for library in String::from_utf8(found.stdout)
        .expect("text")
        .split_whitespace()
    {
        println!("cargo:rustc-link-lib={}", library.trim_start_matches("-l"));
    }
}
