//! What no variant changes in meaning.
use std::collections::HashMap;
use std::fmt::Write;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Color {
    Red,
    Green,
    Blue,
    Gray,
}

pub trait Animal {
    fn legs(&self) -> u64;
    fn name(&self) -> String;
}

pub struct Cat(pub u64);
pub struct Bird(pub u64);

impl Animal for Cat {
    fn legs(&self) -> u64 {
        self.0 * 4
    }
    fn name(&self) -> String {
        format!("cat {}", self.0)
    }
}

impl Animal for Bird {
    fn legs(&self) -> u64 {
        self.0 * 2
    }
    fn name(&self) -> String {
        format!("bird {}", self.0)
    }
}

#[inline(never)]
pub fn sum(values: &[u64]) -> u64 {
    let mut total = 0u64;
    for value in values {
        total = total.wrapping_mul(31).wrapping_add(*value);
    }
    total
}

#[inline(never)]
pub fn sort(values: &mut [u64]) {
    for end in 1..values.len() {
        let mut at = end;
        while at > 0 && values[at - 1] > values[at] {
            values.swap(at - 1, at);
            at -= 1;
        }
    }
}

#[inline(never)]
pub fn count(text: &str) -> HashMap<char, usize> {
    let mut counts = HashMap::new();
    for sign in text.chars() {
        *counts.entry(sign).or_insert(0) += 1;
    }
    counts
}

#[inline(never)]
pub fn show(color: Color, number: f64) -> String {
    let mut text = String::new();
    write!(text, "{color:?} {number:.3}").unwrap();
    text
}

#[inline(never)]
pub fn choose(number: u64) -> u64 {
    match number {
        0 => number + 17,
        1 => number * 3 + 1,
        2 => number.rotate_left(9),
        3 => number ^ 0xff,
        4 => number.count_ones() as u64 * 7,
        5 => number.leading_zeros() as u64 + 11,
        6 => number.wrapping_mul(0x9e37_79b9),
        _ => 1,
    }
}

#[inline(never)]
pub fn animals(animals: &[Box<dyn Animal>]) -> u64 {
    animals.iter().map(|one| one.legs() + one.name().len() as u64).sum()
}

#[inline(never)]
pub fn area(radius: f64) -> f64 {
    radius * radius * 3.14159
}

#[inline(never)]
pub fn at(values: &[u64], index: usize) -> u64 {
    values[index] + values[index / 2]
}
