/// How many bits an integer code has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BitWidth {
    /// 16 codes, −8 to 7.
    Int4,
    /// 256 codes, −128 to 127.
    Int8,
}

impl BitWidth {
    /// The number of steps between the smallest and the largest code: `2^b − 1`.
    #[must_use]
    pub fn steps(self) -> f32 {
        match self {
            Self::Int4 => 15.0,
            Self::Int8 => 255.0,
        }
    }

    /// The smallest code: `−2^(b−1)`.
    #[must_use]
    pub fn lowest(self) -> i32 {
        match self {
            Self::Int4 => -8,
            Self::Int8 => -128,
        }
    }
}

/// A closed interval of values. It always contains zero, so that zero can be exact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The lower end, at most zero.
    pub lo: f32,
    /// The upper end, at least zero.
    pub hi: f32,
}

impl Range {
    /// The interval that holds zero alone.
    pub const ZERO: Self = Self { lo: 0.0, hi: 0.0 };

    /// The smallest interval that contains zero and all `values`.
    #[must_use]
    pub fn of(values: &[f32]) -> Self {
        // Eight independent lanes: the compiler turns them into vector minima and maxima.
        let mut lo = [0.0_f32; 8];
        let mut hi = [0.0_f32; 8];
        let chunks = values.chunks_exact(8);
        let rest = chunks.remainder();
        for chunk in chunks {
            for lane in 0..8 {
                lo[lane] = least(lo[lane], chunk[lane]);
                hi[lane] = greatest(hi[lane], chunk[lane]);
            }
        }
        Self {
            lo: lo.iter().chain(rest).copied().fold(0.0, least),
            hi: hi.iter().chain(rest).copied().fold(0.0, greatest),
        }
    }

    /// The smallest interval that contains both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            lo: least(self.lo, other.lo),
            hi: greatest(self.hi, other.hi),
        }
    }

    /// `hi − lo`.
    #[must_use]
    pub fn width(self) -> f64 {
        f64::from(self.hi) - f64::from(self.lo)
    }
}

fn least(a: f32, b: f32) -> f32 {
    if b < a {
        b
    } else {
        a
    }
}

fn greatest(a: f32, b: f32) -> f32 {
    if b > a {
        b
    } else {
        a
    }
}

/// Scale and zero point: what maps reals to integer codes and back.
///
/// ```
/// use quantizer::{BitWidth, QuantParams, Range};
///
/// let params = QuantParams::new(Range { lo: -1.0, hi: 1.55 }, BitWidth::Int8);
/// let code = params.quantize(0.5);
/// assert!((params.dequantize(code) - 0.5).abs() <= params.scale() / 2.0 + 1e-6);
/// assert_eq!(params.dequantize(params.quantize(0.0)), 0.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantParams {
    scale: f32,
    zero_point: i32,
    bits: BitWidth,
}

impl QuantParams {
    /// The parameters that spread the codes of `bits` over `range`.
    #[must_use]
    pub fn new(range: Range, bits: BitWidth) -> Self {
        // A range too narrow for a normal scale is as good as zero.
        let scale = match (range.width() / f64::from(bits.steps())) as f32 {
            scale if scale.is_normal() => scale,
            _ => 1.0,
        };
        let zero_point = (-range.lo / scale).round() as i32 + bits.lowest();
        Self {
            scale,
            zero_point,
            bits,
        }
    }

    /// The distance of two neighbouring codes, `Δ`.
    #[must_use]
    pub fn scale(self) -> f32 {
        self.scale
    }

    /// The code of zero, `z`.
    #[must_use]
    pub fn zero_point(self) -> i32 {
        self.zero_point
    }

    /// The nearest code of `value`, saturating at both ends; halves round up.
    #[must_use]
    pub fn quantize(self, value: f32) -> i8 {
        self.quantize_with(value, 1.0 / self.scale)
    }

    /// The same with the reciprocal of the scale at hand, for loops.
    pub(crate) fn quantize_with(self, value: f32, reciprocal: f32) -> i8 {
        // Counted from the lowest code everything is positive, where truncation is a floor.
        let offset = (self.zero_point - self.bits.lowest()) as f32 + 0.5;
        let code = (value * reciprocal + offset).clamp(0.0, self.bits.steps());
        (code as i32 + self.bits.lowest()) as i8
    }

    /// The value that `code` stands for.
    #[must_use]
    pub fn dequantize(self, code: i8) -> f32 {
        self.scale * (i32::from(code) - self.zero_point) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    #[test]
    fn range_contains_zero_and_every_value() {
        let values = Rng::new(3).normals(1_003, 2.0);
        let range = Range::of(&values);
        assert_eq!(range.lo, values.iter().copied().fold(0.0, f32::min));
        assert_eq!(range.hi, values.iter().copied().fold(0.0, f32::max));
        assert_eq!(Range::of(&[2.0, 3.0]), Range { lo: 0.0, hi: 3.0 });
        assert_eq!(Range::of(&[]), Range::ZERO);
    }

    #[test]
    fn union_is_the_hull() {
        let a = Range { lo: -1.0, hi: 0.5 };
        let b = Range { lo: -0.5, hi: 2.0 };
        assert_eq!(a.union(b), Range { lo: -1.0, hi: 2.0 });
        assert_eq!(a.union(b).width(), 3.0);
    }

    #[test]
    fn ends_of_the_range_get_the_ends_of_the_grid() {
        for (bits, low, high) in [(BitWidth::Int4, -8, 7), (BitWidth::Int8, -128, 127)] {
            let params = QuantParams::new(Range { lo: -1.0, hi: 1.0 }, bits);
            assert_eq!(params.quantize(-1.0), low);
            assert_eq!(params.quantize(1.0), high);
            assert_eq!(params.quantize(-100.0), low);
            assert_eq!(params.quantize(100.0), high);
        }
    }

    #[test]
    fn error_is_at_most_one_step_and_zero_is_exact() {
        for bits in [BitWidth::Int4, BitWidth::Int8] {
            let values = Rng::new(4).normals(2_000, 3.0);
            let params = QuantParams::new(Range::of(&values), bits);
            for value in values {
                let error = (params.dequantize(params.quantize(value)) - value).abs();
                assert!(error <= params.scale() * 1.001, "{value}: {error}");
            }
            assert_eq!(params.dequantize(params.quantize(0.0)), 0.0);
        }
    }

    #[test]
    fn an_empty_range_has_a_usable_scale() {
        let params = QuantParams::new(Range::ZERO, BitWidth::Int8);
        assert_eq!(params.scale(), 1.0);
        assert_eq!(params.quantize(0.0), -128);
        assert_eq!(params.dequantize(-128), 0.0);
    }
}
