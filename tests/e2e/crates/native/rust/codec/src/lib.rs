//! Checksums by zlib.

use std::ffi::{c_uchar, c_uint, c_ulong};

/// What the build script found in the environment.
pub const SEED: &str = env!("SEED");

/// What the set-up generated.
pub const BYTES: &[u8] = include_bytes!("../generated/bytes");

/// How often a checksum is taken.
pub const TIMES: u32 = 1;

extern "C" {
    fn crc32(crc: c_ulong, bytes: *const c_uchar, length: c_uint) -> c_ulong;
    fn adler32(adler: c_ulong, bytes: *const c_uchar, length: c_uint) -> c_ulong;
}

/// zlib's CRC-32, taken `TIMES` times.
pub fn crc(bytes: &[u8]) -> u64 {
    (0..TIMES).fold(0, |_, _| unsafe {
        u64::from(crc32(0, bytes.as_ptr(), bytes.len() as c_uint))
    })
}

/// zlib's Adler-32.
pub fn adler(bytes: &[u8]) -> u64 {
    unsafe { u64::from(adler32(1, bytes.as_ptr(), bytes.len() as c_uint)) }
}
