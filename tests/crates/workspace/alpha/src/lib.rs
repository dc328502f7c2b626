/// Some work that takes about a nanosecond per step and cannot be folded away.
pub fn mix(steps: u64) -> u64 {
    (0..steps).fold(1, |state: u64, step| {
        (state ^ step).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}
