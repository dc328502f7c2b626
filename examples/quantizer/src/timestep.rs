use crate::affine::{BitWidth, QuantParams, Range};
use crate::error::{check, Error};

/// Activations of one layer, recorded at each timestep of a calibration run.
#[derive(Debug, Clone)]
pub struct Calibration {
    timesteps: usize,
    values: Vec<f32>,
}

impl Calibration {
    /// `values` holds the activations of timestep 0, then of timestep 1, and so on; the same
    /// number of each.
    ///
    /// # Errors
    ///
    /// If there is nothing, if `values` cannot be divided evenly, or if one is not finite.
    pub fn new(timesteps: usize, values: Vec<f32>) -> Result<Self, Error> {
        let each = values.len().checked_div(timesteps).unwrap_or(0);
        check(&values, timesteps * each)?;
        Ok(Self { timesteps, values })
    }

    /// The number of timesteps, `T`.
    #[must_use]
    pub fn timesteps(&self) -> usize {
        self.timesteps
    }

    fn per_timestep(&self) -> usize {
        self.values.len() / self.timesteps
    }

    /// The range of each timestep's activations.
    fn ranges(&self) -> Vec<Range> {
        self.values
            .chunks(self.per_timestep())
            .map(Range::of)
            .collect()
    }
}

/// Contiguous timesteps that share quantisation parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct TimestepGroup {
    /// The first timestep.
    pub start: usize,
    /// One past the last timestep.
    pub end: usize,
    /// What all of them are quantised with.
    pub params: QuantParams,
}

/// A partition of all timesteps.
#[derive(Debug, Clone, PartialEq)]
pub struct Grouping {
    /// The groups in order; together they cover each timestep once.
    pub groups: Vec<TimestepGroup>,
    /// The expected squared rounding error, summed over all activations.
    pub error: f64,
}

impl Grouping {
    /// The group of a timestep.
    #[must_use]
    pub fn group_of(&self, timestep: usize) -> Option<&TimestepGroup> {
        let index = self.groups.partition_point(|group| group.end <= timestep);
        self.groups.get(index)
    }
}

/// Splits the timesteps into at most `groups` contiguous groups with the least rounding error.
///
/// Rounding to a grid of step `Δ` has an expected squared error of `Δ²/12` per value. Timesteps
/// `i..j` that share a grid need one that is as wide as the widest of them, so their group costs
///
/// ```text
/// cost(i, j) = n · (j − i) · Δ(i, j)² / 12,     Δ(i, j) = width(R_i ∪ … ∪ R_{j−1}) / (2^b − 1)
/// ```
///
/// with `n` activations at each timestep and `R_t` their range. The best partition follows from
/// the best partitions of its beginnings (dynamic programming):
///
/// ```text
/// best(0, 0) = 0,     best(g, j) = min over i < j of  best(g − 1, i) + cost(i, j)
/// ```
///
/// Going through `i` downwards widens the range by one timestep at a time, so each `cost` is
/// found in constant time: `O(T²·G)` time and `O(T·G)` memory for `T` timesteps and `G` groups.
///
/// ```
/// use quantizer::{time_aware_grouping, BitWidth, Calibration};
///
/// // Two quiet timesteps, then two loud ones.
/// let activations = vec![-1.0, 1.0, -1.0, 1.0, -9.0, 9.0, -9.0, 9.0];
/// let calibration = Calibration::new(4, activations)?;
/// let grouping = time_aware_grouping(&calibration, 2, BitWidth::Int8)?;
/// assert_eq!(grouping.groups[0].end, 2);
/// # Ok::<(), quantizer::Error>(())
/// ```
///
/// # Errors
///
/// If `groups` is zero.
pub fn time_aware_grouping(
    calibration: &Calibration,
    groups: usize,
    bits: BitWidth,
) -> Result<Grouping, Error> {
    if groups == 0 {
        return Err(Error::Empty);
    }
    let timesteps = calibration.timesteps();
    let groups = groups.min(timesteps);
    let ranges = calibration.ranges();
    let weight = calibration.per_timestep() as f64 / (12.0 * f64::from(bits.steps()).powi(2));

    // best[j][g]: the least error of the first j timesteps in g groups; from[j][g]: where the
    // last of these groups starts.
    let columns = groups + 1;
    let mut best = vec![f64::INFINITY; (timesteps + 1) * columns];
    let mut from = vec![0_usize; (timesteps + 1) * columns];
    best[0] = 0.0;
    for end in 1..=timesteps {
        let (done, open) = best.split_at_mut(end * columns);
        let row = &mut open[1..columns];
        let starts = &mut from[end * columns + 1..(end + 1) * columns];
        let mut range = Range::ZERO;
        for start in (0..end).rev() {
            range = range.union(ranges[start]);
            let width = range.width();
            let cost = weight * (end - start) as f64 * width * width;
            let previous = &done[start * columns..start * columns + groups];
            for ((least, origin), before) in row.iter_mut().zip(starts.iter_mut()).zip(previous) {
                let error = before + cost;
                if error < *least {
                    *least = error;
                    *origin = start;
                }
            }
        }
    }

    // More groups never cost more, but where they gain nothing fewer are better.
    let last = &best[timesteps * columns..];
    let count = (1..=groups).fold(1, |count, g| if last[g] < last[count] { g } else { count });
    let mut partition = Vec::with_capacity(count);
    let mut end = timesteps;
    for g in (1..=count).rev() {
        let start = from[end * columns + g];
        let range = ranges[start..end]
            .iter()
            .copied()
            .fold(Range::ZERO, Range::union);
        partition.push(TimestepGroup {
            start,
            end,
            params: QuantParams::new(range, bits),
        });
        end = start;
    }
    partition.reverse();
    Ok(Grouping {
        groups: partition,
        error: last[count],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    /// Activations whose spread falls from timestep to timestep, as noise is removed.
    fn denoising(timesteps: usize, each: usize, seed: u64) -> Calibration {
        let mut rng = Rng::new(seed);
        let values = (0..timesteps)
            .flat_map(|t| rng.normals(each, 0.2 + 3.0 * (-4.0 * t as f32 / timesteps as f32).exp()))
            .collect();
        Calibration::new(timesteps, values).unwrap()
    }

    fn cost(ranges: &[Range], each: usize, bits: BitWidth) -> f64 {
        let range = ranges.iter().copied().fold(Range::ZERO, Range::union);
        let step = range.width() / f64::from(bits.steps());
        (each * ranges.len()) as f64 * step * step / 12.0
    }

    /// The least error over all partitions, by trying each of them.
    fn exhaustive(ranges: &[Range], groups: usize, each: usize, bits: BitWidth) -> f64 {
        if ranges.is_empty() {
            return 0.0;
        }
        if groups == 0 {
            return f64::INFINITY;
        }
        (1..=ranges.len())
            .map(|n| {
                cost(&ranges[..n], each, bits) + exhaustive(&ranges[n..], groups - 1, each, bits)
            })
            .fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn is_as_good_as_trying_every_partition() {
        for seed in 0..5 {
            let calibration = denoising(9, 16, seed);
            for groups in 1..=5 {
                let found = time_aware_grouping(&calibration, groups, BitWidth::Int8).unwrap();
                let best = exhaustive(&calibration.ranges(), groups, 16, BitWidth::Int8);
                assert!(
                    (found.error - best).abs() <= 1e-9 * best,
                    "{} {best}",
                    found.error
                );
            }
        }
    }

    #[test]
    fn groups_cover_each_timestep_once() {
        let calibration = denoising(40, 32, 5);
        let grouping = time_aware_grouping(&calibration, 6, BitWidth::Int4).unwrap();
        assert_eq!(grouping.groups.len(), 6);
        assert_eq!(grouping.groups[0].start, 0);
        assert_eq!(grouping.groups[5].end, 40);
        assert!(grouping
            .groups
            .windows(2)
            .all(|pair| pair[0].end == pair[1].start));
        for t in 0..40 {
            let group = grouping.group_of(t).unwrap();
            assert!((group.start..group.end).contains(&t));
        }
        assert_eq!(grouping.group_of(40), None);
    }

    #[test]
    fn more_groups_lower_the_error() {
        let calibration = denoising(30, 32, 6);
        let errors: Vec<f64> = [1, 2, 4, 8]
            .iter()
            .map(|&groups| {
                time_aware_grouping(&calibration, groups, BitWidth::Int8)
                    .unwrap()
                    .error
            })
            .collect();
        assert!(
            errors.windows(2).all(|pair| pair[1] < pair[0]),
            "{errors:?}"
        );
    }

    #[test]
    fn equal_timesteps_need_one_group() {
        let calibration = Calibration::new(5, [-1.0, 2.0].repeat(5)).unwrap();
        let grouping = time_aware_grouping(&calibration, 5, BitWidth::Int8).unwrap();
        // Sums of the same costs in another order may differ in the last bit.
        assert!((grouping.error - cost(&calibration.ranges(), 2, BitWidth::Int8)).abs() < 1e-15);
    }

    #[test]
    fn refuses_nothing_and_leftovers() {
        assert_eq!(Calibration::new(0, vec![]).unwrap_err(), Error::Empty);
        assert_eq!(
            Calibration::new(2, vec![1.0; 3]).unwrap_err(),
            Error::Shape {
                expected: 2,
                found: 3
            }
        );
        let calibration = denoising(3, 4, 7);
        assert_eq!(
            time_aware_grouping(&calibration, 0, BitWidth::Int8),
            Err(Error::Empty)
        );
        assert!(
            time_aware_grouping(&calibration, 9, BitWidth::Int8)
                .unwrap()
                .groups
                .len()
                <= 3
        );
    }
}
