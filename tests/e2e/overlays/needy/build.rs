//! Wants what the inputs `environment`, `system_packages` and `setup` can give.

use std::process::Command;
use std::{env, fs};

fn main() {
    let word = env::var("WANTED_WORD").expect("WANTED_WORD is not set");
    assert_eq!(word, "sesame");
    assert!(env::var("OTHER_WORD").is_err(), "a variable that nobody asked for");
    let library = Command::new("pkg-config").args(["--exists", "libzstd"]).status();
    assert!(library.expect("pkg-config").success(), "libzstd is not there");
    let generated = fs::read_to_string("generated/words.txt").expect("what the set-up generates");
    assert!(generated.starts_with("made in /"));
}
