/// Some work that takes about a nanosecond per step and cannot be folded away.
pub fn mix(steps: u64) -> u64 {
    (0..steps).fold(1, |state: u64, step| {
        (state ^ step).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}

/// The same work divided among threads.
pub fn mix_in_threads(threads: u64, steps: u64) -> u64 {
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(move || mix(steps / threads)))
            .collect();
        workers.into_iter().fold(0, |state, worker| {
            state ^ worker.join().expect("mix does not panic")
        })
    })
}
