//! What can be wrong with what a caller hands in.

use std::fmt;

/// A value the lookahead or the rate control cannot work with.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Pictures need at least one sample and at most 32768 in each direction.
    PictureSize {
        /// Samples in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The luma view is not of the size the lookahead was made for, or its samples end early.
    LumaView {
        /// Samples in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Samples from row to row.
        stride: usize,
        /// Samples in all.
        samples: usize,
    },
    /// A picture was analysed for a lookahead for other pictures than this one's.
    OtherAnalysis {
        /// Samples in a row of this one's.
        width: usize,
        /// Their rows.
        height: usize,
    },
    /// A setting lies outside its range.
    Setting {
        /// Its name.
        name: &'static str,
        /// What was asked for.
        value: f64,
        /// The least accepted value.
        minimum: f64,
        /// The greatest accepted value.
        maximum: f64,
    },
}

impl Error {
    /// Checks that a setting lies in its range, which a value that is not a number never does.
    pub(crate) fn check(name: &'static str, value: f64, minimum: f64, maximum: f64) -> Result<(), Self> {
        if value >= minimum && value <= maximum {
            Ok(())
        } else {
            Err(Self::Setting { name, value, minimum, maximum })
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PictureSize { width, height } => {
                write!(f, "picture of {width}x{height}: each side must be 1 to 32768 samples")
            }
            Self::LumaView { width, height, stride, samples } => write!(
                f,
                "luma of {width}x{height} with stride {stride} and {samples} samples does not hold the picture"
            ),
            Self::OtherAnalysis { width, height } => {
                write!(f, "an analysis for pictures of another size: {width}x{height} is accepted")
            }
            Self::Setting { name, value, minimum, maximum } => {
                write!(f, "{name} is {value}: accepted are {minimum} to {maximum}")
            }
        }
    }
}

impl std::error::Error for Error {}
