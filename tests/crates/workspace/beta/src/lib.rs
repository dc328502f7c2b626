/// Twice the work of `alpha::mix`.
pub fn mix_twice(steps: u64) -> u64 {
    alpha::mix(steps) ^ alpha::mix(steps + 1)
}

/// Only with the feature.
#[cfg(feature = "extra")]
pub fn mix_thrice(steps: u64) -> u64 {
    mix_twice(steps) ^ alpha::mix(steps + 2)
}
