//! Each part is changed by one adversarial variant, and only its own benchmark may notice.
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

// table
static TABLE: [u32; 64] = {
    let mut table = [0u32; 64];
    let mut index = 0;
    while index < 64 {
        table[index] = (index as u32).wrapping_mul(2654435761);
        index += 1;
    }
    table[63] = 1;
    table
};
#[inline(never)]
pub fn lookup(index: usize) -> u32 {
    TABLE[index & 63]
}

// vtable
pub trait Shape {
    fn area(&self) -> u64;
    fn edges(&self) -> u64;
}
pub struct Square(pub u64);
pub struct Circle(pub u64);
impl Shape for Square {
    #[inline(never)]
    fn area(&self) -> u64 {
        self.0 * self.0
    }
    #[inline(never)]
    fn edges(&self) -> u64 {
        4
    }
}
impl Shape for Circle {
    #[inline(never)]
    fn area(&self) -> u64 {
        self.0 * self.0 * 3
    }
    #[inline(never)]
    fn edges(&self) -> u64 {
        40
    }
}
#[inline(never)]
pub fn shape(round: bool) -> Box<dyn Shape> {
    if round {
        Box::new(Circle(3))
    } else {
        Box::new(Square(3))
    }
}
#[inline(never)]
pub fn measure(shape: &dyn Shape, which: u64) -> u64 {
    if which == 7 {
        shape.edges()
    } else {
        shape.area()
    }
}

// second iteration
static CALLS: AtomicUsize = AtomicUsize::new(0);
#[inline(never)]
fn later(x: u64) -> u64 {
    x * 5
}
#[inline(never)]
pub fn second(x: u64) -> u64 {
    if CALLS.fetch_add(1, Ordering::Relaxed) > 0 {
        later(x)
    } else {
        x
    }
}

// function pointers
#[inline(never)]
fn plus(x: u64) -> u64 {
    x + 100
}
#[inline(never)]
fn times(x: u64) -> u64 {
    x * 100
}
static OPERATIONS: [fn(u64) -> u64; 2] = [plus, times];
#[inline(never)]
pub fn operate(which: usize, x: u64) -> u64 {
    OPERATIONS[which & 1](x)
}

// thread
#[inline(never)]
fn in_thread(x: u64) -> u64 {
    x * 11
}
#[inline(never)]
pub fn threaded(x: u64) -> u64 {
    std::thread::spawn(move || in_thread(x)).join().unwrap()
}

// data file
#[inline(never)]
fn alarmed(x: u64) -> u64 {
    x * 13
}
#[inline(never)]
pub fn file(path: &str) -> u64 {
    let text = std::fs::read_to_string(path).unwrap();
    if text.contains('!') {
        alarmed(text.len() as u64)
    } else {
        text.len() as u64
    }
}

// statics
static START: AtomicU64 = AtomicU64::new(1234);
#[inline(never)]
pub fn start() -> u64 {
    START.fetch_add(1, Ordering::Relaxed)
}
thread_local! {
    static LOCAL: Cell<u64> = const { Cell::new(77) };
}
#[inline(never)]
pub fn local() -> u64 {
    LOCAL.with(|cell| {
        cell.set(cell.get() + 1);
        cell.get()
    })
}
static FIRST: AtomicU64 = AtomicU64::new(0);
static OTHER: AtomicU64 = AtomicU64::new(0);
#[inline(never)]
pub fn one_or_two() -> u64 {
    FIRST.fetch_add(1, Ordering::Relaxed);
    FIRST.fetch_add(2, Ordering::Relaxed); // twice the same
    OTHER.fetch_add(3, Ordering::Relaxed)
}

// dependency
#[inline(never)]
pub fn depends(x: u64) -> u64 {
    dependency::mix(x)
}

// inlined
#[inline(always)]
fn inlined(x: u64) -> u64 {
    x ^ 0x1111
}
#[inline(never)]
pub fn inlines(x: u64) -> u64 {
    inlined(x) + 1
}

// jump table
#[inline(never)]
fn left(x: u64) -> u64 {
    x + 1001
}
#[inline(never)]
fn right(x: u64) -> u64 {
    x * 1001
}
#[inline(never)]
pub fn jump(x: u64) -> u64 {
    match x {
        0 => x + 17,
        1 => x * 3 + 1,
        2 => x.rotate_left(9),
        3 => left(x),
        4 => right(x),
        5 => x.leading_zeros() as u64 + 11,
        6 => x.wrapping_mul(0x9e37_79b9),
        7 => x.pow(3),
        _ => 1,
    }
}

// generic
pub trait Factor {
    const FACTOR: u64;
}
pub struct Small;
pub struct Large;
impl Factor for Small {
    const FACTOR: u64 = 3;
}
impl Factor for Large {
    const FACTOR: u64 = 30;
}
#[inline]
fn scaled<T: Factor>(x: u64) -> u64 {
    x * T::FACTOR
}
#[inline(never)]
pub fn generic(x: u64) -> u64 {
    scaled::<Large>(x)
}
#[inline(never)]
fn heavy<T: Factor>(x: u64) -> u64 {
    (0..T::FACTOR).fold(x, |sum, one| (sum ^ one).rotate_left(3))
}
#[inline(never)]
pub fn instances(x: u64) -> u64 {
    heavy::<Small>(x).wrapping_sub(heavy::<Large>(x + 1))
}

// literal
#[inline(never)]
pub fn literal(x: u64) -> String {
    format!("value {x} of many")
}

// float
#[inline(never)]
pub fn float(x: f64) -> f64 {
    x * 1.234567
}

// names
#[derive(Debug, Clone, Copy)]
pub enum Planet {
    Mercury,
    Venus,
    Earth,
    Mars,
    Jupiter,
}
#[inline(never)]
pub fn planet(planet: Planet) -> String {
    format!("{planet:?}")
}

// table of pointers to tables
static INNER: [u16; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
static POINTERS: [&[u16]; 2] = [&[9, 8, 7], &INNER];
#[inline(never)]
pub fn nested(which: usize, index: usize) -> u16 {
    POINTERS[which & 1][index % 3]
}

// caught panic
#[inline(never)]
pub fn panics(x: u64) -> usize {
    let caught = std::panic::catch_unwind(|| {
        if x == 3 {
            std::panic::resume_unwind(Box::new(1usize));
        }
        7usize
    });
    match caught {
        Ok(value) => value,
        Err(payload) => *payload.downcast::<usize>().unwrap() + 20,
    }
}

// preparing
#[inline(never)]
pub fn prepare(n: u64) -> Vec<u64> {
    (0..n).map(|i| i * 2).collect()
}
#[inline(never)]
pub fn prepare_early(n: u64) -> Vec<u64> {
    (0..n).map(|i| i * 6).collect()
}
