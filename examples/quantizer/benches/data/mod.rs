//! The inputs of the benchmarks, also for `tests/reference.rs`: the same on every run.

use quantizer::{Calibration, Linear, Rng, Tensor};

/// 64 activations at each timestep; their spread falls as the noise is removed.
pub fn calibration(timesteps: usize) -> Calibration {
    let mut rng = Rng::new(1);
    let values = (0..timesteps)
        .flat_map(|t| rng.normals(64, 0.2 + 3.0 * (-4.0 * t as f32 / timesteps as f32).exp()))
        .collect();
    Calibration::new(timesteps, values).expect("64 finite values for each timestep")
}

/// A square map of 32 channels that gets louder from left to right.
pub fn feature_map(side: usize) -> Tensor {
    let mut rng = Rng::new(2);
    let values = (0..side * side)
        .flat_map(|i| rng.normals(32, 0.1 + (i % side) as f32 / side as f32))
        .collect();
    Tensor::new(side, side, 32, values).expect("side × side × 32 finite values")
}

/// A square layer whose channels differ widely in range.
pub fn layer(channels: usize, seed: u64) -> Linear {
    let mut rng = Rng::new(seed);
    let mut weights = Vec::with_capacity(channels * channels);
    for _ in 0..channels {
        let spread = 0.01 + 4.0 * rng.uniform() * rng.uniform();
        weights.extend(rng.normals(channels, spread));
    }
    let bias = rng.normals(channels, 0.1);
    Linear::new(channels, channels, weights, bias).expect("channels² finite weights")
}
