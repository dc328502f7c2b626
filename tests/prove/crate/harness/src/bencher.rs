use crate::BatchSize;
use std::hint::black_box;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

pub struct Bencher<M> {
    iters: u64,
    elapsed: Duration,
    kind: PhantomData<M>,
}

impl<M> Bencher<M> {
    pub(crate) fn new() -> Self {
        Self { iters: black_box(1), elapsed: Duration::ZERO, kind: PhantomData }
    }
    #[inline(never)]
    pub fn iter<O, R: FnMut() -> O>(&mut self, mut routine: R) {
        let start = Instant::now();
        for _ in 0..self.iters {
            black_box(routine());
        }
        self.elapsed = start.elapsed();
    }
    #[inline(never)]
    pub fn iter_batched_ref<I, O>(
        &mut self,
        mut setup: impl FnMut() -> I,
        mut routine: impl FnMut(&mut I) -> O,
        _size: BatchSize,
    ) {
        let mut inputs: Vec<I> = (0..self.iters).map(|_| setup()).collect();
        let start = Instant::now();
        for input in &mut inputs {
            black_box(routine(input));
        }
        self.elapsed = start.elapsed();
    }
    #[inline(never)]
    pub fn iter_with_large_drop<O>(&mut self, mut routine: impl FnMut() -> O) {
        let start = Instant::now();
        let outputs: Vec<O> = (0..self.iters).map(|_| black_box(routine())).collect();
        self.elapsed = start.elapsed();
        drop(outputs);
    }
}
