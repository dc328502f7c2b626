//! As much of Criterion as `--list` and `--test` need.
pub mod bencher;
pub use bencher::Bencher;
use std::fmt::Display;

pub struct WallTime;
pub enum BatchSize {
    SmallInput,
}
pub struct BenchmarkId(String);
impl BenchmarkId {
    pub fn new(name: &str, value: impl Display) -> Self {
        Self(format!("{name}/{value}"))
    }
}

pub struct Criterion {
    lists: bool,
}
impl Default for Criterion {
    fn default() -> Self {
        Self { lists: std::env::args().any(|one| one == "--list") }
    }
}
impl Criterion {
    /// As in Criterion, there is a function of its own between a group and what it measures.
    #[inline(never)]
    pub fn bench_function(&mut self, id: &str, mut f: impl FnMut(&mut Bencher<WallTime>)) -> &mut Self {
        if self.lists {
            println!("{id}: benchmark");
            return self;
        }
        println!("Testing {id}");
        f(&mut Bencher::new());
        println!("Success\n");
        self
    }
    pub fn bench_with_input<I: ?Sized>(
        &mut self,
        id: BenchmarkId,
        input: &I,
        mut f: impl FnMut(&mut Bencher<WallTime>, &I),
    ) -> &mut Self {
        self.bench_function(&id.0, |b| f(b, input))
    }
}

#[macro_export]
macro_rules! criterion_group {
    ($name:ident, $($target:path),+ $(,)?) => {
        pub fn $name() {
            let mut criterion = $crate::Criterion::default();
            $($target(&mut criterion);)+
        }
    };
}
#[macro_export]
macro_rules! criterion_main {
    ($($group:path),+ $(,)?) => {
        fn main() {
            $($group();)+
        }
    };
}
