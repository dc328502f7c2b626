//! A bench executable as a tool sees one of Criterion's, valgrind included.

use std::hint::black_box;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use placed::{ALWAYS, NEAR};

const NANOSECONDS: f64 = 100.0;
const SIDE_BY_SIDE: usize = 16384;

macro_rules! functions {
    ($($name:ident $number:literal),*) => {
        $(#[inline(never)] fn $name(x: u64) -> u64 { black_box(x).rotate_left($number) ^ $number })*
        const FUNCTIONS: &[fn(u64) -> u64] = &[$($name),*];
    };
}
functions!(one 1, two 2, three 3, four 4, five 5, six 6, seven 7, eight 8);

struct Bencher;

impl Bencher {
    #[inline(never)]
    fn iter(&mut self, factor: f64) {
        let mut state = black_box(factor).to_bits();
        for function in black_box(FUNCTIONS) {
            state = function(state);
        }
        black_box(state);
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let asked = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let benchmarks = [
        ("placed/near", NEAR, if near() { NEAR } else { 1.0 }),
        ("placed/always", ALWAYS, ALWAYS),
    ];
    if asked("--help") {
        println!("--save-baseline --measurement-time --quick");
        return;
    }
    for (id, factor, times) in benchmarks {
        if asked("--list") {
            println!("{id}: benchmark");
        } else if asked("--test") {
            println!("Testing {id}");
            Bencher.iter(factor);
            println!("Success");
        } else if arguments.last().is_some_and(|filter| filter.contains(id)) {
            leave_files(id, NANOSECONDS * times * (1.0 + noise()));
        }
    }
}

fn near() -> bool {
    let places: Vec<usize> = FUNCTIONS.iter().map(|one| *one as usize).collect();
    places.iter().max().unwrap() - places.iter().min().unwrap() < SIDE_BY_SIDE
}

/// Up to a thousandth, different in each process.
fn noise() -> f64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    f64::from(now.subsec_nanos() / 7 % 1000) / 1_000_000.0
}

fn leave_files(id: &str, nanoseconds: f64) {
    let home = env::var("CRITERION_HOME").expect("a place for the files");
    let folder = format!("{home}/{}/new", id.replace('/', "_"));
    let times = vec![format!("{}", nanoseconds * 1000.0); 12].join(",");
    let iters = vec!["1000"; 12].join(",");
    fs::create_dir_all(&folder).expect("a folder that can be made");
    let files = [
        (
            "benchmark.json",
            format!(r#"{{"group_id":"placed","full_id":"{id}","directory_name":"{id}","title":"{id}"}}"#),
        ),
        (
            "sample.json",
            format!(r#"{{"sampling_mode":"Flat","iters":[{iters}],"times":[{times}]}}"#),
        ),
    ];
    for (name, text) in files {
        fs::write(format!("{folder}/{name}"), text).expect("a file that can be written");
    }
}
