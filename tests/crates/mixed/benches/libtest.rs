//! The default harness, without nightly's `#[bench]`: it rejects Criterion's flags.

#[test]
fn mixes() {
    assert_ne!(mixed::mix(1), mixed::mix(2));
}
