#[inline(never)]
pub fn mix(x: u64) -> u64 {
    x.rotate_left(7) ^ 0x55
}
