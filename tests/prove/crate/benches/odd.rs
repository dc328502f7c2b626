//! What cannot be run under valgrind, or not without something that code alone does not show.
use criterion::{criterion_group, criterion_main, Criterion};
use proof_crate::innocent;
use std::hint::black_box;

fn odd(c: &mut Criterion) {
    let kind = std::env::var("ODD").unwrap_or_default();
    let values: Vec<u64> = (0..20).collect();
    c.bench_function("first", |b| b.iter(|| innocent::sum(black_box(&values))));
    let testing = std::env::args().any(|one| one == "--test");
    match (testing, kind.as_str()) {
        (true, "illegal") => illegal(),
        (true, "slow") => loop {
            black_box(());
        },
        (true, "refuses") if std::env::var("LD_PRELOAD").is_ok_and(|all| all.contains("vgpreload")) => {
            std::process::exit(3)
        }
        (true, "threads") => {
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| black_box(innocent::sum(&values)));
                }
            });
        }
        (true, "starts") => {
            let _ = std::process::Command::new("/bin/cat").arg("data/input.txt").output();
        }
        (true, "reads") => {
            black_box(std::fs::read_to_string("data/input.txt").unwrap());
        }
        (true, "given") => {
            black_box(std::fs::read(std::env::var_os("ODD_PATH").unwrap()).unwrap());
        }
        (true, "named") => {
            black_box(std::env::current_exe().unwrap());
        }
        (true, "looks") => {
            black_box(std::fs::metadata("data/input.txt").unwrap().len());
        }
        (true, "lists") => {
            black_box(std::fs::read_dir("data").unwrap().count());
        }
        (true, "panics") => panic!("on purpose"),
        _ => {}
    }
    let second = match kind.as_str() {
        "clock" if testing => format!("second at {:?}", std::time::SystemTime::now()),
        _ => "second".to_owned(),
    };
    c.bench_function(&second, |b| b.iter(|| innocent::sum(black_box(&values))));
}

fn illegal() {
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("ud2")
    }
}

criterion_group!(benches, odd);
criterion_main!(benches);
