//! A bench executable as a tool sees one of Criterion's: its help, its list, and the files it leaves.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, fs, thread};

use quick::{before, BENCHMARKS, PAUSE_MS};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let asked = |flag: &str| arguments.iter().any(|argument| argument == flag);
    if asked("--help") {
        println!("--save-baseline --measurement-time --quick");
    } else if asked("--list") {
        for (id, _) in BENCHMARKS {
            println!("{id}: benchmark");
        }
    } else {
        let filter = arguments.last().expect("a filter");
        let wanted = filter.trim_start_matches('^').trim_end_matches('$');
        for (id, nanoseconds) in BENCHMARKS.iter().filter(|(id, _)| *id == wanted) {
            before(id);
            thread::sleep(Duration::from_millis(PAUSE_MS));
            leave_files(id, nanoseconds * (1.0 + noise()));
        }
    }
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
    let interval = format!(
        r#"{{"confidence_level":0.95,"lower_bound":{nanoseconds},"upper_bound":{nanoseconds}}}"#
    );
    let estimate = format!(
        r#"{{"confidence_interval":{interval},"point_estimate":{nanoseconds},"standard_error":0.0}}"#
    );
    let write = |name: &str, text: String| {
        fs::write(format!("{folder}/{name}"), text).expect("a file that can be written");
    };
    fs::create_dir_all(&folder).expect("a folder that can be made");
    write(
        "benchmark.json",
        format!(
            r#"{{"group_id":"quick","full_id":"{id}","directory_name":"{id}","title":"{id}"}}"#
        ),
    );
    write(
        "sample.json",
        format!(r#"{{"sampling_mode":"Flat","iters":[{iters}],"times":[{times}]}}"#),
    );
    write(
        "estimates.json",
        format!(r#"{{"mean":{estimate},"median":{estimate},"std_dev":{estimate}}}"#),
    );
}
