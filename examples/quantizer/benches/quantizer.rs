//! Each algorithm at three sizes, on data that are the same on every run.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use quantizer::{
    channel_equalization, spatial_per_group_quantize, time_aware_grouping, BitWidth, Calibration,
    Linear, Rng, Tensor,
};

/// 64 activations at each timestep; their spread falls as the noise is removed.
fn calibration(timesteps: usize) -> Calibration {
    let mut rng = Rng::new(1);
    let values = (0..timesteps)
        .flat_map(|t| rng.normals(64, 0.2 + 3.0 * (-4.0 * t as f32 / timesteps as f32).exp()))
        .collect();
    Calibration::new(timesteps, values).expect("64 finite values for each timestep")
}

/// A square map of 32 channels that gets louder from left to right.
fn feature_map(side: usize) -> Tensor {
    let mut rng = Rng::new(2);
    let values = (0..side * side)
        .flat_map(|i| rng.normals(32, 0.1 + (i % side) as f32 / side as f32))
        .collect();
    Tensor::new(side, side, 32, values).expect("side × side × 32 finite values")
}

/// A square layer whose channels differ widely in range.
fn layer(channels: usize, seed: u64) -> Linear {
    let mut rng = Rng::new(seed);
    let mut weights = Vec::with_capacity(channels * channels);
    for _ in 0..channels {
        let spread = 0.01 + 4.0 * rng.uniform() * rng.uniform();
        weights.extend(rng.normals(channels, spread));
    }
    let bias = rng.normals(channels, 0.1);
    Linear::new(channels, channels, weights, bias).expect("channels² finite weights")
}

fn bench_time_aware_grouping(c: &mut Criterion) {
    let mut group = c.benchmark_group("time_aware_grouping");
    for timesteps in [25, 50, 100] {
        let input = calibration(timesteps);
        group.throughput(Throughput::Elements(timesteps as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(timesteps),
            &input,
            |b, input| {
                b.iter(|| time_aware_grouping(black_box(input), 8, BitWidth::Int8));
            },
        );
    }
    group.finish();
}

fn bench_spatial_per_group_quantize(c: &mut Criterion) {
    let mut group = c.benchmark_group("spatial_per_group_quantize");
    for side in [8, 16, 32] {
        let input = feature_map(side);
        group.throughput(Throughput::Elements((side * side * 32) as u64));
        group.bench_with_input(BenchmarkId::from_parameter(side), &input, |b, input| {
            b.iter(|| spatial_per_group_quantize(black_box(input), 8, BitWidth::Int8));
        });
    }
    group.finish();
}

fn bench_channel_equalization(c: &mut Criterion) {
    let mut group = c.benchmark_group("channel_equalization");
    for channels in [64, 96, 128] {
        let input = (layer(channels, 3), layer(channels, 4));
        group.throughput(Throughput::Elements((2 * channels * channels) as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(channels),
            &input,
            |b, (first, second)| {
                b.iter(|| channel_equalization(black_box(first), black_box(second)));
            },
        );
    }
    group.finish();
}

criterion_group!(
    benches,
    bench_time_aware_grouping,
    bench_spatial_per_group_quantize,
    bench_channel_equalization
);
criterion_main!(benches);
