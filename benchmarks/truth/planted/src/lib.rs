//! Six kinds of work, each done in `UNITS` equal units. A build with `EXTRA_PERCENT` = 5 does 5 % more units,
//! so it executes 5 % more instructions of the same kind: a slowdown whose size is known beforehand. The count is
//! a variable that another crate reads, so that all sizes have the same machine code at the same places.

mod extra;

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::hint::black_box;
use std::sync::atomic::AtomicU64;

/// Units of work in one iteration of a build with nothing planted, and of group `equal` in every build.
pub const USUAL_UNITS: u64 = 300;

/// Units of work in one iteration of group `work`.
pub static UNITS: AtomicU64 = AtomicU64::new(USUAL_UNITS * (100 + extra::EXTRA_PERCENT) / 100);

/// Arithmetic in registers, each step waiting for the one before.
pub fn arithmetic(units: u64) -> u64 {
    let mut state = black_box(0x9e37_79b9_7f4a_7c15_u64);
    for _ in 0..units * 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    state
}

/// Sorting short arrays: branches that cannot be foretold.
pub fn sorting(units: u64) -> u32 {
    let mut sum = 0;
    let mut seed = black_box(12345_u32);
    for _ in 0..units {
        let mut values = [0_u32; 12];
        for value in &mut values {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *value = seed >> 8;
        }
        values.sort_unstable();
        sum ^= values[5];
    }
    sum
}

/// Hashing short texts.
pub fn hashing(units: u64) -> u64 {
    let mut sum = 0;
    for unit in 0..units {
        let mut hasher = DefaultHasher::new();
        black_box("a key of a usual length").hash(&mut hasher);
        unit.hash(&mut hasher);
        sum ^= hasher.finish();
    }
    sum
}

/// Formatting numbers into a string that is reused.
pub fn formatting(units: u64, text: &mut String) -> usize {
    let mut sum = 0;
    for unit in 0..units {
        text.clear();
        write!(text, "{unit:>6} of {:x}", unit * 77).expect("a string takes everything");
        sum += text.len();
    }
    sum
}

/// Allocating and freeing.
pub fn allocating(units: u64) -> usize {
    let mut sum = 0;
    for unit in 0..units {
        let block: Vec<u8> = Vec::with_capacity(black_box(32 + (unit as usize % 7) * 48));
        sum += black_box(block).capacity();
    }
    sum
}

/// A ring of places that is walked by following each place's pointer to the next: 2 MiB, out of order.
pub struct Ring(Vec<u32>);

impl Ring {
    pub fn new() -> Self {
        const PLACES: u32 = 1 << 19;
        // An odd step visits every place of a power of two once.
        let step = 330_871_u32 | 1;
        Self(
            (0..PLACES)
                .map(|place| place.wrapping_add(step) % PLACES)
                .collect(),
        )
    }

    pub fn walk(&self, units: u64, from: u32) -> u32 {
        let mut place = from;
        for _ in 0..units {
            place = self.0[place as usize];
        }
        place
    }
}

impl Default for Ring {
    fn default() -> Self {
        Self::new()
    }
}
