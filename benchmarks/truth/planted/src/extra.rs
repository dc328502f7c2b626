/// Percent of work that this build does beyond the usual; the study writes this file anew for each size.
pub const EXTRA_PERCENT: u64 = 0;
