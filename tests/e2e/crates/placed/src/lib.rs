/// How many times as long `placed/near` takes where its functions lie side by side, as they do when the linker is
/// not asked for another order.
pub const NEAR: f64 = 1.0;

/// How many times as long `placed/always` takes wherever they lie.
pub const ALWAYS: f64 = 1.0;
