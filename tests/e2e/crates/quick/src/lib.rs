/// The benchmarks and what each seems to take, in ns per iteration.
pub const BENCHMARKS: &[(&str, f64)] = &[("quick/parse", 100.0), ("quick/render", 2000.0)];

/// How long each process really takes, in ms.
pub const PAUSE_MS: u64 = 0;

/// What else each process does; a test may have ideas.
pub fn before(_id: &str) {}
