//! One small module for each way in which code can change.
pub mod innocent;
pub mod other;
pub mod placed;
pub mod planted;
