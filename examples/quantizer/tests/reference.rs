//! `reference/quantize.py` computes the same as the crate; else comparing their times means nothing.

#[path = "../benches/data/mod.rs"]
mod data;

use std::path::Path;
use std::process::Command;

use quantizer::{
    channel_equalization, spatial_per_group_quantize, time_aware_grouping, BitWidth, QuantParams,
};

/// The numbers that the reference prints for a benchmark.
fn reference(benchmark: &str, size: usize) -> Vec<f64> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/quantize.py");
    let output = Command::new("python3")
        .arg(script)
        .args([benchmark, &size.to_string(), "--print"])
        .output()
        .expect("the reference needs python3");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("numbers");
    text.lines()
        .map(|line| line.parse().expect("a number"))
        .collect()
}

/// Equal to about five digits, beside a thousandth of `scale` for what lies around zero.
fn assert_close(ours: &[f64], theirs: &[f64], scale: f64) {
    assert_eq!(ours.len(), theirs.len());
    for (index, (a, b)) in ours.iter().zip(theirs).enumerate() {
        let most = 1e-5 * a.abs().max(b.abs()) + 1e-3 * scale;
        assert!((a - b).abs() <= most, "value {index}: {a} and {b}");
    }
}

fn wide(values: &[f32]) -> impl Iterator<Item = f64> + '_ {
    values.iter().map(|&value| f64::from(value))
}

fn assert_same_grid(params: QuantParams, scale: f64, zero_point: f64) {
    assert_close(&[f64::from(params.scale())], &[scale], 0.0);
    assert!((f64::from(params.zero_point()) - zero_point).abs() <= 1.0);
}

#[test]
fn channel_equalization_is_the_same() {
    for channels in [64, 96, 128] {
        let (first, second) = (data::layer(channels, 3), data::layer(channels, 4));
        let ours = channel_equalization(&first, &second).unwrap();
        let theirs = reference("channel_equalization", channels);
        let (scales, rest) = theirs.split_at(channels);
        let (weights, rest) = rest.split_at(channels * channels);
        let (_biases, more_weights) = rest.split_at(channels);
        // The generator adds twelve numbers up to 1, each rounded to 24 bits.
        assert_close(&wide(&ours.scales).collect::<Vec<_>>(), scales, 1e-3);
        assert_close(
            &wide(ours.first.weights()).collect::<Vec<_>>(),
            weights,
            1e-2,
        );
        assert_close(
            &wide(ours.second.weights()).collect::<Vec<_>>(),
            more_weights,
            1e-2,
        );
    }
}

#[test]
fn spatial_per_group_quantize_is_the_same() {
    for side in [8, 16, 32] {
        let map = data::feature_map(side);
        let ours = spatial_per_group_quantize(&map, 8, BitWidth::Int8).unwrap();
        let theirs = reference("spatial_per_group_quantize", side);
        let (grids, codes) = theirs.split_at(2 * ours.params().len());
        for (params, grid) in ours.params().iter().zip(grids.chunks(2)) {
            assert_same_grid(*params, grid[0], grid[1]);
        }
        assert_eq!(ours.codes().len(), codes.len());
        let apart: Vec<f64> = ours
            .codes()
            .iter()
            .zip(codes)
            .map(|(&a, b)| (f64::from(a) - b).abs())
            .filter(|&distance| distance > 0.0)
            .collect();
        assert!(apart.iter().all(|&distance| distance <= 1.0));
        assert!(apart.len() <= codes.len() / 1000, "{} differ", apart.len());
    }
}

#[test]
fn time_aware_grouping_is_the_same() {
    for timesteps in [25, 50, 100] {
        let calibration = data::calibration(timesteps);
        let ours = time_aware_grouping(&calibration, 8, BitWidth::Int8).unwrap();
        let theirs = reference("time_aware_grouping", timesteps);
        let (groups, error) = theirs.split_at(4 * ours.groups.len());
        assert_close(&[ours.error], error, 0.0);
        for (group, found) in ours.groups.iter().zip(groups.chunks(4)) {
            assert_eq!([group.start as f64, group.end as f64], found[..2]);
            assert_same_grid(group.params, found[2], found[3]);
        }
    }
}
