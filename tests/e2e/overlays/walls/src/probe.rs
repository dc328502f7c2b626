//! Looks at everything that a process of ours must not have, and says what it found; it reads no secret.

use std::fs::{self, File, OpenOptions};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::{env, iter};

const FORBIDDEN: &[&str] = &[
    "/proc/1/environ",
    "/proc/1/cwd/",
    "/proc/1/root/",
    "/proc/1/fd/",
    "/github/workspace",
    "/github/workflow/event.json",
    "/github/file_commands",
    "/github/home",
    "/github/runner_temp",
    "../../../store",
    "../../baseline",
    "../../current",
    "../../kept",
];

const SHARED: &[&str] = &[
    "/usr/local/cargo/bin/cargo",
    "/usr/local/rustup/settings.toml",
    "/opt/benchmark-ci/bin/benchmark-ci",
    "/opt/benchmark-ci/bin/python",
    "/entrypoint.py",
    "/etc/passwd",
    "/etc/ld.so.preload",
];

pub fn found() -> Vec<String> {
    let status = fs::read_to_string("/proc/self/status").expect("our own status");
    let mut lines = vec![
        format!("VARIABLES {}", joined(env::vars().map(|(name, _)| name))),
        format!(
            "VALUES {}",
            joined(env::vars().map(|(_, value)| value.replace(['\n', ' '], "_")))
        ),
        format!("DESCRIPTORS {}", joined(descriptors())),
        format!("OPENED {}", joined(FORBIDDEN.iter().filter(|path| opens(path)))),
        format!("WRITABLE {}", joined(SHARED.iter().filter(|path| writes(path)))),
        format!("SOCKET {}", UnixStream::connect("/var/run/docker.sock").is_ok()),
    ];
    let wanted = ["Groups", "Cap", "NoNewPrivs"];
    let kept = status
        .lines()
        .filter(|line| wanted.iter().any(|name| line.starts_with(name)));
    lines.push(format!(
        "STATUS {}",
        kept.collect::<Vec<_>>().join(" ").replace('\t', "")
    ));
    lines
}

fn joined(words: impl Iterator<Item = impl ToString>) -> String {
    words.map(|word| word.to_string()).collect::<Vec<_>>().join(" ")
}

/// Open descriptors and where they lead, but for the one that lists them.
fn descriptors() -> impl Iterator<Item = String> {
    let entries = fs::read_dir("/proc/self/fd").expect("our own descriptors");
    entries.flatten().filter_map(|entry| {
        let leads = fs::read_link(entry.path()).ok()?.display().to_string();
        let kind = leads.split(':').next().unwrap_or_default().to_string();
        (!leads.starts_with("/proc/")).then(|| format!("{}={kind}", entry.file_name().to_string_lossy()))
    })
}

fn opens(path: &str) -> bool {
    let here = Path::new(path);
    let as_file = File::open(here).is_ok();
    as_file || fs::read_dir(here).is_ok() || OpenOptions::new().append(true).open(here).is_ok()
}

fn writes(path: &str) -> bool {
    let beside = Path::new(path).with_file_name("planted");
    let paths = iter::once(path.into()).chain(iter::once(beside));
    paths
        .into_iter()
        .any(|one| OpenOptions::new().append(true).create(true).open(one).is_ok())
}
