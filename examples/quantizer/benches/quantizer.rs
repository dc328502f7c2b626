//! Each algorithm at three sizes, on data that are the same on every run.

mod data;

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use data::{calibration, feature_map, layer};
use quantizer::{channel_equalization, spatial_per_group_quantize, time_aware_grouping, BitWidth};

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
