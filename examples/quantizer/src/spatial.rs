use crate::affine::{BitWidth, QuantParams, Range};
use crate::error::{check, Error};

/// A feature map: `height × width` positions with `channels` values each, channels innermost.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    height: usize,
    width: usize,
    channels: usize,
    values: Vec<f32>,
}

impl Tensor {
    /// The value of row `y`, column `x`, channel `c` is `values[(y · width + x) · channels + c]`.
    ///
    /// # Errors
    ///
    /// If a dimension is zero, if they do not multiply to the number of values, or if a value is
    /// not finite.
    pub fn new(
        height: usize,
        width: usize,
        channels: usize,
        values: Vec<f32>,
    ) -> Result<Self, Error> {
        check(&values, height * width * channels)?;
        Ok(Self {
            height,
            width,
            channels,
            values,
        })
    }

    /// All values in order.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

/// A tensor as integer codes, with parameters for each spatial group.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantizedTensor {
    shape: [usize; 3],
    tile: usize,
    codes: Vec<i8>,
    params: Vec<QuantParams>,
}

impl QuantizedTensor {
    /// The codes, in the order of the tensor's values.
    #[must_use]
    pub fn codes(&self) -> &[i8] {
        &self.codes
    }

    /// The parameters of each group: the groups of the first row of tiles from left to right,
    /// then those of the second, and so on.
    #[must_use]
    pub fn params(&self) -> &[QuantParams] {
        &self.params
    }

    /// The tensor that the codes stand for.
    #[must_use]
    pub fn dequantize(&self) -> Tensor {
        let [height, width, channels] = self.shape;
        let mut values = vec![0.0; self.codes.len()];
        let tiles = tiles(height, width, self.tile);
        for (tile, params) in tiles.zip(&self.params) {
            for segment in tile.segments(width, channels) {
                for (value, &code) in values[segment.clone()].iter_mut().zip(&self.codes[segment]) {
                    *value = params.dequantize(code);
                }
            }
        }
        Tensor {
            height,
            width,
            channels,
            values,
        }
    }
}

/// A rectangle of positions: one spatial group.
struct Tile {
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
}

impl Tile {
    /// Where the tile's values lie: one contiguous segment for each of its rows.
    fn segments(
        &self,
        width: usize,
        channels: usize,
    ) -> impl Iterator<Item = std::ops::Range<usize>> {
        let columns = self.columns.clone();
        self.rows.clone().map(move |y| {
            let row = y * width;
            (row + columns.start) * channels..(row + columns.end) * channels
        })
    }
}

/// All tiles of a map, row by row; those at the right and lower edge may be smaller.
fn tiles(height: usize, width: usize, tile: usize) -> impl Iterator<Item = Tile> {
    (0..height).step_by(tile).flat_map(move |y| {
        (0..width).step_by(tile).map(move |x| Tile {
            rows: y..height.min(y + tile),
            columns: x..width.min(x + tile),
        })
    })
}

/// Quantises a tensor with a scale and zero point of its own for each `tile × tile` square of
/// positions (all channels together).
///
/// A group `G` with range `R_G` has the step `Δ_G = |R_G| / (2^b − 1)` and thus an expected
/// squared error of `|G| · Δ_G² / 12`. Since `R_G` is never wider than the range of the whole
/// tensor, the error is never larger than with one scale, and much smaller where an image has
/// flat and busy regions. The price is one scale and zero point per group: with 16-bit scales and
/// 8-bit zero points, `24 / (tile² · channels)` bits per value.
///
/// ```
/// use quantizer::{spatial_per_group_quantize, BitWidth, Tensor};
///
/// let image = Tensor::new(2, 4, 1, vec![0.1, -0.1, 50.0, 10.0, 0.0, 0.1, -40.0, 30.0])?;
/// let quantized = spatial_per_group_quantize(&image, 2, BitWidth::Int8)?;
/// assert_eq!(quantized.params().len(), 2);
/// assert!((quantized.dequantize().values()[0] - 0.1).abs() < 0.001);
/// # Ok::<(), quantizer::Error>(())
/// ```
///
/// # Errors
///
/// If `tile` is zero.
pub fn spatial_per_group_quantize(
    tensor: &Tensor,
    tile: usize,
    bits: BitWidth,
) -> Result<QuantizedTensor, Error> {
    if tile == 0 {
        return Err(Error::Empty);
    }
    let (width, channels) = (tensor.width, tensor.channels);
    let mut codes = vec![0_i8; tensor.values.len()];
    let mut params = Vec::with_capacity(tensor.height.div_ceil(tile) * width.div_ceil(tile));
    for tile in tiles(tensor.height, width, tile) {
        let range = tile
            .segments(width, channels)
            .map(|segment| Range::of(&tensor.values[segment]))
            .fold(Range::ZERO, Range::union);
        let group = QuantParams::new(range, bits);
        let reciprocal = 1.0 / group.scale();
        for segment in tile.segments(width, channels) {
            for (code, &value) in codes[segment.clone()]
                .iter_mut()
                .zip(&tensor.values[segment])
            {
                *code = group.quantize_with(value, reciprocal);
            }
        }
        params.push(group);
    }
    Ok(QuantizedTensor {
        shape: [tensor.height, width, channels],
        tile,
        codes,
        params,
    })
}

/// Packs 4-bit codes two to a byte, the first one in the lower half.
///
/// ```
/// use quantizer::{pack_int4, unpack_int4};
///
/// let packed = pack_int4(&[-8, 7, 3]);
/// assert_eq!(packed.len(), 2);
/// assert_eq!(unpack_int4(&packed, 3), [-8, 7, 3]);
/// ```
#[must_use]
pub fn pack_int4(codes: &[i8]) -> Vec<u8> {
    codes
        .chunks(2)
        .map(|pair| {
            let high = pair.get(1).copied().unwrap_or(0);
            (pair[0] as u8 & 0x0F) | (high as u8) << 4
        })
        .collect()
}

/// The first `count` codes of what [`pack_int4`] has packed.
#[must_use]
pub fn unpack_int4(packed: &[u8], count: usize) -> Vec<i8> {
    packed
        .iter()
        // Shifting the half to the top and back again extends its sign.
        .flat_map(|&byte| [((byte << 4) as i8) >> 4, (byte as i8) >> 4])
        .take(count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    /// A map whose right half is a hundred times as loud as its left half.
    fn uneven(height: usize, width: usize, channels: usize) -> Tensor {
        let mut rng = Rng::new(11);
        let values = (0..height * width * channels)
            .map(|i| {
                let x = i / channels % width;
                rng.normal() * if 2 * x < width { 0.05 } else { 5.0 }
            })
            .collect();
        Tensor::new(height, width, channels, values).unwrap()
    }

    fn squared_error(a: &Tensor, b: &Tensor) -> f64 {
        let pairs = a.values().iter().zip(b.values());
        pairs.map(|(x, y)| f64::from(x - y).powi(2)).sum()
    }

    #[test]
    fn each_value_is_within_a_step_of_its_group() {
        let tensor = uneven(10, 13, 3);
        for bits in [BitWidth::Int4, BitWidth::Int8] {
            let quantized = spatial_per_group_quantize(&tensor, 4, bits).unwrap();
            assert_eq!(quantized.params().len(), 3 * 4);
            let restored = quantized.dequantize();
            for (i, (x, y)) in tensor.values().iter().zip(restored.values()).enumerate() {
                let (row, column) = (i / 3 / 13, i / 3 % 13);
                let step = quantized.params()[row / 4 * 4 + column / 4].scale();
                assert!((x - y).abs() <= step * 1.001, "value {i}: {x} became {y}");
            }
        }
    }

    #[test]
    fn groups_beat_one_scale() {
        let tensor = uneven(16, 16, 4);
        let grouped = spatial_per_group_quantize(&tensor, 8, BitWidth::Int8).unwrap();
        let whole = spatial_per_group_quantize(&tensor, 16, BitWidth::Int8).unwrap();
        assert_eq!(whole.params().len(), 1);
        let quiet = |t: &Tensor| Tensor::new(1, 8, 4, t.values()[..32].to_vec()).unwrap();
        let exact = quiet(&tensor);
        let grouped = squared_error(&exact, &quiet(&grouped.dequantize()));
        let whole = squared_error(&exact, &quiet(&whole.dequantize()));
        assert!(grouped * 100.0 < whole, "{grouped} {whole}");
    }

    #[test]
    fn int4_codes_stay_in_their_range() {
        let quantized = spatial_per_group_quantize(&uneven(6, 6, 2), 3, BitWidth::Int4).unwrap();
        assert!(quantized.codes().iter().all(|code| (-8..8).contains(code)));
        let packed = pack_int4(quantized.codes());
        assert_eq!(packed.len(), 36);
        assert_eq!(unpack_int4(&packed, 72), quantized.codes());
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!(Tensor::new(0, 1, 1, vec![]), Err(Error::Empty));
        let short = Tensor::new(2, 2, 2, vec![0.0; 7]);
        assert_eq!(
            short,
            Err(Error::Shape {
                expected: 8,
                found: 7
            })
        );
        let tensor = uneven(2, 2, 1);
        assert_eq!(
            spatial_per_group_quantize(&tensor, 0, BitWidth::Int8),
            Err(Error::Empty)
        );
    }
}
