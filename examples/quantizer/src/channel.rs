use crate::affine::Range;
use crate::error::{check, Error};

/// A fully connected layer `y = W·x + b`, its weights stored row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    outputs: usize,
    inputs: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    /// `weights` holds the `inputs` weights of the first output, then those of the second, and so
    /// on; `bias` one value for each output.
    ///
    /// # Errors
    ///
    /// If a dimension is zero, if the values do not fit, or if one of them is not finite.
    pub fn new(
        outputs: usize,
        inputs: usize,
        weights: Vec<f32>,
        bias: Vec<f32>,
    ) -> Result<Self, Error> {
        check(&weights, outputs * inputs)?;
        check(&bias, outputs)?;
        Ok(Self {
            outputs,
            inputs,
            weights,
            bias,
        })
    }

    /// All weights, row by row.
    #[must_use]
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// `W·x + b`.
    ///
    /// # Errors
    ///
    /// If `input` has another length than the layer has inputs.
    pub fn apply(&self, input: &[f32]) -> Result<Vec<f32>, Error> {
        check(input, self.inputs)?;
        let rows = self.weights.chunks(self.inputs).zip(&self.bias);
        Ok(rows
            .map(|(row, bias)| bias + row.iter().zip(input).map(|(w, x)| w * x).sum::<f32>())
            .collect())
    }

    /// The largest magnitude among the weights that lead to each output.
    fn output_ranges(&self) -> Vec<f32> {
        let rows = self.weights.chunks(self.inputs);
        rows.map(|row| {
            let range = Range::of(row);
            range.hi.max(-range.lo)
        })
        .collect()
    }

    /// The largest magnitude among the weights that come from each input.
    fn input_ranges(&self) -> Vec<f32> {
        let mut ranges = vec![0.0_f32; self.inputs];
        for row in self.weights.chunks(self.inputs) {
            for (range, weight) in ranges.iter_mut().zip(row) {
                *range = range.max(weight.abs());
            }
        }
        ranges
    }
}

/// Two consecutive layers after [`channel_equalization`].
#[derive(Debug, Clone, PartialEq)]
pub struct Equalized {
    /// The first layer, each output divided by its scale.
    pub first: Linear,
    /// The second layer, each input multiplied by its scale.
    pub second: Linear,
    /// The scale `s_c` of each channel.
    pub scales: Vec<f32>,
}

/// Makes the weights of each channel between two layers equally wide on both sides.
///
/// With a positively homogeneous activation (`f(s·x) = s·f(x)` for `s > 0`, as ReLU) between
/// them, a channel may be divided by `s_c` in the first layer and multiplied by it in the second
/// without any change of the output:
///
/// ```text
/// W₂ · f(W₁·x + b₁) = (W₂·S) · f(S⁻¹·W₁·x + S⁻¹·b₁),     S = diag(s)
/// ```
///
/// Per-tensor quantisation treats channel `c` best when the shares of the two tensors' ranges that
/// it uses are alike. With `r1_c = max |W₁[c, ·]|` and `r2_c = max |W₂[·, c]|` the product of the
/// shares is greatest for
///
/// ```text
/// s_c = sqrt(r1_c · r2_c) / r2_c,     after which  r1_c / s_c = r2_c · s_c = sqrt(r1_c · r2_c)
/// ```
///
/// (Nagel et al., *Data-Free Quantization Through Weight Equalization and Bias Correction*, 2019).
/// A channel without any weight on one side keeps its scale of 1.
///
/// ```
/// use quantizer::{channel_equalization, Linear};
///
/// let first = Linear::new(2, 1, vec![100.0, 0.25], vec![0.0, 0.0])?;
/// let second = Linear::new(1, 2, vec![1.0, 4.0], vec![0.0])?;
/// let equalized = channel_equalization(&first, &second)?;
/// assert_eq!(equalized.first.weights(), [10.0, 1.0]);
/// assert_eq!(equalized.second.weights(), [10.0, 1.0]);
/// # Ok::<(), quantizer::Error>(())
/// ```
///
/// # Errors
///
/// If the second layer has another number of inputs than the first has outputs.
pub fn channel_equalization(first: &Linear, second: &Linear) -> Result<Equalized, Error> {
    if first.outputs != second.inputs {
        return Err(Error::Shape {
            expected: first.outputs,
            found: second.inputs,
        });
    }
    let before = first.output_ranges();
    let after = second.input_ranges();
    let scales: Vec<f32> = before
        .iter()
        .zip(&after)
        .map(|(&r1, &r2)| channel_scale(r1, r2))
        .collect();

    let mut weights = Vec::with_capacity(first.weights.len());
    let mut bias = Vec::with_capacity(first.bias.len());
    for (channel, row) in first.weights.chunks(first.inputs).enumerate() {
        let reciprocal = 1.0 / scales[channel];
        weights.extend(row.iter().map(|weight| weight * reciprocal));
        bias.push(first.bias[channel] * reciprocal);
    }
    let equalized_first = Linear {
        weights,
        bias,
        ..*first
    };

    let mut weights = Vec::with_capacity(second.weights.len());
    for row in second.weights.chunks(second.inputs) {
        weights.extend(
            row.iter()
                .zip(&scales)
                .map(|(weight, scale)| weight * scale),
        );
    }
    let equalized_second = Linear {
        weights,
        bias: second.bias.clone(),
        ..*second
    };

    Ok(Equalized {
        first: equalized_first,
        second: equalized_second,
        scales,
    })
}

/// `sqrt(r1·r2) / r2 = sqrt(r1 / r2)`, or 1 where the channel is dead on one side.
fn channel_scale(r1: f32, r2: f32) -> f32 {
    let scale = (r1 / r2).sqrt();
    if scale.is_normal() {
        scale
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    /// Two layers whose channels differ widely in range.
    fn layers(inputs: usize, channels: usize, outputs: usize) -> (Linear, Linear) {
        let mut rng = Rng::new(21);
        let mut weights = Vec::new();
        for _ in 0..channels {
            let spread = 0.01 + 10.0 * rng.uniform() * rng.uniform();
            weights.extend(rng.normals(inputs, spread));
        }
        let first = Linear::new(channels, inputs, weights, rng.normals(channels, 1.0)).unwrap();
        let weights = rng.normals(outputs * channels, 0.5);
        let second = Linear::new(outputs, channels, weights, rng.normals(outputs, 1.0)).unwrap();
        (first, second)
    }

    fn network(first: &Linear, second: &Linear, input: &[f32]) -> Vec<f32> {
        let hidden: Vec<f32> = first
            .apply(input)
            .unwrap()
            .iter()
            .map(|x| x.max(0.0))
            .collect();
        second.apply(&hidden).unwrap()
    }

    #[test]
    fn the_network_computes_the_same() {
        let (first, second) = layers(12, 17, 9);
        let equalized = channel_equalization(&first, &second).unwrap();
        let input = Rng::new(22).normals(12, 1.0);
        let expected = network(&first, &second, &input);
        let found = network(&equalized.first, &equalized.second, &input);
        for (x, y) in expected.iter().zip(&found) {
            assert!((x - y).abs() <= 1e-4 * (1.0 + x.abs()), "{x} became {y}");
        }
    }

    #[test]
    fn channels_are_equally_wide_on_both_sides() {
        let (first, second) = layers(12, 17, 9);
        let equalized = channel_equalization(&first, &second).unwrap();
        let before = equalized.first.output_ranges();
        let after = equalized.second.input_ranges();
        for (r1, r2) in before.iter().zip(&after) {
            assert!((r1 / r2 - 1.0).abs() < 1e-5, "{r1} {r2}");
        }
    }

    #[test]
    fn equalizing_again_changes_nothing() {
        let (first, second) = layers(8, 8, 8);
        let once = channel_equalization(&first, &second).unwrap();
        let twice = channel_equalization(&once.first, &once.second).unwrap();
        assert!(twice.scales.iter().all(|scale| (scale - 1.0).abs() < 1e-5));
    }

    #[test]
    fn dead_channels_are_left_alone() {
        let first = Linear::new(2, 1, vec![0.0, 4.0], vec![0.0; 2]).unwrap();
        let second = Linear::new(1, 2, vec![3.0, 0.0], vec![0.0]).unwrap();
        let equalized = channel_equalization(&first, &second).unwrap();
        assert_eq!(equalized.scales, [1.0, 1.0]);
        assert_eq!(equalized.first, first);
        assert_eq!(equalized.second, second);
    }

    #[test]
    fn refuses_layers_that_do_not_follow_each_other() {
        let (first, _) = layers(3, 4, 2);
        let (_, second) = layers(3, 5, 2);
        let error = channel_equalization(&first, &second).unwrap_err();
        assert_eq!(
            error,
            Error::Shape {
                expected: 4,
                found: 5
            }
        );
        assert!(Linear::new(2, 2, vec![0.0; 4], vec![0.0]).is_err());
        assert!(first.apply(&[1.0]).is_err());
    }
}
