//! Boxes numbers, as pyo3 would.

use std::ffi::{c_long, c_void};

#[cfg(feature = "extension-module")]
extern "C" {
    #[link_name = "PyLong_FromLong"]
    fn boxed(value: c_long) -> *mut c_void;
}

#[cfg(not(feature = "extension-module"))]
unsafe fn boxed(value: c_long) -> *mut c_void {
    value as *mut c_void
}

/// The benchmark and what it seems to take, in ns per iteration.
pub const BENCHMARKS: &[(&str, f64)] = &[("calls/boxed", 100.0)];
pub const PAUSE_MS: u64 = 0;

/// What each process does.
pub fn before(id: &str) {
    assert!(!unsafe { boxed(id.len() as c_long) }.is_null());
}
