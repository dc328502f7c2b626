//! Starts a program from a process that is small itself, and tells how much memory that program took at most.
//!
//! `launcher FD PROGRAM ARGUMENT…`: writes `memory KIBIBYTES` to descriptor FD when the program has ended, or
//! `errno NUMBER` when it could not be started, and then ends as the program did. The program inherits
//! everything but FD.

#![no_main]

use std::ffi::CStr;
use std::os::raw::{c_char, c_int, c_long, c_void};

extern "C" {
    fn fork() -> c_int;
    fn execvp(file: *const c_char, arguments: *const *const c_char) -> c_int;
    fn wait4(child: c_int, status: *mut c_int, options: c_int, usage: *mut c_long) -> c_int;
    fn fcntl(descriptor: c_int, command: c_int, ...) -> c_int;
    fn write(descriptor: c_int, bytes: *const c_void, count: usize) -> isize;
    fn setrlimit(resource: c_int, limits: *const [u64; 2]) -> c_int;
    fn signal(number: c_int, handler: usize) -> usize;
    fn raise(number: c_int) -> c_int;
    fn _exit(code: c_int) -> !;
}

const F_SETFD: c_int = 2;
const FD_CLOEXEC: c_int = 1;
const RLIMIT_CORE: c_int = 4;
const SIG_DFL: usize = 0;
const MAX_RSS: usize = 4; // after two times of two words each

fn tell(descriptor: c_int, what: &str, number: i64) {
    let line = format!("{} {}\n", what, number);
    unsafe { write(descriptor, line.as_ptr() as *const c_void, line.len()) };
}

fn errno() -> i64 {
    i64::from(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

#[no_mangle]
pub extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    if count < 3 {
        return 2;
    }
    let (descriptor, program) = unsafe { (CStr::from_ptr(*arguments.add(1)), arguments.add(2)) };
    let descriptor: c_int = match descriptor.to_str().map(str::parse) {
        Ok(Ok(number)) => number,
        _ => return 2,
    };
    unsafe {
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        let child = fork();
        if child < 0 {
            tell(descriptor, "errno", errno());
            return 126;
        }
        if child == 0 {
            execvp(*program, program);
            tell(descriptor, "errno", errno());
            _exit(127);
        }
        let mut status: c_int = 0;
        let mut usage: [c_long; 64] = [0; 64];
        while wait4(child, &mut status, 0, usage.as_mut_ptr()) < 0 {}
        tell(descriptor, "memory", usage[MAX_RSS] as i64);
        let number = status & 0x7f;
        if number != 0 {
            setrlimit(RLIMIT_CORE, &[0, 0]); // the program may have left a core, we have nothing to leave
            signal(number, SIG_DFL);
            raise(number);
        }
        (status >> 8) & 0xff
    }
}
