//! Code of which one part is changed: a part that runs, or one that never does.
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

// runs from the second iteration of a sample on
#[inline(never)]
fn from_second(x: u64) -> u64 {
    x * 5
}
#[inline(never)]
pub fn second(iteration: u64) -> u64 {
    if iteration > 1 {
        from_second(iteration)
    } else {
        iteration
    }
}

// a table that the same code reads
static WEIGHTS: [u32; 8] = [3, 1, 4, 1, 5, 9, 2, 6];
#[inline(never)]
pub fn weight(index: usize) -> u32 {
    WEIGHTS[index & 7]
}

// an operand
#[inline(never)]
pub fn operand(x: u64) -> u64 {
    x ^ 0x7777
}

// two arms, both taken equally often
#[inline(never)]
fn up(x: u64) -> u64 {
    x + 2001
}
#[inline(never)]
fn down(x: u64) -> u64 {
    x + 3001
}
#[inline(never)]
pub fn arms(x: u64) -> u64 {
    match x & 7 {
        0 => x + 17,
        1 => x * 3 + 1,
        2 => x.rotate_left(9),
        3 => up(x),
        4 => down(x),
        5 => x.leading_zeros() as u64 + 11,
        6 => x.wrapping_mul(0x9e37_79b9),
        _ => 1,
    }
}

// two functions in a table, both called equally often
#[inline(never)]
fn add(x: u64) -> u64 {
    x + 501
}
#[inline(never)]
fn multiply(x: u64) -> u64 {
    x * 501
}
static BOTH: [fn(u64) -> u64; 2] = [add, multiply];
#[inline(never)]
pub fn both(x: u64) -> u64 {
    BOTH[(x & 1) as usize](x)
}

// a function that is called
#[inline(never)]
fn called(x: u64) -> u64 {
    x * 701
}
#[inline(never)]
pub fn calls(x: u64) -> u64 {
    called(x) + 1
}

// a time to wait: in the code, and in a static
#[inline(never)]
pub fn wait() {
    std::thread::sleep(Duration::from_nanos(1100));
}
static PAUSE: AtomicU64 = AtomicU64::new(1200);
#[inline(never)]
pub fn pause() {
    std::thread::sleep(Duration::from_nanos(PAUSE.load(Ordering::Relaxed)));
}

// inputs: made by code that changes, at once or from the second time on; or read from a file that does
static MADE: AtomicU64 = AtomicU64::new(0);
#[inline(never)]
fn many(x: u64) -> u64 {
    x * 7
}
#[inline(never)]
pub fn make() -> Vec<u64> {
    (0..20).map(|i| i * 3).collect()
}
#[inline(never)]
pub fn make_later() -> Vec<u64> {
    let factor = if MADE.fetch_add(1, Ordering::Relaxed) > 0 { many(3) } else { 1 };
    (0..20).map(|i| i * factor).collect()
}
#[inline(never)]
pub fn made(values: &[u64]) -> u64 {
    if values.len() > 100 {
        return never_made(values);
    }
    values.iter().fold(0, |sum, one| sum ^ one.rotate_left(5))
}
#[inline(never)]
fn never_made(values: &[u64]) -> u64 {
    values.len() as u64 * 61
}
#[inline(never)]
pub fn threaded(x: u64) -> u64 {
    let sum = std::thread::spawn(move || x + 1).join().unwrap();
    if sum == 0 {
        return never_made(&[]);
    }
    sum
}

// innocent: none of what changes below ever runs
#[inline(never)]
pub fn branch(x: u64) -> u64 {
    if x > 1 << 60 {
        return (0..x).fold(41, |sum, one| (sum ^ one).rotate_left(3));
    }
    x + 3
}
#[inline(never)]
fn not_called(x: u64) -> u64 {
    (0..x).fold(43, |sum, one| (sum ^ one).rotate_left(5))
}
#[inline(never)]
pub fn reaches(x: u64) -> u64 {
    if x > 1 << 61 {
        not_called(x)
    } else {
        x.rotate_left(7)
    }
}
pub trait Step {
    fn often(&self, x: u64) -> u64;
    fn never(&self, x: u64) -> u64;
}
pub struct Stair;
impl Step for Stair {
    #[inline(never)]
    fn often(&self, x: u64) -> u64 {
        x + 4
    }
    #[inline(never)]
    fn never(&self, x: u64) -> u64 {
        x * 47
    }
}
#[inline(never)]
pub fn stair() -> Box<dyn Step> {
    Box::new(Stair)
}
#[inline(never)]
pub fn climb(x: u64) -> u64 {
    let step = stair();
    if x == 1 << 62 {
        step.never(x)
    } else {
        step.often(x)
    }
}
#[inline(never)]
pub fn message(x: u64) -> u64 {
    if x == 1 << 63 {
        panic!("too large: {x}");
    }
    x + 6
}
#[inline(never)]
fn seldom_text(texts: &mut Vec<String>) {
    texts.push("seldom".repeat(59));
}
#[inline(never)]
pub fn text(x: u64) -> usize {
    let mut texts = Vec::new();
    for one in 0..x % 9 {
        texts.push(format!("text {one} of {x}"));
    }
    if x > 1 << 59 {
        seldom_text(&mut texts);
    }
    texts.concat().len()
}
#[inline(never)]
fn seldom(x: u64) -> u64 {
    x + 53
}
#[inline(never)]
pub fn cases(x: u64) -> u64 {
    match x & 15 {
        0 => x + 19,
        1 => x * 5 + 1,
        2 => x.rotate_left(11),
        3 => x.count_ones() as u64 + 2,
        4 => x.wrapping_mul(0x85eb_ca6b),
        9 => seldom(x),
        10 => seldom(x + 1) * 3,
        _ => 2,
    }
}
