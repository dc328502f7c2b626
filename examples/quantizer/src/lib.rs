//! Post-training quantisation of diffusion models: three small algorithms.
//!
//! A diffusion model runs the same network at many *timesteps*, and its activations change
//! their range from one timestep to the next, from one part of the image to the next, and from
//! one channel to the next. One scale for everything wastes most of the integer grid. Each
//! module here removes one of these three causes:
//!
//! * [`time_aware_grouping`] finds the timesteps that may share quantisation parameters,
//! * [`spatial_per_group_quantize`] gives each part of the image parameters of its own,
//! * [`channel_equalization`] makes the channels of two consecutive layers equally wide.
//!
//! # Affine quantisation
//!
//! All of them use the same map between reals and `b`-bit integers. For a range `[lo, hi]` that
//! contains zero, with `L = 2^b − 1` steps,
//!
//! ```text
//! scale Δ = (hi − lo) / L        zero point z = round(−lo / Δ) − 2^(b−1)
//! quantise    q = clamp(round(x / Δ) + z, −2^(b−1), 2^(b−1) − 1)
//! dequantise  x̂ = Δ · (q − z)
//! ```
//!
//! Zero is represented exactly, and `|x − x̂| ≤ Δ` everywhere in the range (`Δ/2` away from its
//! two ends, which rounding the zero point can move by half a step).

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod affine;
mod channel;
mod error;
mod rng;
mod spatial;
mod timestep;

pub use affine::{BitWidth, QuantParams, Range};
pub use channel::{channel_equalization, Equalized, Linear};
pub use error::Error;
pub use rng::Rng;
pub use spatial::{pack_int4, spatial_per_group_quantize, unpack_int4, QuantizedTensor, Tensor};
pub use timestep::{time_aware_grouping, Calibration, Grouping, TimestepGroup};
