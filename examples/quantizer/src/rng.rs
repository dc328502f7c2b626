/// A small deterministic generator (xorshift64*), for test and benchmark data only.
///
/// ```
/// use quantizer::Rng;
///
/// assert_eq!(Rng::new(7).normals(4, 1.0), Rng::new(7).normals(4, 1.0));
/// ```
#[derive(Debug, Clone)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// A generator whose sequence depends on `seed` alone.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // Any state but zero will do; the odd constant spreads small seeds over all bits.
        let state = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self {
            state: state.max(1),
        }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Uniform in `[0, 1)`, from the upper 24 bits.
    pub fn uniform(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 / (1_u32 << 24) as f32
    }

    /// Nearly normal with mean 0 and variance 1: twelve uniforms, less their mean (Irwin–Hall).
    pub fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }

    /// `count` values of [`normal`](Self::normal), times `spread`.
    pub fn normals(&mut self, count: usize, spread: f32) -> Vec<f32> {
        (0..count).map(|_| spread * self.normal()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniforms_fill_the_unit_interval() {
        let mut rng = Rng::new(0);
        let values: Vec<f32> = (0..10_000).map(|_| rng.uniform()).collect();
        assert!(values.iter().all(|value| (0.0..1.0).contains(value)));
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        assert!((mean - 0.5).abs() < 0.02, "mean {mean}");
    }

    #[test]
    fn normals_have_unit_variance() {
        let values = Rng::new(1).normals(10_000, 1.0);
        let variance = values.iter().map(|value| value * value).sum::<f32>() / values.len() as f32;
        assert!((variance - 1.0).abs() < 0.05, "variance {variance}");
    }

    #[test]
    fn seeds_differ() {
        assert_ne!(Rng::new(1).next_u64(), Rng::new(2).next_u64());
    }
}
