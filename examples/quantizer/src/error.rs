use std::fmt;

/// Why an input was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The dimensions do not multiply to the number of values, or do not fit together.
    Shape {
        /// What the dimensions demand.
        expected: usize,
        /// What was given.
        found: usize,
    },
    /// A dimension, tile or number of groups is zero.
    Empty,
    /// A value is infinite or not a number.
    NotFinite {
        /// Index of the first such value.
        index: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { expected, found } => {
                write!(f, "expected {expected} values, found {found}")
            }
            Self::Empty => f.write_str("a dimension is zero"),
            Self::NotFinite { index } => write!(f, "value {index} is not finite"),
        }
    }
}

impl std::error::Error for Error {}

/// Checks once, at the door, what the algorithms then rely on.
pub(crate) fn check(values: &[f32], expected: usize) -> Result<(), Error> {
    if expected == 0 {
        return Err(Error::Empty);
    }
    if values.len() != expected {
        return Err(Error::Shape {
            expected,
            found: values.len(),
        });
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Error::NotFinite { index }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!(check(&[], 0), Err(Error::Empty));
        assert_eq!(
            check(&[1.0], 2),
            Err(Error::Shape {
                expected: 2,
                found: 1
            })
        );
        assert_eq!(
            check(&[1.0, f32::NAN], 2),
            Err(Error::NotFinite { index: 1 })
        );
        assert_eq!(check(&[1.0, 2.0], 2), Ok(()));
    }

    #[test]
    fn speaks_plainly() {
        let error = Error::Shape {
            expected: 6,
            found: 5,
        };
        assert_eq!(error.to_string(), "expected 6 values, found 5");
    }
}
